import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, formatShape, normalizeAxis, sameShape } from "../ir/shape.ts";
import { epsilon } from "../util/epsilon.ts";
import { ShapeError } from "../util/errors.ts";
import { logSoftmaxOver } from "./activations.ts";
import { spread } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { oneHotOf } from "./indexing.ts";

const module = "nn";

interface Prediction {
  readonly target: Tensor;
  readonly output: Tensor;
  readonly fromLogits: boolean;
  readonly axis: number;
}

function limit(x: Var): Var {
  return p.clamp(x, p.fullLike(x, epsilon()), p.fullLike(x, 1 - epsilon()));
}

/** Log-probabilities of what a model gives: logits, or probabilities that are brought to the sum 1. */
function logProbabilities(output: Var, axis: number, fromLogits: boolean): Var {
  if (fromLogits) return logSoftmaxOver(output, [axis]);
  const total = spread(p.reduceSum(output, [axis]), output.shape, [axis]);
  return p.log(limit(p.div(output, total)));
}

/** `−Σ target · log(output)` along an axis. @see Keras `ops.categorical_crossentropy` */
export const categoricalCrossentropy: Op2<
  [{ readonly fromLogits?: boolean }, { readonly axis?: number }],
  "output"
> = defineOp(
  {
    name: "categoricalCrossentropy",
    module,
    args: { target: "tensor", output: "tensor", fromLogits: opt(false), axis: opt(-1) },
  },
  ({ target, output, fromLogits, axis }: Prediction) => {
    const value = asFloat(output);
    const rank = value.shape.length;
    if (rank < 1 || target.dims.length !== rank) {
      throw new ShapeError(
        `ops.categoricalCrossentropy: expected target and output of one shape and rank ≥ 1, received ${formatShape(target.shape)} and ${formatShape(output.shape)}. Class numbers go to ops.sparseCategoricalCrossentropy.`,
      );
    }
    const at = normalizeAxis(axis, rank, "ops.categoricalCrossentropy");
    const shape = broadcastShapes(target.dims, value.shape, "ops.categoricalCrossentropy");
    const truth = p.broadcast(castTo(target.traced, value.dtype), shape);
    return wrap(
      p.neg(p.reduceSum(p.mul(truth, p.broadcast(logProbabilities(value, at, fromLogits), shape)), [at])),
    );
  },
);

/** `−log(output[target])` along an axis, for class numbers. @see Keras `ops.sparse_categorical_crossentropy` */
export const sparseCategoricalCrossentropy: Op2<
  [{ readonly fromLogits?: boolean }, { readonly axis?: number }],
  "output"
> = defineOp(
  {
    name: "sparseCategoricalCrossentropy",
    module,
    args: { target: "tensor", output: "tensor", fromLogits: opt(false), axis: opt(-1) },
  },
  ({ target, output, fromLogits, axis }: Prediction) => {
    const value = asFloat(output);
    const rank = value.shape.length;
    const at = normalizeAxis(axis, rank, "ops.sparseCategoricalCrossentropy");
    const expected = value.shape.filter((_, i) => i !== at);
    const isColumn = target.dims.length === rank && target.dims.at(-1) === 1;
    const labels = isColumn ? p.reshape(target.traced, target.dims.slice(0, -1)) : target.traced;
    if (labels.shape.join() !== expected.join()) {
      throw new ShapeError(
        `ops.sparseCategoricalCrossentropy: expected class numbers of shape ${formatShape(expected)} for output ${formatShape(output.shape)}, received ${formatShape(target.shape)}. One-hot targets go to ops.categoricalCrossentropy.`,
      );
    }
    const truth = oneHotOf(labels, value.shape[at] ?? 0, at, value.dtype);
    return wrap(p.neg(p.reduceSum(p.mul(truth, logProbabilities(value, at, fromLogits)), [at])));
  },
);

/** `−(target · log(output) + (1 − target) · log(1 − output))`, element by element. @see Keras `ops.binary_crossentropy` */
export const binaryCrossentropy: Op2<[{ readonly fromLogits?: boolean }], "output"> = defineOp(
  {
    name: "binaryCrossentropy",
    module,
    args: { target: "tensor", output: "tensor", fromLogits: opt(false) },
  },
  ({ target, output, fromLogits }: Omit<Prediction, "axis">) => {
    const value = asFloat(output);
    if (!sameShape(target.dims, value.shape)) {
      throw new ShapeError(
        `ops.binaryCrossentropy: expected target and output of one shape, received ${formatShape(target.shape)} and ${formatShape(output.shape)}.`,
      );
    }
    const truth = castTo(target.traced, value.dtype);
    const x = value;
    if (fromLogits) {
      // max(x, 0) − x·z + log(1 + exp(−|x|))
      const base = p.sub(p.max(x, p.zerosLike(x)), p.mul(x, truth));
      return wrap(p.add(base, p.log1p(p.exp(p.neg(p.abs(x))))));
    }
    const probability = limit(x);
    const one = p.fullLike(x, 1);
    const yes = p.mul(truth, p.log(probability));
    const no = p.mul(p.sub(one, truth), p.log(p.sub(one, probability)));
    return wrap(p.neg(p.add(yes, no)));
  },
);
