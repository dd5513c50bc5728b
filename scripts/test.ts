// Everything that decides whether the project is sound: types, build, all suites, examples.
// The last line is `N passed, N failed` (with `, N skipped` where something was).
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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

await single("lint", "oxlint", "--type-aware");
await single("types, type tests included", "tsc", "--noEmit");
await single("build", "node", "scripts/build.ts");

console.log("\n── suites");
const cache = join(projectRoot, ".cache");
mkdirSync(cache, { recursive: true });
const report = join(cache, "vitest-report.json");
rmSync(report, { force: true });
const suites = await runCommand(
  "vitest",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  { env: { ANTLER_BUILT: "1" } },
);
total = addTallies(total, tallyVitestReport(report, suites.code));

console.log("\n── examples");
total = addTallies(total, await runExamples());

console.log(`\n${tallyLine(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
