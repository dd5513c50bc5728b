import { describe, expect, it } from "vitest";
import {
  Input,
  type KerasTensor,
  layers,
  Layer,
  Model,
  models,
  ops,
  OptionError,
  ShapeError,
  tensor,
  type Tensor,
} from "../../src/index.ts";
import { CompiledFunction } from "../../src/graph/compiled-function.ts";
import type { LayerBase } from "../../src/graph/layer-base.ts";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { currentBuilder } from "../../src/ir/program.ts";

/** Numbers that look random, the same in every run. */
function noise(...shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + shape.length) * 1.3);
  return ops.reshape(tensor(data), shape) as Tensor; // SAFETY: tensor in, tensor out
}

function numbers(value: unknown): number[][] {
  return (valuesIn(value) as Tensor[]).map((x) =>
    Array.from((ops.cast(x, "float32") as Tensor).dataSync(), Number),
  ); // SAFETY: computed values
}

function expectSame(actual: unknown, expected: unknown, digits = 5): void {
  const [a, b] = [numbers(actual), numbers(expected)];
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  a.forEach((row, i) => row.forEach((x, j) => expect(x).toBeCloseTo(b[i]?.[j] ?? Number.NaN, digits)));
}

/** The weights of one layer in another of the same form. */
function share(from: LayerBase, to: LayerBase): void {
  to.setWeights(from.getWeights());
}

/** A cell of the user's own: `h' = tanh(x · w + h)`, with a layer inside. */
class OwnCell extends Layer {
  readonly stateSize: number;
  readonly project;

  constructor(units: number) {
    super();
    this.stateSize = units;
    this.project = layers.Dense(units, { useBias: false, kernelInitializer: "ones" });
  }

  override build(inputShape: readonly (number | null)[]): void {
    this.project.ensureBuilt([inputShape]);
  }

  override call(inputs: Tensor, [h]: readonly Tensor[]): unknown {
    const next = ops.tanh(ops.add(this.project(inputs), h ?? 0));
    return [next, [next]];
  }
}

/** An LSTM cell that counts as the user's own: it is called at every step. */
class CalledLstm extends layers.LSTMCell {
  override call(inputs: Tensor, states: readonly Tensor[], options: object): unknown {
    return super.call(inputs, states, options);
  }
}

describe("RNN", () => {
  it("runs a cell of the user's own", () => {
    const x = noise(2, 3, 4);
    const [sequence, state] = layers.RNN(new OwnCell(2) as never, {
      returnSequences: true,
      returnState: true,
    })(x) as unknown as [Tensor, Tensor];
    let h = [0, 0];
    const rows = x.arraySync() as number[][][];
    const expected = rows[0]?.map((step) => {
      const sum = step.reduce((a, b) => a + b, 0);
      h = h.map((value) => Math.tanh(sum + value));
      return h;
    });
    expectSame(ops.getItem(sequence, [0]), tensor(expected ?? []));
    expectSame(state, ops.getItem(sequence, [":", -1]));
  });

  it("takes an object that is no layer", () => {
    const cell = {
      stateSize: 3,
      call: (x: Tensor, [h]: readonly Tensor[]) => [ops.add(x, h ?? 0), [ops.add(x, h ?? 0)]],
    };
    expectSame(layers.RNN(cell as never)(noise(2, 4, 3)), ops.sum(noise(2, 4, 3), 1));
  });

  it.each([
    ["plain", {}, false],
    ["masked", {}, true],
    ["backwards, masked", { goBackwards: true }, true],
    ["zeros at masked steps", { zeroOutputForMask: true }, true],
    ["zeros at masked steps, backwards", { zeroOutputForMask: true, goBackwards: true }, true],
    ["unrolled, masked", { unroll: true, goBackwards: true }, true],
  ])("gives what calling a built-in cell at every step gives: %s", (_, options, isMasked) => {
    const x = noise(3, 6, 4);
    const mask = tensor([
      [0, 1, 1, 0, 1, 0],
      [1, 1, 1, 1, 1, 1],
      [0, 0, 1, 1, 0, 1],
    ]).cast("bool");
    for (const initialState of [null, [noise(3, 5), ops.multiply(noise(3, 5), 0.5)]]) {
      for (const returnSequences of [true, false]) {
        const all = { ...options, returnSequences, returnState: true };
        const call = { mask: isMasked ? mask : null, initialState };
        const split = layers.RNN(layers.LSTMCell(5), all);
        const called = layers.RNN(new CalledLstm(5), all);
        const expected = split(x, call);
        called.ensureBuilt([x.shape]);
        share(split, called);
        expectSame(called(x, call), expected);
        // The loop and its steps written out are one.
        const unrolled = layers.RNN(layers.LSTMCell(5), { ...all, unroll: true });
        unrolled.ensureBuilt([x.shape]);
        share(split, unrolled);
        expectSame(unrolled(x, call), expected);
      }
    }
  });

  it("stacks cells", () => {
    const x = noise(2, 5, 3);
    const mask = tensor([
      [1, 1, 0, 1, 0],
      [0, 1, 1, 1, 1],
    ]).cast("bool");
    const stacked = layers.RNN([layers.GRUCell(4), new OwnCell(4), layers.LSTMCell(2)] as never, {
      returnSequences: true,
      returnState: true,
    });
    const called = layers.RNN(
      layers.StackedRNNCells([layers.GRUCell(4), new OwnCell(4), new CalledLstm(2)] as never),
      { returnSequences: true, returnState: true },
    );
    const expected = stacked(x, { mask });
    called.ensureBuilt([x.shape]);
    share(stacked, called);
    expectSame(called(x, { mask }), expected);
  });

  it("refuses what is no cell", () => {
    expect(() => layers.RNN(layers.Dense(3) as never)).toThrow(OptionError);
    expect(() => layers.RNN([] as never)).toThrow(/list of cells/);
  });
});

