import { cpuUsage } from "node:process";
import { describe, expect, it } from "vitest";
import { antlerModels } from "../../bench/support/antler-models.mjs";
import { sizesOf } from "../../bench/support/rows.mjs";
import * as antler from "../../src/index.ts";

antler.config.setThreads(1);
const models = antlerModels(antler);

/** Milliseconds of processor time of a new model's first training step, less those of its second. */
async function compileMs(row: string): Promise<number> {
  const [workload = "", sizes] = [row.split(" ")[0], sizesOf(row)];
  const [model, compilation] = models.model(workload, sizes);
  model.compile(compilation);
  const [x, y] = models.batch(workload, sizes, model);
  const step = async (): Promise<number> => {
    const from = cpuUsage();
    await model.trainOnBatch(x, y);
    const { user, system } = cpuUsage(from);
    return (user + system) / 1000;
  };
  const first = await step();
  return first - (await step());
}

/** The least of a few measurements: what other work takes from the processor's caches is not the compiler's. */
async function least(row: string, times = 3): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < times; i++) best = Math.min(best, await compileMs(row));
  return best;
}

describe("compiling a training step", () => {
  it.each([
    ["mlp", 150],
    ["resnet", 500],
  ] as const)("is not felt: %s within %s ms", async (row, limit) => {
    expect(await least(row)).toBeLessThan(limit);
  });

  it("takes twice as long for twice as many layers, hardly more", async () => {
    await compileMs("dense train b8 w64 d16");
    const [some, many] = [await least("dense train b8 w64 d24"), await least("dense train b8 w64 d96")];
    expect(many / some).toBeLessThan(4 * 1.8);
  });
});
