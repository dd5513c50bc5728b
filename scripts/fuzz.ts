// `npm run fuzz -- [format …] [--count n] [--seed n]`: reads mutated files, by default 20,000 of each format. Files that
// were treated wrongly are kept in test/fixtures/fuzz, where the test suite reads them for ever after.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fuzz } from "../test/support/fuzz.ts";
import { fuzzTargets } from "../test/support/fuzz-targets.ts";
import { projectRoot } from "./support/command.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
  },
});
const unknown = positionals.filter((name) => !fuzzTargets.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(
    `Unknown format: ${unknown.join(", ")}. Known: ${fuzzTargets.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(2);
}

console.log(`seed ${values.seed}`);
for (const target of fuzzTargets) {
  if (positionals.length > 0 && !positionals.includes(target.name)) continue;
  const { accepted, refused, failures, slowestMs } = await fuzz(
    target,
    Number(values.count),
    Number(values.seed),
  );
  console.log(
    `${target.name}: ${refused} refused, ${accepted} accepted, ${failures.length} treated wrongly; slowest ${slowestMs.toFixed(0)} ms`,
  );
  const seen = new Set<string>();
  for (const { reason, mutation, bytes } of failures) {
    const kind = reason.split("\n").slice(0, 2).join(" ").replaceAll(/\d+/g, "#");
    if (seen.has(kind)) continue;
    seen.add(kind);
    const folder = join(projectRoot, "test/fixtures/fuzz", target.name);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${values.seed}-${seen.size}.bin`);
    writeFileSync(path, bytes);
    console.log(`  ${path}\n    ${mutation}\n    ${reason.split("\n").slice(0, 6).join("\n    ")}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}
