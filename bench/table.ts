import type { Contender } from "./support/contender.ts";
import { allEntries, type Entry } from "./support/contenders.ts";
import type { Outcome, Row } from "./support/report.ts";

export interface TableOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly threads: readonly number[];
  /** The module of Antler that is measured. */
  readonly source: string;
  /** Whether contenders take part whose steps take half a minute. */
  readonly slow: boolean;
}

/** A contender that is up. */
interface Running {
  readonly entry: Entry;
  readonly contender: Contender;
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/**
 * Measures rows. Every contender runs in a process of its own and waits for its turn; each round gives every contender
 * one turn on each row, so that drift of the machine meets all alike.
 */
export async function measureTable(rows: readonly Row[], options: TableOptions): Promise<Outcome[]> {
  const entries = await allEntries(options.threads, options.source, options.slow);
  const running: Running[] = [];
  const outcomes: Outcome[] = [];
  const steady = rows.filter(({ isFresh }) => isFresh !== true);
  try {
    for (const entry of steady.length === 0 ? [] : entries) {
      const contender = entry.start();
      try {
        const versions = await contender.start();
        console.log(`${entry.name}, ${entry.threads} thread(s): ${JSON.stringify(versions)}`);
        running.push({ entry, contender });
      } catch (error) {
        contender.close();
        console.log(
          `${entry.name} does not start: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    for (const row of steady) {
      console.log(row.key);
      outcomes.push(...(await measureSteady(row.key, running, options)));
    }
  } finally {
    for (const { contender } of running) contender.close();
  }
  const quick = entries.filter(({ isSlow, name }) => !isSlow && name !== "tfjs-cpu");
  for (const row of rows.filter(({ isFresh }) => isFresh === true)) {
    console.log(row.key);
    outcomes.push(...(await measureFirst(row.key, quick, options.rounds)));
  }
  return outcomes;
}

function emptyOutcome(row: string, { name, threads }: Entry): Outcome {
  return { row, contender: name, threads, samples: [], check: [] };
}

async function measureSteady(
  row: string,
  running: readonly Running[],
  { rounds, seconds }: TableOptions,
): Promise<Outcome[]> {
  const ready: { readonly contender: Contender; readonly outcome: Outcome }[] = [];
  const done: Outcome[] = [];
  for (const { entry, contender } of running) {
    const outcome = emptyOutcome(row, entry);
    done.push(outcome);
    if (entry.isSlow) {
      add(outcome, await contender.first(row));
      continue;
    }
    const { check = [], unsupported, error } = await contender.prepare(row);
    outcome.check = check;
    if (unsupported === true) outcome.note = "not supported";
    else if (error !== undefined) outcome.note = `fails: ${firstLine(error)}`;
    else ready.push({ contender, outcome });
  }
  for (let round = 0; round < rounds; round++) {
    // The order turns with the rounds, so that nobody always follows the same neighbour.
    for (let i = 0; i < ready.length; i++) {
      const turn = ready[(i + round) % ready.length];
      if (turn !== undefined) add(turn.outcome, await turn.contender.measure(row, seconds));
    }
  }
  return done;
}

/** Measures the very first step, each time in a new process. */
async function measureFirst(row: string, entries: readonly Entry[], rounds: number): Promise<Outcome[]> {
  const done = entries.map((entry) => ({ entry, outcome: emptyOutcome(row, entry) }));
  for (let round = 0; round < rounds; round++) {
    for (const { entry, outcome } of done) {
      if (outcome.note !== undefined) continue;
      const contender = entry.start();
      try {
        await contender.start();
        add(outcome, await contender.first(row));
      } catch (error) {
        outcome.note = `fails: ${firstLine(error instanceof Error ? error.message : String(error))}`;
      } finally {
        contender.close();
      }
    }
  }
  return done.map(({ outcome }) => outcome);
}

function add(outcome: Outcome, result: Awaited<ReturnType<Contender["first"]>>): void {
  if ("error" in result) outcome.note = `fails: ${firstLine(result.error)}`;
  else if ("unsupported" in result) outcome.note = "not supported";
  else {
    outcome.samples.push(result);
    if (result.check !== undefined) outcome.check = result.check;
  }
}
