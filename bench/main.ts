// `npm run bench -- [workload …]`: Antler against its rivals; medians over rounds in which everyone has a turn.
//   --threads 1,2        measure those that have threads with each number of them (default 1)
//   --rounds n           rounds (default 7)       --seconds s   a turn's length (default 1)
//   --slow               also jax-js with its own convolutions: half a minute a step
// `npm run bench -- --profile resnet,mlp`: where the time of a training step goes, kernel by kernel
// `npm run bench -- --scaling batch,threads`: the cost as a size grows (all: every curve)
//   --json FILE, --markdown FILE   write what is printed
//   --source             measure src/ as it is, instead of a new build
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { prepareLibraries } from "./support/contenders.ts";
import { profileWorkloads, renderProfiles } from "./profile.ts";
import { curves, measureCurves, renderCurves } from "./scaling.ts";
import { measureTable } from "./table.ts";
import { renderTable, summarize } from "./support/report.ts";
import { rows } from "./support/rows.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    slow: { type: "boolean", default: false },
    source: { type: "boolean", default: false },
    profile: { type: "string" },
    scaling: { type: "string" },
    json: { type: "string" },
    markdown: { type: "string" },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** The names of a list, all of which are known. */
function chosen(list: readonly string[], known: readonly string[], what: string): readonly string[] {
  const unknown = list.filter((name) => !known.includes(name));
  if (unknown.length > 0) fail(`Unknown ${what}: ${unknown.join(", ")}. Known: ${known.join(", ")}.`);
  return list;
}

function positive(text: string, what: string): number {
  const value = Number(text);
  if (!(value > 0)) fail(`--${what}: expected a positive number, received ${text}.`);
  return value;
}

const threads = options.threads.split(",").map((text) => positive(text, "threads"));
const turn = { rounds: positive(options.rounds, "rounds"), seconds: positive(options.seconds, "seconds") };
const workloads = [...new Set(rows.map(({ workload }) => workload))];
const source = options.source ? "src/index.ts" : "dist/index.js";
const { cpu, cores } = { cpu: cpus()[0]?.model ?? "unknown processor", cores: cpus().length };

/** What was measured: data, and the same as Markdown. */
interface Result {
  readonly json: object;
  readonly markdown: string;
  readonly isSound: boolean;
}

async function run(): Promise<Result> {
  if (options.profile !== undefined) {
    const trained = rows.filter(({ key }) => key.includes(" train ")).map(({ workload }) => workload);
    const names = chosen(options.profile.split(","), trained, "workload");
    const profiles = await profileWorkloads(names, threads, turn.seconds, source);
    return { json: { profiles }, markdown: renderProfiles(profiles), isSound: true };
  }
  if (options.scaling !== undefined) {
    const known = curves.map(({ name }) => name);
    const names = options.scaling === "all" ? known : chosen(options.scaling.split(","), known, "curve");
    const measured = await measureCurves(names, threads, turn, source);
    return { json: { curves: measured }, markdown: renderCurves(measured), isSound: true };
  }
  const names = chosen(positionals, workloads, "workload");
  const wanted = rows.filter(({ workload }) => names.length === 0 || names.includes(workload));
  const outcomes = await measureTable(wanted, { ...turn, threads, source, slow: options.slow });
  const lines = summarize(wanted, outcomes, threads);
  const isSound = !lines.some(({ disagrees }) => disagrees);
  return { json: { rows: lines }, markdown: renderTable(lines, threads), isSound };
}

await prepareLibraries(source, options.profile === undefined && options.scaling === undefined);
const { json, markdown, isSound } = await run();
const machine = `${cpu}, ${cores} cores, Node ${process.version}`;
console.log(`\n${machine}\n\n${markdown}`);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ cpu, cores, threads, ...json }, null, 2)}\n`);
}
if (options.markdown !== undefined) writeFileSync(options.markdown, `${machine}\n\n${markdown}\n`);
process.exitCode = isSound ? 0 : 1;
