import type { Measurement } from "./contender.ts";

/** What one contender did on one row. */
export interface Outcome {
  readonly row: string;
  readonly contender: string;
  readonly threads: number;
  readonly samples: Measurement[];
  check: readonly number[];
  note?: string;
}

/** A row to measure, as in rows.mjs. */
export interface Row {
  readonly key: string;
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly value: (seconds: number) => number;
  /** Each measurement needs a process of its own. */
  readonly isFresh?: boolean;
}

/** One line of the table. */
export interface Line {
  readonly row: string;
  readonly contender: string;
  readonly threads: number;
  readonly unit: string;
  /** Median over the rounds; null where it did not run. */
  readonly value: number | null;
  readonly lowest: number | null;
  readonly highest: number | null;
  /** How many times faster Antler is: on as many threads, or on one where the contender has one alone. */
  readonly antlerFaster: number | null;
  /** How many times faster than on the first number of threads measured. */
  readonly gain: number | null;
  readonly rssMiB: number | null;
  readonly note: string;
  /** Its results differ from the first contender's by more than 0.1 % of the largest. */
  readonly disagrees: boolean;
}

/** The middle of some numbers; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

/** Whether two lists of numbers agree, as far as both go, to 0.1 % of the largest of them. */
function agree(a: readonly number[], b: readonly number[]): boolean {
  const count = Math.min(a.length, b.length);
  const [left, right] = [a.slice(0, count), b.slice(0, count)];
  const scale = Math.max(...left.map(Math.abs), ...right.map(Math.abs));
  return left.every((x, i) => Math.abs(x - (right[i] ?? Number.NaN)) <= 1e-3 * scale);
}

function secondsOf(outcome: Outcome | undefined): number | null {
  return median(outcome?.samples.map(({ seconds }) => seconds) ?? []);
}

const ratio = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a / b;

/** Medians and ratios. */
export function summarize(
  rows: readonly Row[],
  outcomes: readonly Outcome[],
  threads: readonly number[],
): readonly Line[] {
  return rows.flatMap((row) => {
    const of = outcomes.filter((one) => one.row === row.key);
    const reference = of.find(({ check }) => check.length > 0);
    const find = (contender: string, count: number): Outcome | undefined =>
      of.find((one) => one.contender === contender && one.threads === count);
    return of.map((one): Line => {
      const seconds = one.samples.map((sample) => sample.seconds);
      const middle = median(seconds);
      const values = seconds.map((s) => row.value(s));
      const disagrees = reference !== undefined && !agree(reference.check, one.check);
      const base = find(one.contender, threads[0] ?? 1);
      return {
        row: row.key,
        contender: one.contender,
        threads: one.threads,
        unit: row.unit,
        value: middle === null ? null : row.value(middle),
        lowest: values.length === 0 ? null : Math.min(...values),
        highest: values.length === 0 ? null : Math.max(...values),
        antlerFaster:
          one.contender === "antler" ? null : ratio(middle, secondsOf(find("antler", one.threads))),
        gain: base === one || base === undefined ? null : ratio(secondsOf(base), middle),
        rssMiB:
          one.samples.length === 0
            ? null
            : Math.max(...one.samples.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
        note: [one.note ?? "", disagrees ? "RESULTS DIFFER" : ""].filter((text) => text !== "").join("; "),
        disagrees,
      };
    });
  });
}

/** A number in four digits, without an exponent where it is read easily. */
export function show(value: number | null): string {
  if (value === null) return "–";
  return value >= 1e4 && value < 1e7 ? Math.round(value).toLocaleString("en") : value.toPrecision(4);
}

/** A Markdown table; columns after the `texts` first ones hold numbers, notes apart. */
export function markdownTable(
  header: readonly string[],
  texts: number,
  lines: readonly (readonly string[])[],
): string {
  const cells = [header, header.map((name, i) => (i < texts || name === "note" ? "---" : "---:")), ...lines];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const times = (value: number | null): string => (value === null ? "" : `${value.toFixed(2)}×`);

/** The lines as Markdown tables: all lines of a number of threads, then one line a row with everyone side by side. */
export function renderTable(lines: readonly Line[], threads: readonly number[]): string {
  const details = threads.map((count) => {
    const header = [
      "row",
      "contender",
      "median",
      "lowest – highest",
      "Antler is faster by",
      "gain over fewer threads",
      "memory, MiB",
      "note",
    ];
    const own = lines.filter((line) => line.threads === count && line.note !== "not supported");
    const body = own.map((line) => [
      line.row,
      line.contender,
      `${show(line.value)} ${line.unit}`,
      `${show(line.lowest)} – ${show(line.highest)}`,
      times(line.antlerFaster),
      times(line.gain),
      line.rssMiB === null ? "–" : line.rssMiB.toFixed(0),
      line.note,
    ]);
    return `## ${count === 1 ? "One thread" : `${count} threads`}\n\n${markdownTable(header, 2, body)}`;
  });
  return [renderOverview(lines), ...details].join("\n\n");
}

/** One line for each row, one column for each contender. */
function renderOverview(lines: readonly Line[]): string {
  const nameOf = ({ contender, threads }: Line): string => `${contender}, ${threads} t`;
  const names = [...new Set(lines.map(nameOf))];
  const keys = [...new Set(lines.map(({ row }) => row))];
  const body = keys.map((key) => {
    const own = lines.filter(({ row }) => row === key);
    return [
      key,
      own[0]?.unit ?? "",
      ...names.map((name) => show(own.find((line) => nameOf(line) === name)?.value ?? null)),
    ];
  });
  return markdownTable(["row", "unit", ...names], 2, body);
}