describe("built-in recurrent layers", () => {
  it("start with an open forget gate", () => {
    const layer = layers.LSTM(2);
    layer.ensureBuilt([[null, 3, 1]]);
    expect(Array.from(layer.cell.bias?.dataSync() ?? [], Number)).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it("draw different weights for the two directions", () => {
    const layer = layers.Bidirectional(layers.LSTM(3));
    layer.ensureBuilt([[null, 4, 2]]);
    const [forward, , , backward] = layer.getWeights();
    expect(numbers(forward)).not.toEqual(numbers(backward));
  });

  it.each(["LSTM", "GRU", "SimpleRNN"] as const)(
    "%s drops inputs and state alike at all steps, in training only",
    (name) => {
      const make = (options: object): LayerBase => {
        const layer = (layers[name] as typeof layers.LSTM)(4, {
          kernelInitializer: "ones",
          recurrentInitializer: "ones",
          seed: 3,
          ...options,
        });
        layer.ensureBuilt([[null, 6, 3]]);
        return layer;
      };
      const x = ops.multiply(ops.ones([64, 6, 3]), 0.1);
      for (const options of [
        { dropout: 0.5 },
        { recurrentDropout: 0.5 },
        { dropout: 0.4, recurrentDropout: 0.3 },
        { dropout: 0.5, implementation: 1 },
      ]) {
        const layer = make(options);
        const plain = make({});
        expectSame(layer.invoke(x, { training: false }), plain.invoke(x));
        const [first, second] = [
          numbers(layer.invoke(x, { training: true })),
          numbers(layer.invoke(x, { training: true })),
        ];
        expect(first).not.toEqual(second);
        expect(first).not.toEqual(numbers(plain.invoke(x)));
        expect(new Set(first[0]?.map((v) => v.toFixed(5))).size).toBeLessThan(64 * 4);
      }
    },
  );

  it("keep the expected input under dropout", () => {
    const layer = layers.SimpleRNN(1, {
      activation: "linear",
      kernelInitializer: "ones",
      recurrentInitializer: "zeros",
      dropout: 0.25,
      seed: 1,
    });
    const y = numbers(layer(ops.ones([4000, 2, 1]), { training: true }))[0] ?? [];
    expect(y.reduce((a, b) => a + b, 0) / y.length).toBeCloseTo(1, 1);
    expect([...new Set(y.map((v) => v.toFixed(3)))].sort()).toEqual(["0.000", "1.333"]);
  });

  it("go on from the state of the call before, where stateful", () => {
    const x = noise(2, 6, 3);
    const [half, rest] = ops.split(x, 2, 1) as [Tensor, Tensor]; // SAFETY: two halves
    const whole = layers.GRU(4);
    const expected = whole(x);
    const layer = layers.GRU(4, { stateful: true });
    layer.ensureBuilt([[2, 3, 3]]);
    share(whole, layer);
    const first = layer(half);
    expectSame(layer(rest), expected);
    layer.resetState();
    expectSame(layer(half), first);
    expect(() => layer(noise(3, 3, 3))).toThrow(ShapeError);
    expect(() => layers.GRU(4, { stateful: true })(Input({ shape: [3, 3] }))).toThrow(/batchShape/);
  });

  it("pass masks on and take them from their inputs", () => {
    const ids = tensor([
      [3, 1, 0, 0],
      [2, 0, 0, 0],
    ]).cast("int32");
    const inputs = Input({ shape: [null], dtype: "int32" });
    const embedded = layers.Embedding(5, 3, { maskZero: true })(inputs);
    const model = Model({
      inputs,
      outputs: layers.Bidirectional(layers.LSTM(2))(layers.LSTM(4, { returnSequences: true })(embedded)),
    });
    const shorter = ops.getItem(ids, [":", ":2"]);
    expectSame(model(ids), model(shorter));
  });

  it("compute in half precision", () => {
    const layer = layers.LSTM(3, { dtype: "mixed_float16", returnState: true });
    const [y, h, c] = layer(noise(2, 4, 3)) as unknown as Tensor[];
    expect([y, h, c].map((x) => x?.dtype)).toEqual(["float16", "float16", "float16"]);
    const exact = layers.LSTM(3);
    exact.ensureBuilt([[2, 4, 3]]);
    share(layer, exact);
    expectSame(y, exact(noise(2, 4, 3)), 2);
  });

  it("say what does not fit", () => {
    expect(() => layers.LSTM(3)(Input({ shape: [4] }) as never)).toThrow(/rank 3/);
    const several: unknown = [Input({ shape: [4, 3] }), Input({ shape: [4, 3] })];
    expect(() => layers.RNN(layers.LSTMCell(3))(several as KerasTensor)).toThrow(
      /expected one tensor of sequences, .*received 2/,
    ); // SAFETY: a mistake
    expect(() => layers.LSTM(3)(noise(2, 4, 3), { initialState: [noise(2, 3)] })).toThrow(
      /expected an initialState of shapes \[2, 3\], \[2, 3\], received \[2, 3\]/,
    );
    expect(() => layers.LSTM(3, { unroll: true })(Input({ shape: [null, 3] }))).toThrow(/unroll/);
    expect(() => layers.LSTM(0)).toThrow(OptionError);
    expect(() => layers.GRU(3, { returnSequence: true } as never)).toThrow(/returnSequences/);
    expect(() => layers.Bidirectional(layers.Dense(3) as never)).toThrow(OptionError);
    expect(() => layers.Bidirectional(layers.LSTM(3), { backwardLayer: layers.LSTM(3) })).toThrow(
      /directions/,
    );
    expect(() => layers.TimeDistributed(layers.Dense(3))(Input({ shape: [4] }) as never)).toThrow(
      /rank >= 3/,
    );
  });

  it("are one loop of the program, however long the sequence", () => {
    const layer = layers.LSTM(4, { returnSequences: true });
    layer.ensureBuilt([[2, 5, 3]]);
    const sizes = [5, 50].map((time) => {
      const f = new CompiledFunction((x) => {
        expect(currentBuilder()).not.toBeNull();
        return layer(x as Tensor) as Tensor; // SAFETY: called with one array
      });
      return f.programFor({ data: new Float32Array(2 * time * 3), shape: [2, time, 3], dtype: "float32" })
        .equations.length;
    });
    expect(sizes[0]).toBe(sizes[1]);
  });

  it("survive saving", () => {
    const inputs = Input({ shape: [5, 3] });
    const x = layers.Bidirectional(layers.GRU(2, { returnSequences: true }), { mergeMode: "sum" })(inputs);
    const y = layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(2)], { returnSequences: true })(x);
    const model = Model({ inputs, outputs: layers.TimeDistributed(layers.Dense(2))(y) });
    const copy = models.modelFromJson(model.toJson());
    copy.setWeights(model.getWeights());
    const data = noise(2, 5, 3);
    expectSame(copy(data), model(data));
  });
});

