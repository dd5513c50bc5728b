import { describe, expect, it } from "vitest";
import { antlerModels } from "../../bench/support/antler-models.mjs";
import { sizesOf } from "../../bench/support/rows.mjs";
import * as antler from "../../src/index.ts";
import { largestProgram, type PlannedMemory, plannedMemory } from "../support/planned-steps.ts";

const GiB = 2 ** 30;
const { model: modelOf, batch: batchOf } = antlerModels(antler);

/** The plan of the train step of a model of the benchmarks. */
async function benchPlan(row: string): Promise<PlannedMemory> {
  const program = await largestProgram(async () => {
    const sizes = sizesOf(row);
    const [model, compilation] = modelOf(row, sizes);
    model.compile(compilation);
    await model.trainOnBatch(...batchOf(row, sizes, model));
  });
  return plannedMemory(program);
}

/** The plan of the train step of an application with Adam, on images of 224 × 224. */
async function applicationPlan(name: "VGG19" | "ResNet50", batch: number): Promise<PlannedMemory> {
  const program = await largestProgram(async () => {
    const model = antler.applications[name]({ weights: null });
    model.compile({ optimizer: "adam", loss: "categorical_crossentropy", metrics: ["accuracy"] });
    await model.trainOnBatch(
      antler.tensor(new Float32Array(batch * 224 * 224 * 3), { shape: [batch, 224, 224, 3] }),
      antler.tensor(new Float32Array(batch * 1000), { shape: [batch, 1000] }),
    );
  });
  return plannedMemory(program);
}

function expectTight({ arenaBytes, liveBytes }: PlannedMemory): void {
  expect(liveBytes).toBeGreaterThan(1000);
  expect(arenaBytes / liveBytes).toBeGreaterThanOrEqual(1);
  expect(arenaBytes / liveBytes).toBeLessThan(1.05);
}

describe("the memory plan takes hardly more than what is in use at once", () => {
  it.each(["mlp", "resnet", "ticket", "autoencoder"])("%s", async (row) => expectTight(await benchPlan(row)));
});

describe("training fits 4 GiB", () => {
  it("VGG19 at batch 8, weights and Adam's slots included", async () => {
    const plan = await applicationPlan("VGG19", 8);
    expectTight(plan);
    expect(plan.stateBytes).toBeGreaterThan(1.6 * GiB);
    expect(plan.arenaBytes + plan.stateBytes).toBeLessThan(2.6 * GiB);
  });

  it("ResNet50 at batch 32", async () => {
    const plan = await applicationPlan("ResNet50", 32);
    expectTight(plan);
    expect(plan.arenaBytes + plan.stateBytes).toBeLessThan(3 * GiB);
  });
});
