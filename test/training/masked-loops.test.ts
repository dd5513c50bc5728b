import { describe, expect, it } from "vitest";
import { layers, ops, tensor, type Tensor } from "../../src/index.ts";
import { schedule } from "../../src/compiler/compile.ts";
import type { Item } from "../../src/compiler/kernel-ir/kernel-ir.ts";
import { CompiledFunction } from "../../src/graph/compiled-function.ts";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import type { LayerBase } from "../../src/graph/layer-base.ts";
import { Variable } from "../../src/graph/variable.ts";
import { blockSizeOf } from "../../src/layers/rnn/blocks.ts";
import { valueAndGrad } from "../../src/training/gradient.ts";
import { expectClose } from "../support/close.ts";

const [batch, steps, features] = [16, 29, 3];

/** Numbers that look random, the same in every run. */
function noise(shape: readonly number[], scale = 1): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i * 12.9898 + shape.length)),
    { shape },
  );
}

function maskOf(isKept: (sample: number, step: number) => boolean): Tensor {
  const bits = Array.from({ length: batch }, (_, b) => Array.from({ length: steps }, (_, t) => isKept(b, t)));
  return tensor(bits.map((row) => row.map(Number))).cast("bool") as Tensor; // SAFETY: tensor in, tensor out
}

const masks: Readonly<Record<string, Tensor>> = {
  "padded behind": maskOf((b, t) => t < 3 + 4 * (b % 4)),
  "padded in front": maskOf((b, t) => t >= 12 + 4 * (b % 4)),
  "padded on both sides, with gaps": maskOf(
    (b, t) => t > 10 + (b % 3) && t < 20 - (b % 2) && (t + b) % 4 !== 0,
  ),
  "one short block": maskOf((b, t) => b < 2 && t === 14),
  "nothing kept": maskOf(() => false),
  "everything kept": maskOf(() => true),
  "the ends alone": maskOf((b, t) => t === 0 || t === steps - 1),
};

/** Cells of both kinds: those that do a part of their work for all steps at once, and those that are called. */
class CalledLstm extends layers.LSTMCell {
  override call(inputs: Tensor, states: readonly Tensor[], options: object): unknown {
    return super.call(inputs, states, options);
  }
}

type Make = (options: { readonly unroll: boolean }) => LayerBase;

const common = { returnSequences: true, returnState: true } as const;
const kinds: Readonly<Record<string, Make>> = {
  LSTM: (options) => layers.LSTM(5, { ...options, ...common }),
  "LSTM, backwards": (options) => layers.LSTM(5, { ...options, ...common, goBackwards: true }),
  "GRU, last output": (options) => layers.GRU(4, { ...options }),
  "GRU, reset before the product": (options) => layers.GRU(4, { ...options, ...common, resetAfter: false }),
  "SimpleRNN, last output, backwards": (options) => layers.SimpleRNN(4, { ...options, goBackwards: true }),
  "RNN of a cell that is called": (options) =>
    layers.RNN(new CalledLstm(4), { ...options, returnSequences: true, returnState: true }),
  "RNN of a cell that is called, last output, backwards": (options) =>
    layers.RNN(new CalledLstm(4), { ...options, goBackwards: true }),
  "RNN with zeros at masked steps": (options) =>
    layers.RNN(layers.LSTMCell(4), { ...options, returnSequences: true, zeroOutputForMask: true }),
  "RNN with zeros at masked steps, of a cell that is called": (options) =>
    layers.RNN(new CalledLstm(4), {
      ...options,
      returnSequences: true,
      zeroOutputForMask: true,
      goBackwards: true,
    }),
  "RNN of stacked cells": (options) =>
    layers.RNN([layers.GRUCell(4), new CalledLstm(3), layers.SimpleRNNCell(2)] as never, {
      ...options,
      returnSequences: true,
      returnState: true,
    }),
  Bidirectional: (options) => layers.Bidirectional(layers.LSTM(3, { ...options, returnSequences: true })),
  "Bidirectional, last output": (options) => layers.Bidirectional(layers.GRU(3, options)),
};