describe("TimeDistributed", () => {
  /** Mixes the samples of a batch: no step may see those of another. */
  class Centered extends Layer {
    override call(inputs: Tensor): unknown {
      return ops.subtract(inputs, ops.mean(inputs, { axis: 0, keepdims: true }));
    }
  }

  it.each(["eagerly", "in a model"])("gives each step to the layer by itself, %s", (how) => {
    const x = noise(3, 4, 2);
    const layer = layers.TimeDistributed(new Centered());
    const inputs = Input({ shape: [null, 2] });
    expectSame(
      how === "eagerly" ? layer(x) : Model({ inputs, outputs: layer(inputs) })(x as never),
      ops.subtract(x, ops.mean(x, { axis: 0, keepdims: true })),
    );
  });

  it("updates moving averages step by step, for sequences of any length", () => {
    const inputs = Input({ shape: [null, 2] });
    const outputs = layers.TimeDistributed(layers.BatchNormalization())(inputs);
    expect(outputs.shape).toEqual([null, null, 2]);
  });

  it("applies a model", () => {
    const image = Input({ shape: [8, 8, 1] });
    const features = Model({
      inputs: image,
      outputs: layers.GlobalAveragePooling2D()(layers.Conv2D(3, 3)(image)),
    });
    const video = Input({ shape: [null, 8, 8, 1] });
    const model = Model({ inputs: video, outputs: layers.LSTM(2)(layers.TimeDistributed(features)(video)) });
    expect(model.outputs[0]?.shape).toEqual([null, 2]);
    const frames = noise(2, 3, 8, 8, 1);
    const each = ops.stack(
      [0, 1, 2].map((i) => features(ops.getItem(frames, [":", i]) as Tensor)),
      1,
    );
    expectSame(layers.TimeDistributed(features)(frames), each);
  });
});

