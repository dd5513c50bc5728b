import { expect, it } from "vitest";
import { layers, Sequential } from "../index.ts";
import type { Model } from "../models/model.ts";
import { loadModel, modelToBytes } from "./index.ts";
import { writeSafetensorsWeights } from "./safetensors-weights.ts";

it("carries a model's weights", async () => {
  const build = (units: number): ReturnType<typeof Sequential> =>
    Sequential([layers.Dense(units, { inputShape: [2], name: "d" })], { name: "m" });
  const model = build(3);
  const bytes = writeSafetensorsWeights(model);
  const other = build(3);
  await other.loadWeights(bytes);
  expect(other.weights.map((weight) => weight.dataSync())).toEqual(
    model.weights.map((weight) => weight.dataSync()),
  );
  await expect(build(4).loadWeights(bytes)).rejects.toThrow("mis-shaped");
  await expect(build(4).loadWeights(bytes, { skipMismatch: true })).resolves.toBeUndefined();
  const renamed = Sequential([layers.Dense(3, { inputShape: [2], name: "e" })], { name: "m" });
  await expect(renamed.loadWeights(bytes)).rejects.toThrow(/missing: m\/e\/kernel[^]*extra: m\/d\/kernel/);
  // A model from a file has built its layers before it was made of them, and may have another name.
  const read = await loadModel(modelToBytes(build(3) as Model)); // SAFETY: a sequential model is a model
  expect(read.weights[0]?.path).toBe("d/kernel");
  const second = Sequential([layers.Dense(3, { inputShape: [2], name: "d" })], { name: "n" });
  for (const one of [read, second]) {
    await one.loadWeights(bytes);
    expect(one.weights.map((weight) => weight.dataSync())).toEqual(
      model.weights.map((weight) => weight.dataSync()),
    );
  }
});
