import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot, runCommand } from "./command.ts";
import { addTallies, emptyTally, tallyOf, type Tally } from "./tally.ts";

/** No example may take longer. */
const timeoutMs = 300_000;

/**
 * Runs every program under `examples/` (optionally those whose path contains `filter`) against the built package,
 * each in an empty working folder. An example asserts its own facts: its exit code decides.
 */
export async function runExamples(filter = ""): Promise<Tally> {
  const folder = join(projectRoot, "examples");
  if (!existsSync(folder)) return emptyTally;
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/support(?:\/|\.ts$)/.test(name) && name.includes(filter))
    .toSorted();
  let tally = emptyTally;
  for (const name of names) {
    const cwd = mkdtempSync(join(tmpdir(), "antler-example-"));
    const result = await runCommand("node", [join(folder, name)], { cwd, quiet: true, timeoutMs });
    rmSync(cwd, { recursive: true, force: true });
    const failed = result.code !== 0;
    console.log(`${failed ? "FAILED" : "passed"}: examples/${name} (${result.seconds.toFixed(1)} s)`);
    if (failed || filter !== "") console.log(result.output);
    tally = addTallies(tally, tallyOf(result.code));
  }
  return tally;
}
