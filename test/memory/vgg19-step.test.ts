import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../../scripts/support/command.ts";

const program = fileURLToPath(new URL("vgg19-step.ts", import.meta.url));
const GiB = 2 ** 30;

it("VGG19 trains on a batch of eight within 4 GiB", async () => {
  const { code, output } = await runCommand("node", [program], { quiet: true, timeoutMs: 280_000 });
  expect(code, output).toBe(0);
  // SAFETY: printed by the program above.
  const result = JSON.parse(output.trim().split("\n").at(-1) ?? "") as {
    readonly loss: { readonly loss: number };
    readonly hasMoved: boolean;
    readonly memoryBytes: number;
  };
  // Of 1000 classes, none is known yet.
  expect(Math.abs(result.loss.loss - Math.log(1000))).toBeLessThan(0.1);
  expect(result.hasMoved).toBe(true);
  // 2.5 GiB are planned; the rest is what kernels work in.
  expect(result.memoryBytes).toBeLessThan(3 * GiB);
}, 300_000);
