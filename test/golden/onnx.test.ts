import { afterAll, describe, expect, it } from "vitest";
import { KerasTensor } from "../../src/graph/keras-tensor.ts";
import { isLayer } from "../../src/graph/layer-base.ts";
import { symbolicIn } from "../../src/graph/node.ts";
import { FormatError, Input, Model, models, saving } from "../../src/index.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import type { ModelClass } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { expectSameInOnnx, runExported, scramble } from "../support/compare-onnx.ts";
import { describeGolden, goldenFiles, hasGolden, readGolden, readGoldenBytes } from "../support/golden.ts";
import { camelKeys, goldenTensorsIn, isGoldenTensor, toTensor } from "../support/golden-tensors.ts";
import type { LayerCase } from "../support/layer-suite.ts";

interface ZooCase extends LayerCase {
  readonly model_file?: string;
}

const cases = (hasGolden ? goldenFiles("layers", ".json") : []).flatMap(
  (file) => readGolden<{ cases: readonly ZooCase[] }>(`layers/${file}`).cases,
);

/** Cases whose layer Antler does not have, or that are no layer in a graph, and why. */
const notModels: readonly (readonly [RegExp, string])[] = [
  [/^(Layer|Wrapper)\//, "a base class"],
  [/^InputLayer\//, "an input"],
  [/^Lambda\/named_fn$/, "a function of the one who saved it"],
];

/** Layers that keep a state between calls, which a graph cannot: refused by name. */
const isStateful = ({ name }: LayerCase): boolean => name === "stateful";

const nameOf = (one: LayerCase): string => `${one.class}/${one.name}`;
const isSkipped = (one: LayerCase): boolean => notModels.some(([pattern]) => pattern.test(nameOf(one)));

/** A model of one layer, called as in the case, with the batch left open. */
function modelOf(one: LayerCase): { readonly model: ModelClass; readonly tensors: readonly Tensor[] } {
  const description = {
    module: "keras.layers",
    class_name: one.class,
    config: one.config,
    registered_name: null,
  };
  const layer = saving.deserializeKerasObject(description);
  if (!isLayer(layer)) throw new Error(`${one.class} makes no layer`);
  const tensors: Tensor[] = [];
  const symbolic = (value: unknown): unknown => {
    if (isGoldenTensor(value)) {
      const tensor = toTensor(value);
      tensors.push(tensor);
      const { dims, dtype } = tensor;
      return dims.length === 0 || isStateful(one)
        ? Input({ batchShape: dims, dtype })
        : Input({ shape: dims.slice(1), dtype });
    }
    if (Array.isArray(value)) return value.map(symbolic);
    return isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, child]) => [key, symbolic(child)]))
      : value;
  };
  const args = (one.args ?? []).map(symbolic);
  const { training: _, ...kwargs } = camelKeys(
    symbolic(one.kwargs ?? {}) as Record<string, unknown>,
  ) as Record<string, unknown>; // SAFETY: an object stays one
  const outputs = layer.runNode(args, kwargs);
  const inputs = [...args, ...Object.values(kwargs)].flatMap(symbolicIn);
  return { model: Model({ inputs, outputs }), tensors };
}

describeGolden("layers as ONNX", () => {
  const counts = { equal: 0, refused: 0 };
  afterAll(() =>
    console.log(`ONNX: ${counts.equal} cases of layers equal, ${counts.refused} refused by name`),
  );

  it("are all covered that a graph can hold", () => {
    expect(cases.filter((one) => !isSkipped(one)).length).toBeGreaterThan(330);
  });

  for (const one of cases) {
    const reason = notModels.find(([pattern]) => pattern.test(nameOf(one)))?.[1];
    it.skipIf(reason !== undefined)(
      `${nameOf(one)}${reason === undefined ? "" : `: ${reason}`}`,
      async () => {
        const { model, tensors } = modelOf(one);
        scramble(model);
        if (isStateful(one)) {
          const written = runExported(model, tensors);
          await expect(written).rejects.toThrow(FormatError);
          await expect(written).rejects.toThrow(`(${one.class}): its state`);
          counts.refused++;
        } else {
          await expectSameInOnnx(model, tensors);
          counts.equal++;
        }
      },
    );
  }
});

/** Where PyTorch, which computed the values, differs from Keras's other backends. */
const isOfTorchAlone = ({ class: name }: ZooCase): boolean =>
  name === "ContrastLimitedAdaptiveHistogramEqualization";

describeGolden("files of Keras, through ONNX, give what Keras computed", () => {
  const saved = cases.filter(
    (one) =>
      one.model_file !== undefined &&
      !isSkipped(one) &&
      !isOfTorchAlone(one) &&
      !one.name.startsWith("quant"),
  );

  it("are there", () => {
    expect(saved.length).toBeGreaterThan(100);
  });

  describe.each(saved.map((one) => [nameOf(one), one] as const))("%s", (_, one) => {
    it("through ONNX", async () => {
      const file = one.model_file ?? "";
      const model = await models.loadModel(readGoldenBytes(file.includes("/") ? file : `layers_zoo/${file}`));
      expect(symbolicIn(model.output).every((output) => output instanceof KerasTensor)).toBe(true);
      const inputs = [...goldenTensorsIn(one.args), ...goldenTensorsIn(one.kwargs)].map((tensor) =>
        toTensor(tensor),
      );
      const outputs = await runExported(model, inputs);
      const expected = goldenTensorsIn(one.calls?.[0]?.output);
      expect(outputs.length).toBe(expected.length);
      expected.forEach((tensor, i) => {
        const actual = outputs[i];
        if (actual === undefined) throw new Error(`output ${i} is missing`);
        const half = /b?float16/.exec(one.name)?.[0];
        const coarse = half ?? (isFloat(actual.dtype) ? "float32" : actual.dtype);
        const values = { values: toNumbers(actual.dataSync(), actual.dtype), shape: actual.dims };
        expectClose(values, tensor, tolerance(coarse, "model"), `output ${i}`);
      });
    });
  });
});
