import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../../scripts/support/command.ts";

const program = fileURLToPath(new URL("dropped-models.ts", import.meta.url));

it("does not run out: sixty models of 100 MB, built, used and dropped without a call of the collector", async () => {
  const { code, output } = await runCommand("node", [program, "60"], { quiet: true, timeoutMs: 280_000 });
  expect(code, output).toBe(0);
  expect(output).toContain("60 models");
}, 300_000);
