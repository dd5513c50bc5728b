// Runs the examples: all of them, or those whose path contains the argument, then with their output.
import { projectRoot, runCommand } from "./support/command.ts";
import { runExamples } from "./support/run-examples.ts";
import { tallyLine } from "./support/tally.ts";

const built = await runCommand("node", ["scripts/build.ts"], { cwd: projectRoot });
if (built.code === 0) {
  const tally = await runExamples(process.argv[2]);
  console.log(`\n${tallyLine(tally)}`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
} else {
  process.exitCode = built.code;
}
