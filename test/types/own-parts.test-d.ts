// Functions and classes of one's own where layers take activations, initializers and the like.
import {
  activations,
  constraints,
  initializers,
  Input,
  layers,
  losses,
  ops,
  regularizers,
} from "../../src/index.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { check, type Equal, type Expect } from "./expect.ts";

layers.Dense(1, { activation: (x) => ops.tanh(x) });
layers.Dense(1, { activation: (x: Tensor) => ops.relu(x) });
layers.Dense(1, { activation: ops.relu });
layers.Dense(1, { activation: activations.gelu });
layers.Activation((x) => x.multiply(2));
layers.Dense(1, { kernelInitializer: (shape) => ops.zeros(shape) });
layers.Dense(1, { kernelInitializer: (shape, { dtype }) => ops.zeros(shape, dtype) });
layers.Dense(1, { kernelInitializer: initializers.HeNormal(), kernelConstraint: constraints.NonNeg() });
layers.Dense(1, { kernelRegularizer: (w) => ops.sum(ops.square(w)), biasRegularizer: regularizers.L2(0.1) });
// @ts-expect-error - no activation
layers.Dense(1, { activation: 3 });

export class Halves extends losses.MeanSquaredError {}

const numbers = activations.relu([1, 2]);
const symbolic = activations.relu(Input({ shape: [3] }));
check<
  [Expect<Equal<typeof numbers, Tensor>>, Expect<Equal<typeof symbolic, KerasTensor<readonly [null, 3]>>>]
>();
