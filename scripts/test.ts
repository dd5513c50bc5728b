// Everything that decides whether the project is sound: types, build, all suites, examples; then what depends on the
// engine's mode once more in a few of its modes. The last line is `N passed, N failed` (with `, N skipped` where
// something was).
//
// `npm test -- --mode 2-threads,plain-simd,winograd-4` runs those suites in one mode alone, `npm test -- --all-modes`
// in every mode (test/support/modes.ts), in Node and in Chromium.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allModes, fewModes, modeSuites, readMode } from "../test/support/modes.ts";
import { projectRoot, runCommand } from "./support/command.ts";
import { runExamples } from "./support/run-examples.ts";
import {
  addTallies,
  emptyTally,
  tallyLine,
  tallyOf,
  tallyVitestReport,
  type Tally,
} from "./support/tally.ts";

let total: Tally = emptyTally;

async function single(name: string, program: string, ...args: string[]): Promise<void> {
  console.log(`\n── ${name}`);
  const { code, seconds } = await runCommand(program, args);
  console.log(`${code === 0 ? "passed" : "FAILED"}: ${name} (${seconds.toFixed(1)} s)`);
  total = addTallies(total, tallyOf(code));
}

/** Runs vitest and adds its counts. */
async function suites(name: string, files: readonly string[], env: Record<string, string>): Promise<void> {
  console.log(`\n── ${name}`);
  const cache = join(projectRoot, ".cache");
  mkdirSync(cache, { recursive: true });
  const report = join(cache, "vitest-report.json");
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code, seconds } = await runCommand("vitest", ["run", ...files, ...reporters], { env });
  console.log(`${code === 0 ? "passed" : "FAILED"}: ${name} (${seconds.toFixed(1)} s)`);
  total = addTallies(total, tallyVitestReport(report, code));
}

async function inMode(mode: string, which: keyof typeof modeSuites): Promise<void> {
  await suites(`mode ${mode}`, modeSuites[which], { ANTLER_MODE: mode });
}

const { values: options } = parseArgs({
  options: { mode: { type: "string", multiple: true, default: [] }, "all-modes": { type: "boolean" } },
});
const modes = options["all-modes"] === true ? allModes : options.mode;
for (const mode of modes) readMode(mode);
if (modes.length > 0) {
  for (const mode of modes) await inMode(mode, "all");
} else {
  await single("lint", "oxlint", "--type-aware");
  await single("types, type tests included", "tsc", "--noEmit");
  await single("build", "node", "scripts/build.ts");
  await suites("suites", [], { ANTLER_BUILT: "1" });
  for (const mode of fewModes) await inMode(mode, "quick");
  console.log("\n── examples");
  total = addTallies(total, await runExamples());
}

console.log(`\n${tallyLine(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
