// `npm run bench -- [workload …] [--rounds n] [--seconds s] [--threads n] [--json file]`
//
// Every contender runs in a process of its own and waits for its turn; each round gives every contender one turn on
// each row, so that drift of the machine meets all alike. Shown are medians over the rounds and ratios to Antler.
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot, runCommand } from "../scripts/support/command.ts";
import { Contender } from "./support/contender.ts";
import { writeData } from "./support/data-files.ts";
import { renderTable, summarize, type Outcome } from "./support/report.ts";
import { rows } from "./support/rows.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

const workloads = [...new Set(rows.map(({ workload }) => workload))];
const unknown = positionals.filter((name) => !workloads.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown workload: ${unknown.join(", ")}. Known: ${workloads.join(", ")}.`);
  process.exit(2);
}
const chosen = rows.filter(({ workload }) => positionals.length === 0 || positionals.includes(workload));

if (!existsSync(join(projectRoot, "bench/node_modules"))) {
  console.log("Installing the libraries to compare with (bench/package.json)");
  const installed = await runCommand("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: join(projectRoot, "bench"),
  });
  if (installed.code !== 0) console.log("They could not be installed: Antler is measured alone");
}
if (!existsSync(join(projectRoot, "dist/index.js"))) await runCommand("node", ["scripts/build.ts"]);

/** A Python that has PyTorch, or null. */
async function findTorch(): Promise<string | null> {
  for (const python of [process.env["PYTHON"] ?? "python3", "/usr/bin/python3"]) {
    const { code } = await runCommand(python, ["-c", "import torch, numpy"], { quiet: true });
    if (code === 0) return python;
  }
  console.log(
    "PyTorch is left out: no python3 with torch and numpy (Debian: apt-get install python3-torch libopenblas0)",
  );
  return null;
}

const script = (name: string): string => join(projectRoot, "bench/contenders", name);
const python = await findTorch();
const dataFolder = join(projectRoot, ".cache/bench");
if (python !== null) writeData(dataFolder);
const contenders = [
  new Contender("antler", "node", [script("antler.mjs"), options.threads]),
  new Contender("tfjs-wasm", "node", [script("tfjs.mjs"), "wasm"]),
  new Contender("jax-js", "node", [script("jax-js.mjs")]),
  new Contender("onnxruntime", "node", [script("onnxruntime.mjs"), options.threads]),
  ...(python === null
    ? []
    : [new Contender("torch", python, [script("pytorch.py"), options.threads, dataFolder])]),
];
const outcomes: Outcome[] = [];
try {
  const up: Contender[] = [];
  for (const contender of contenders) {
    try {
      const versions = await contender.start();
      console.log(`${contender.name}: ${JSON.stringify(versions)}`);
      up.push(contender);
    } catch (error) {
      console.log(
        `${contender.name} does not start: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  for (const row of chosen) outcomes.push(...(await measureRow(row.key, up)));
} finally {
  for (const contender of contenders) contender.close();
}

async function measureRow(row: string, all: readonly Contender[]): Promise<Outcome[]> {
  const ready: { contender: Contender; outcome: Outcome }[] = [];
  const done: Outcome[] = [];
  for (const contender of all) {
    const prepared = await contender.prepare(row);
    const outcome: Outcome = {
      row,
      contender: contender.name,
      samples: [],
      check: prepared.check ?? [],
      ...(prepared.unsupported ? { note: "not supported" } : {}),
      ...(prepared.error === undefined ? {} : { note: `fails: ${prepared.error.split("\n")[0]}` }),
    };
    done.push(outcome);
    if (outcome.note === undefined) ready.push({ contender, outcome });
  }
  for (let round = 0; round < Number(options.rounds); round++) {
    // The order turns with the rounds, so that nobody always follows the same neighbour.
    for (let i = 0; i < ready.length; i++) {
      const turn = ready[(i + round) % ready.length];
      if (turn === undefined) continue;
      const result = await turn.contender.measure(row, Number(options.seconds));
      if ("error" in result) turn.outcome.note = `fails: ${result.error.split("\n")[0]}`;
      else turn.outcome.samples.push(result);
    }
  }
  return done;
}

const cpu = cpus()[0]?.model ?? "unknown processor";
const summary = summarize(chosen, outcomes);
console.log(`\n${cpu}, ${cpus().length} cores, Antler on ${options.threads} thread(s)\n`);
console.log(renderTable(summary));
if (options.json !== undefined) {
  writeFileSync(
    options.json,
    `${JSON.stringify({ cpu, threads: Number(options.threads), rows: summary }, null, 2)}\n`,
  );
}
process.exitCode = summary.some(({ disagrees }) => disagrees) ? 1 : 0;