/** Outputs, and the gradients of a weighted sum of them with respect to the inputs and all weights. */
function resultsOf(
  layer: LayerBase,
  mask: Tensor,
  x: Variable,
  initialState: readonly Tensor[] | null,
): number[][] {
  const call = (): Tensor[] =>
    valuesIn(layer.invoke(x.value, { mask, ...(initialState && { initialState }) })) as Tensor[]; // SAFETY: tensors in, tensors out
  const { value, gradients } = valueAndGrad(() => {
    const terms = call().map((y, i) => ops.sum(ops.multiply(y, noise(y.dims, 1 + i))) as Tensor); // SAFETY: tensors in, tensor out
    return terms.reduce((sum, term) => ops.add(sum, term) as Tensor); // SAFETY: as above
  }, [x, ...layer.trainableVariables]);
  return [value, ...gradients, ...call()].map((found) => [...(found?.dataSync() ?? [])].map(Number));
}

describe("a loop over the blocks in which sequences are alive", () => {
  it("has blocks here", () => {
    expect(blockSizeOf(steps, batch)).toBe(10);
    expect(blockSizeOf(200, 32)).toBe(10);
    expect(blockSizeOf(60, 2)).toBe(60);
    expect(blockSizeOf(0, 2)).toBe(0);
  });

  it.each(Object.keys(kinds))("gives what its steps written out give: %s", (kind) => {
    const make = kinds[kind];
    if (make === undefined) throw new Error("a kind of layer");
    const [looped, unrolled] = [make({ unroll: false }), make({ unroll: true })];
    const x = new Variable(noise([batch, steps, features]), { name: "x" });
    for (const layer of [looped, unrolled]) layer.ensureBuilt([[batch, steps, features]]);
    const weights = looped.weights.map(({ shape }, i) => noise(shape, 0.4 + 0.1 * i));
    for (const layer of [looped, unrolled]) layer.setWeights(weights);
    for (const [name, mask] of Object.entries(masks)) {
      const expected = resultsOf(unrolled, mask, x, null);
      resultsOf(looped, mask, x, null).forEach((values, i) =>
        expectClose(values, expected[i] ?? [], { rtol: 1e-4, atol: 2e-5 }, `${kind}, ${name}, result ${i}`),
      );
    }
  });

  it.each([{ goBackwards: false }, { goBackwards: true }])("goes on from given states: %o", (options) => {
    const [looped, unrolled] = [false, true].map((unroll) => {
      const layer = layers.LSTM(5, { ...common, ...options, unroll });
      layer.ensureBuilt([[batch, steps, features]]);
      layer.setWeights(layer.weights.map(({ shape }) => noise(shape, 0.5)));
      return layer;
    });
    if (looped === undefined || unrolled === undefined) throw new Error("two layers");
    const x = new Variable(noise([batch, steps, features]), { name: "x" });
    const states = [noise([batch, 5]), noise([batch, 5], 0.5)];
    for (const [name, mask] of Object.entries(masks)) {
      const expected = resultsOf(unrolled, mask, x, states);
      resultsOf(looped, mask, x, states).forEach((values, i) =>
        expectClose(values, expected[i] ?? [], { rtol: 1e-4, atol: 2e-5 }, `${name}, result ${i}`),
      );
    }
  });

  it("holds all products of a training step", () => {
    const layer = layers.LSTM(5);
    layer.ensureBuilt([[batch, steps, features]]);
    const step = new CompiledFunction((inputs) => {
      const { x, mask } = inputs as { readonly x: Tensor; readonly mask: Tensor }; // SAFETY: as given below
      const { gradients } = valueAndGrad(
        () => ops.sum(layer.invoke(x, { mask }) as Tensor),
        layer.trainableVariables,
      ); // SAFETY: one tensor
      return gradients.filter((g) => g !== null);
    });
    const program = step.programFor({
      x: {
        data: new Float32Array(batch * steps * features),
        shape: [batch, steps, features],
        dtype: "float32",
      },
      mask: { data: new Uint8Array(batch * steps), shape: [batch, steps], dtype: "bool" },
    });
    const { items } = schedule(program);
    const parts = items.flatMap((item) => (item.kind === "repeat" ? [item.range?.part] : []));
    expect(parts).toContain("within");
    expect(parts.every((part) => part !== undefined)).toBe(true);
    const isProduct = (item: Item): boolean => item.kind === "structured" && item.primitive === "matmul";
    expect(items.some(isProduct)).toBe(false);
    // Forward: that of the inputs and that of the state; backward: two for kernels, one for the state.
    const all = items.flatMap((item) => (item.kind === "repeat" ? item.body : []));
    const nested = all.flatMap((item) => (item.kind === "repeat" ? item.body : []));
    expect([all.filter(isProduct).length, nested.filter(isProduct).length]).toEqual([3, 2]);
  });
});
