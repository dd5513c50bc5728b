// The quick check before a commit: format, lint, types, architecture, unit tests beside the sources.
import { runCommand, type CommandResult } from "./support/command.ts";

const steps: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ["format", "oxfmt", "--check", "."],
  ["lint", "oxlint", "--type-aware"],
  ["types", "tsc", "--noEmit"],
  ["unused files and dependencies", "knip"],
  ["architecture", "vitest", "run", "test/architecture.test.ts", "--reporter=dot"],
  ["unit tests", "vitest", "run", "src", "--reporter=dot"],
];

const results: [string, CommandResult][] = [];
for (const [name, program, ...args] of steps) {
  console.log(`\n── ${name}`);
  results.push([name, await runCommand(program, args)]);
}
console.log("");
for (const [name, { code, seconds }] of results) {
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
}
process.exitCode = results.some(([, { code }]) => code !== 0) ? 1 : 0;
