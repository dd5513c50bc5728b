import { expect, it } from "vitest";
import { layers, Sequential } from "../index.ts";
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
});