describe("a layer with a loop of its own", () => {
  const [units, timesteps, inputDim, batchSize] = [32, 10, 5, 16];

  function classifierOf(): Model {
    const inputs = Input({ shape: [timesteps, units] });
    const x = layers.Dense(32, { activation: "tanh" })(layers.GlobalAveragePooling1D()(inputs));
    return Model({ inputs, outputs: layers.Dense(1, { activation: "sigmoid" })(x) });
  }

  class CustomRNN extends Layer {
    readonly projection1 = layers.Dense(units, { activation: "tanh" });
    readonly projection2 = layers.Dense(units, { activation: "tanh" });
    readonly classifier = classifierOf();

    override call(inputs: Tensor): unknown {
      const outputs: Tensor[] = [];
      let state: Tensor = ops.zeros([inputs.dims[0] ?? 1, units]);
      for (let t = 0; t < (inputs.dims[1] ?? 0); t++) {
        const x = inputs.at(":", t, ":");
        const h = this.projection1(x);
        const y = ops.add(h, this.projection2(state)) as Tensor; // SAFETY: tensors in, tensor out
        state = y;
        outputs.push(y);
      }
      return this.classifier(ops.stack(outputs, { axis: 1 }) as Tensor); // SAFETY: as above
    }
  }

  it("can be called by itself", () => {
    expect((new CustomRNN()(ops.zeros([1, timesteps, inputDim])) as Tensor).shape).toEqual([1, 1]);
  });

  it("can be part of a functional model, and trains", async () => {
    const inputs = Input({ batchShape: [batchSize, timesteps, inputDim] });
    const x = layers.Conv1D(units, 3, { padding: "same" })(inputs);
    const model = Model({ inputs, outputs: new CustomRNN()(x) });
    expect(model.outputs[0]?.shape).toEqual([batchSize, 1]);
    model.compile({ optimizer: "adam", loss: "binary_crossentropy" });
    const data = noise(2 * batchSize, timesteps, inputDim);
    const labels = ops.cast(ops.greater(ops.mean(data, [1, 2]), 0), "float32").reshape([-1, 1]);
    const { history } = await model.fit(data, labels, { epochs: 3, batchSize, verbose: 0, shuffle: false });
    const losses = history["loss"] ?? [];
    expect(losses[2]).toBeLessThan(losses[0] ?? 0);
  });
});
