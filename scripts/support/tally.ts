import { existsSync, readFileSync } from "node:fs";

/** Counts of tests. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 };

export function addTallies(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** One test that a command's exit code decides. */
export function tallyOf(code: number): Tally {
  return code === 0 ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1 };
}

/** The line every runner of this project ends with. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts a vitest JSON report. A file that failed without a failed test (it did not load) counts as one failure,
 * and so does a report that is missing.
 */
export function tallyVitestReport(path: string, code: number): Tally {
  if (!existsSync(path)) return tallyOf(1);
  const report = JSON.parse(readFileSync(path, "utf8")) as VitestReport; // SAFETY: written by vitest just now
  let tally = emptyTally;
  for (const file of report.testResults) {
    const count = (...statuses: string[]) =>
      file.assertionResults.filter(({ status }) => statuses.includes(status)).length;
    const failed = count("failed");
    tally = addTallies(tally, {
      passed: count("passed"),
      failed: failed === 0 && file.status === "failed" ? 1 : failed,
      skipped: count("pending", "skipped", "todo", "disabled"),
    });
  }
  // An unhandled error fails the run although every test passed.
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
