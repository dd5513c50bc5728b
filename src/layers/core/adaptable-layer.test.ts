import { describe, expect, it } from "vitest";
import { Input, layers, Model, models, ops, optimizers, utils } from "../../index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { modelToBytes } from "../../saving/index.ts";
import type { AdaptableLayer } from "./adaptable-layer.ts";

function numbers(tensor: Tensor): readonly number[] {
  return Array.from(tensor.dataSync(), Number);
}

function makeModel(): { readonly model: Model; readonly dense: layers.Dense } {
  utils.clearSession();
  utils.setRandomSeed(5);
  const inputs = Input({ shape: [4] });
  const dense = layers.Dense(6, { name: "adapted", activation: "tanh" });
  return { model: Model({ inputs, outputs: layers.Dense(2)(dense(inputs)) }), dense };
}

const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 8, 1]);
const y = x.map(([a = 0, b = 0]) => [a - b, a * b]);

describe("low-rank parts", () => {
  it("begin as nothing, are trained in place of the kernel, and are saved as part of it", async () => {
    const { model, dense } = makeModel();
    const before = numbers(await model.predict(x, { verbose: 0 }));
    dense.enableLora(2, { loraAlpha: 4 });
    expect(dense.loraFactors?.map(({ path, shape }) => [path, shape])).toEqual([
      ["adapted/lora_kernel_a", [4, 2]],
      ["adapted/lora_kernel_b", [2, 6]],
    ]);
    expect(dense.variables.map(({ name, trainable }) => [name, trainable])).toEqual([
      ["kernel", false],
      ["bias", true],
      ["lora_kernel_a", true],
      ["lora_kernel_b", true],
    ]);
    dense.trainable = false;
    dense.trainable = true;
    expect(dense.kernel.trainable).toBe(false);
    model.clearSteps();
    expect(numbers(await model.predict(x, { verbose: 0 }))).toEqual(before);
    const kernel = dense.kernel.dataSync();
    model.compile({ optimizer: optimizers.Adam(0.05), loss: "mse" });
    const { history } = await model.fit(x, y, { epochs: 30, batchSize: 4, shuffle: false, verbose: 0 });
    expect(history["loss"]?.at(-1)).toBeLessThan(Number(history["loss"]?.[0]) / 3);
    expect(dense.kernel.dataSync()).toEqual(kernel);
    const [a, b] = dense.loraFactors ?? [];
    const part = ops.multiply(ops.matmul(a?.value ?? 0, b?.value ?? 0), 4 / 2) as Tensor; // SAFETY: tensors in, tensors out
    const merged = ops.add(dense.kernel.value, part) as Tensor; // SAFETY: as above

    const again = await models.loadModel(modelToBytes(model));
    const read = again.getLayer("adapted") as unknown as AdaptableLayer; // SAFETY: a dense layer
    expect([read.loraRank, read.loraAlpha, read.loraEnabled]).toEqual([2, 2, true]);
    const [stored] = read.weights;
    numbers(merged).forEach((value, i) => expect(numbers(stored?.value ?? merged)[i]).toBeCloseTo(value, 6));
    const outputs = numbers(await model.predict(x, { verbose: 0 }));
    numbers(await again.predict(x, { verbose: 0 })).forEach((value, i) =>
      expect(value).toBeCloseTo(outputs[i] ?? 0, 5),
    );
    // The weights alone, into a model with a part of its own.
    const { model: other, dense: otherDense } = makeModel();
    otherDense.enableLora(3, 1, "ones", "ones");
    const { loadWeights } = await import("../../saving/load-weights.ts");
    await loadWeights(other, modelToBytes(model));
    numbers(await other.predict(x, { verbose: 0 })).forEach((value, i) =>
      expect(value).toBeCloseTo(outputs[i] ?? 0, 5),
    );
  });

  it("of embeddings and of einsums compute the sum's product", () => {
    utils.setRandomSeed(1);
    const embedding = layers.Embedding(5, 3);
    const einsum = layers.EinsumDense("abc,cde->abde", [null, 2, 5]);
    const cases: readonly (readonly [AdaptableLayer, Tensor])[] = [
      [embedding as unknown as AdaptableLayer, ops.convertToTensor([[1, 4]], "int32") as Tensor], // SAFETY: layers of that base
      [
        einsum as unknown as AdaptableLayer,
        ops.reshape(ops.arange(12, { dtype: "float32" }), [2, 2, 3]) as Tensor,
      ], // SAFETY: as above
    ];
    for (const [layer, input] of cases) {
      layer.invoke(input);
      layer.enableLora(2, { bInitializer: "ones" });
      const { variable } = layer.mainWeight;
      const adapted = numbers(layer.invoke(input) as Tensor); // SAFETY: tensors in, tensors out
      const [a, b] = layer.loraFactors ?? [];
      const sum = ops.add(variable.value, ops.matmul(a?.value ?? 0, b?.value ?? 0)) as Tensor; // SAFETY: as above
      b?.assign(ops.zeros(b.shape) as Tensor); // SAFETY: as above
      variable.assign(sum);
      numbers(layer.invoke(input) as Tensor).forEach((value, i) => expect(adapted[i]).toBeCloseTo(value, 4)); // SAFETY: as above
    }
  });

  it("are asked for by loraRank, and keep the penalty on the kernel", () => {
    const dense = layers.Dense(3, { loraRank: 2, kernelRegularizer: "l2" });
    dense.ensureBuilt([[null, 4]]);
    expect(dense.losses.length).toBe(2);
    expect(dense.getConfig()).toMatchObject({ loraRank: 2, loraAlpha: 2, quantizationConfig: null });
    expect(layers.Dense(3).getConfig()).not.toHaveProperty("loraRank");
    const einsum = layers.EinsumDense("ab,bc->ac", 3, { loraRank: 2, loraAlpha: 5 });
    einsum.ensureBuilt([[null, 4]]);
    expect(einsum.loraAlpha).toBe(5);
  });

  it("refuse constraints, layers without weights, and a second part", () => {
    expect(() => layers.Dense(3).enableLora(2)).toThrow(/no weights yet/);
    const twice = layers.Dense(3, { loraRank: 1 });
    twice.ensureBuilt([[null, 4]]);
    expect(() => twice.enableLora(2)).toThrow(/already, of rank 1/);
    const held = layers.Dense(3, { kernelConstraint: "non_neg" });
    held.ensureBuilt([[null, 4]]);
    expect(() => held.enableLora(2)).toThrow(/constraint/);
    expect(() => layers.Dense(3, { loraRank: -1 })).toThrow(/positive integer/);
    const plain = layers.Dense(3);
    plain.ensureBuilt([[null, 4]]);
    expect(() => plain.enableLora(0)).toThrow(/positive integer/);
    expect(() => plain.enableLora(2, { alpha: 1 } as never)).toThrow(/`loraAlpha`|Known options/); // SAFETY: a mistake on purpose
  });
});
