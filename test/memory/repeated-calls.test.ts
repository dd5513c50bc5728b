import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../../scripts/support/command.ts";

const program = fileURLToPath(new URL("repeated-calls.ts", import.meta.url));
const MiB = 2 ** 20;

it("does not grow memory over 200 calls of fit, evaluate, predict and eager ops", async () => {
  const { code, output } = await runCommand("node", ["--expose-gc", program, "200"], {
    quiet: true,
    timeoutMs: 280_000,
  });
  expect(code, output).toBe(0);
  const line = output.trim().split("\n").at(-1) ?? "";
  // SAFETY: printed by the program above. The first entry is the warm state: code compiled, pools filled.
  const [warm, , last] = JSON.parse(line) as { heapBytes: number; externalBytes: number; rssBytes: number }[];
  const growth = (key: "heapBytes" | "externalBytes" | "rssBytes"): number =>
    ((last?.[key] ?? Number.NaN) - (warm?.[key] ?? Number.NaN)) / MiB;
  // One call leaves at least 8 kB of results behind if it is not freed: 200 would be seen in the first two figures.
  expect(growth("heapBytes"), output).toBeLessThan(1);
  expect(growth("externalBytes"), output).toBeLessThan(1);
  expect(growth("rssBytes"), output).toBeLessThan(24);
});
