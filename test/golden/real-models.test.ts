import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadModel } from "../../src/saving/index.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { toCategorical } from "../../src/utils/to-categorical.ts";
import { describeSharedData, sharedDataPath } from "../support/golden.ts";

/** The first images of CIFAR-10, pixels from 0 to 255: records of one label byte and three planes of 32 × 32. */
function readCifar(count: number): { readonly x: Tensor; readonly y: Tensor } {
  const bytes = readFileSync(sharedDataPath("cifar10/lossless_first4000.bin"));
  const x = new Float32Array(count * 3072);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * 3073;
    y[i] = bytes[start] ?? 0;
    for (let pixel = 0; pixel < 1024; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        x[i * 3072 + pixel * 3 + channel] = bytes[start + 1 + channel * 1024 + pixel] ?? 0;
      }
    }
  }
  return { x: Tensor.fromData(x, [count, 32, 32, 3], "float32"), y: Tensor.fromData(y, [count], "int32") };
}

describeSharedData("models that others trained", "keras_models", () => {
  it("MLPerf Tiny's ResNet-8 recognises CIFAR-10 as it should", async () => {
    const model = await loadModel(sharedDataPath("keras_models/mlcommons_tiny/ic_pretrainedResnet.h5"));
    const { x, y } = readCifar(2000);
    model.compile({ loss: "categorical_crossentropy", metrics: ["accuracy"] });
    const result = await model.evaluate(x, toCategorical(y, 10), { verbose: 0, returnDict: true });
    // 0.9270 was computed with NumPy.
    expect(Math.abs((result["accuracy"] ?? 0) - 0.927)).toBeLessThanOrEqual(0.002);
  });

  for (const folder of ["mlcommons_tiny", "oarriaga_face_classification"]) {
    const files = readdirSync(sharedDataPath(`keras_models/${folder}`)).filter((name) =>
      /h5|hdf5/.test(name),
    );
    for (const name of files) {
      it(`${folder}/${name} loads`, async () => {
        const model = await loadModel(sharedDataPath(`keras_models/${folder}/${name}`));
        expect(model.countParams()).toBeGreaterThan(0);
      });
    }
  }
});
