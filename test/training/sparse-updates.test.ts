import { afterEach, describe, expect, it } from "vitest";
import { Input, layers, Model, ops, optimizers, tensor, type Tensor } from "../../src/index.ts";
import { getBackend, useBackend } from "../../src/backend/index.ts";
import { ReferenceBackend } from "../../src/backend/reference/reference-backend.ts";
import { schedule } from "../../src/compiler/compile.ts";
import type { Variable } from "../../src/graph/variable.ts";
import type { OptimizerBase } from "../../src/optimizers/optimizer.ts";
import { expectClose } from "../support/close.ts";
import { largestProgram } from "../support/planned-steps.ts";

const [batch, steps, vocabulary, width] = [6, 5, 900, 8];

/** An optimizer of the user's own: steps that go with the gradient's square. */
class SquareDescent extends optimizers.Optimizer {
  constructor() {
    super({ learningRate: 0.05, name: "square_descent" });
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    variable.assignSub(ops.multiply(ops.multiply(gradient, ops.abs(gradient)), learningRate));
  }
}

const makers: Readonly<Record<string, () => OptimizerBase>> = {
  SGD: () => optimizers.SGD(0.5),
  "SGD with clipped values": () => optimizers.SGD(0.5, { clipvalue: 0.01 }),
  Adagrad: () => optimizers.Adagrad(0.1),
  "one of the user's own": () => new SquareDescent(),
  "SGD with momentum": () => optimizers.SGD(0.5, 0.9),
  Adam: () => optimizers.Adam(0.05),
};

function indices(seed: number, count: number): Tensor {
  // Some indices come several times; 0 is left out.
  const values = Int32Array.from(
    { length: batch * count },
    (_, i) => ((i * i * 7 + seed) % 11) * 60 + (i % 3),
  );
  return tensor(values, { shape: [batch, count], dtype: "int32" });
}

function noise(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898)),
    { shape },
  );
}

/** A model with a table that two inputs look into, trained for a few steps. */
async function weightsAfter(optimizer: OptimizerBase): Promise<number[][]> {
  const table = layers.Embedding(vocabulary, width, { maskZero: true });
  const [first, second] = [
    Input({ shape: [steps], dtype: "int32" }),
    Input({ shape: [2 * steps], dtype: "int32" }),
  ];
  const both = layers.concatenate([
    layers.LSTM(4)(table(first)),
    layers.GlobalAveragePooling1D()(table(second)),
  ]);
  const model = Model({ inputs: [first, second], outputs: layers.Dense(1)(both) });
  model.setWeights(model.weights.map(({ shape }) => noise(shape)));
  model.compile({ optimizer, loss: "mean_squared_error" });
  for (let step = 0; step < 3; step++)
    await model.trainOnBatch([indices(step, steps), indices(step + 5, 2 * steps)], noise([batch, 1]));
  return [...model.weights, ...optimizer.variables].map((weight) => [...weight.dataSync()].map(Number));
}

describe("training a table of which a batch touches few rows", () => {
  const usual = getBackend();
  afterEach(() => useBackend(usual));

  it.each(Object.entries(makers))("gives the weights that the whole update gives: %s", async (_, make) => {
    const actual = await weightsAfter(make());
    useBackend(new ReferenceBackend());
    const expected = await weightsAfter(make());
    expect(actual.length).toBe(expected.length);
    actual.forEach((values, i) =>
      expectClose(values, expected[i] ?? [], { rtol: 1e-3, atol: 1e-5 }, `weight ${i}`),
    );
  });

  it.each(Object.entries(makers))(
    "plans no loop over the table where the optimizer allows it: %s",
    async (name, make) => {
      const program = await largestProgram(() => weightsAfter(make()));
      const sizes = schedule(program).items.flatMap((item) =>
        item.kind === "loop" ? [[...item.outer, ...item.inner].reduce((a, b) => a * b, 1)] : [],
      );
      const isSparse = !["SGD with momentum", "Adam"].includes(name);
      expect(Math.max(...sizes) < vocabulary * width).toBe(isSparse);
    },
  );
});
