import { expect, it } from "vitest";
import { KerasTensor } from "../../src/graph/keras-tensor.ts";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import * as antler from "../../src/index.ts";
import type { Model } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { writeKerasFile } from "../../src/saving/keras-file.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, goldenFiles, hasGolden, readGolden, readGoldenBytes } from "../support/golden.ts";
import { goldenTensorsIn, toTensor } from "../support/golden-tensors.ts";
import type { LayerCase } from "../support/layer-suite.ts";

interface ZooCase extends LayerCase {
  readonly model_file?: string;
}

function predict(model: Model, inputs: readonly Tensor[]): Tensor[] {
  const [only] = inputs;
  const given = inputs.length === 1 && only !== undefined ? only : inputs;
  return valuesIn(model(given, { training: false })) as Tensor[]; // SAFETY: tensors in, tensors out
}

/** Layers that Antler does not have; their models cannot be read. */
function isMissing({ class: name }: ZooCase): boolean {
  return !(name in antler.layers);
}

/** Keras on PyTorch truncates the clip limit here; its other backends, and Antler, do not. */
function isOfTorchAlone({ class: name }: ZooCase): boolean {
  return name === "ContrastLimitedAdaptiveHistogramEqualization";
}

describeGolden("models of one layer that Keras saved", () => {
  const cases = (hasGolden ? goldenFiles("layers", ".json") : [])
    .flatMap((file) => readGolden<{ cases: readonly ZooCase[] }>(`layers/${file}`).cases)
    .filter((one) => one.model_file !== undefined && !isOfTorchAlone(one));

  it("are there", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  for (const one of cases) {
    it.skipIf(isMissing(one))(`${one.class}/${one.name}`, async () => {
      const file = one.model_file ?? "";
      const model = await antler.models.loadModel(
        readGoldenBytes(file.includes("/") ? file : `layers_zoo/${file}`),
      );
      expect(valuesIn(model.outputs).every((output) => output instanceof KerasTensor)).toBe(true);
      const inputs = [...goldenTensorsIn(one.args), ...goldenTensorsIn(one.kwargs)].map((tensor) =>
        toTensor(tensor),
      );
      const outputs = predict(model, inputs);
      const expected = goldenTensorsIn(one.calls?.[0]?.output);
      expect(outputs.length).toBe(expected.length);
      expected.forEach((tensor, i) => {
        const actual = outputs[i];
        if (actual === undefined) throw new Error(`output ${i} is missing`);
        // The corpus was computed in float32 throughout, half precision apart.
        const half = /b?float16/.exec(one.name)?.[0];
        const coarse = half ?? (isFloat(actual.dtype) ? "float32" : actual.dtype);
        const values = { values: toNumbers(actual.dataSync(), actual.dtype), shape: actual.dims };
        expectClose(values, tensor, tolerance(coarse, "model"), `output ${i}`);
      });
      // What is written and read again computes the same, bit by bit.
      const again = await antler.models.loadModel(writeKerasFile(model));
      predict(again, inputs).forEach((output, i) =>
        expect(output.dataSync()).toEqual(outputs[i]?.dataSync()),
      );
    });
  }
});
