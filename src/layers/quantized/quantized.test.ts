import { describe, expect, it } from "vitest";
import { Input, layers, Model, ops } from "../../index.ts";
import { QuantizedDTypePolicy } from "../../graph/quantized-dtype-policy.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { loadModel, modelToBytes } from "../../saving/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { quantizedClass } from "./index.ts";

const dtype = new QuantizedDTypePolicy("int8", "float32");

interface Quantized extends LayerBase {
  readonly kernelScale: Variable;
  readonly kernel: Variable;
}

/** A layer's quantized form with its kernel rounded over the axes that are summed, in numbers `0 … 127` of a scale. */
function quantize(layer: LayerBase, shape: readonly number[]): LayerBase {
  const made = quantizedClass(layer.className, "int8")?.fromConfig({ ...layer.getConfig(), dtype });
  if (made === undefined) throw new Error(`no quantized ${layer.className}`);
  made.ensureBuilt([[null, ...shape]]);
  return made;
}

function numbers(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * step));
}

describe("layers of 8-bit integers", () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ["ab,bc->ac", [4], [6]],
    ["abc,cd->abd", [3, 4], [3, 5]],
    ["abc,cde->abde", [3, 4], [3, 2, 5]],
    ["abc,dce->abed", [3, 4], [3, 5, 2]],
    ["abcd,cde->abe", [3, 2, 4], [3, 5]],
    ["...x,xy->...y", [3, 2, 4], [5]],
    ["ab...,bc->ac...", [4, 3], [5]],
  ];
  it.each(cases)(
    "EinsumDense %s computes what the float layer does, but for rounding",
    (equation, input, output) => {
      const plain = layers.EinsumDense(equation, [...output]) as unknown as LayerBase; // SAFETY: a layer
      plain.ensureBuilt([[null, ...input]]);
      const int8 = quantize(plain, input) as Quantized;
      const [kernel] = plain.weights;
      if (kernel === undefined) throw new Error("no kernel");
      kernel.assign(ops.reshape(ops.convertToTensor(numbers(kernel.size, 1.3)), kernel.shape) as Tensor); // SAFETY: tensors in, tensors out
      // One scale for all: which axes it lies along is then no matter, but that it fits is.
      int8.kernelScale.assign(ops.multiply(ops.ones(int8.kernelScale.shape), 127) as Tensor); // SAFETY: as above
      int8.kernel.assign(ops.round(ops.multiply(kernel.value, 127)) as Tensor); // SAFETY: as above
      const size = 2 * input.reduce((a, b) => a * b, 1);
      const x = ops.reshape(ops.convertToTensor(numbers(size, 0.7)), [2, ...input]) as Tensor; // SAFETY: as above
      const [expected, actual] = [plain, int8].map((layer) => layer.invoke(x) as Tensor); // SAFETY: as above
      expect(actual?.dims).toEqual(expected?.dims);
      const theirs = Array.from(expected?.dataSync() ?? [], Number);
      Array.from(actual?.dataSync() ?? [], Number).forEach((y, i) =>
        expect(y).toBeCloseTo(theirs[i] ?? 0, 1),
      );
    },
  );

  it("have a scale for each axis of the output that the kernel has, in the output's order", () => {
    const plain = layers.EinsumDense("abc,dce->abed", [3, 5, 2]) as unknown as LayerBase; // SAFETY: a layer
    plain.ensureBuilt([[null, 3, 4]]);
    const int8 = quantize(plain, [3, 4]) as Quantized;
    expect(int8.kernelScale.shape).toEqual([1, 1, 5, 2]);
    const scales = Float32Array.from({ length: 10 }, (_, i) => 50 + 13 * i); // [e, d]
    const integers = Int8Array.from({ length: 40 }, (_, i) => ((i * 37) % 200) - 100); // [d, c, e]
    const floats = Float32Array.from(
      integers,
      (value, i) => value / (scales[(i % 5) * 2 + Math.floor(i / 20)] ?? 1),
    );
    int8.kernelScale.assign(scales);
    int8.kernel.assign(integers);
    plain.weights[0]?.assign(floats);
    const x = ops.reshape(ops.convertToTensor(numbers(24, 0.7)), [2, 3, 4]) as Tensor; // SAFETY: tensors in, tensors out
    const [expected, actual] = [plain, int8].map((layer) =>
      Array.from((layer.invoke(x) as Tensor).dataSync(), Number),
    ); // SAFETY: as above
    actual?.forEach((y, i) => expect(Math.abs(y - (expected?.[i] ?? 0))).toBeLessThan(0.05));
  });

  it("let gradients pass to what is before them, and keep their weights", async () => {
    const inputs = Input({ shape: [3] });
    const hidden = layers.Dense(4)(inputs);
    const int8 = quantize(layers.Dense(2) as unknown as LayerBase, [4]) as Quantized; // SAFETY: a layer
    int8.kernel.assign([
      [10, -20],
      [30, 40],
      [-50, 60],
      [70, 80],
    ]);
    int8.kernelScale.assign([100, 100]);
    const model = Model({ inputs, outputs: int8.invoke(hidden) }) as Model; // SAFETY: symbolic tensors
    model.compile({ optimizer: "sgd", loss: "mse" });
    const x = [
      [1, 2, 3],
      [0, 1, -1],
    ];
    const y = [
      [1, 0],
      [0, 1],
    ];
    const before = model.layers[1]?.weights[0]?.dataSync();
    const kernel = int8.kernel.dataSync();
    const first = await model.trainOnBatch(x, y);
    for (let i = 0; i < 20; i++) await model.trainOnBatch(x, y);
    expect(Number(await model.testOnBatch(x, y))).toBeLessThan(Number(first) / 2);
    expect(model.layers[1]?.weights[0]?.dataSync()).not.toEqual(before);
    expect(int8.kernel.dataSync()).toEqual(kernel);
    const again = await loadModel(modelToBytes(model));
    expect(again.weights.map((w) => w.dataSync())).toEqual(model.weights.map((w) => w.dataSync()));
    expect(await again.predict(x, { verbose: 0 })).toEqual(await model.predict(x, { verbose: 0 }));
  });
});
