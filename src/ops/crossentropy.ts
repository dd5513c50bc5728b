import * as p from "../ir/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { epsilon } from "../util/epsilon.ts";
import { ShapeError } from "../util/errors.ts";
import { spread } from "./core/compute.ts";
import { asFloat, castTo, unify, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { logSumExpOver } from "./reductions.ts";

interface Arguments {
  readonly target: Tensor;
  readonly output: Tensor;
  readonly fromLogits: boolean;
  readonly axis: number;
}

type CrossentropyOptions = [{ readonly fromLogits?: boolean }, { readonly axis?: number }];

/** Keeps probabilities off 0 and 1, where logarithms are infinite. */
function clipped(x: Var): Var {
  return p.clamp(x, p.fullLike(x, epsilon()), p.fullLike(x, 1 - epsilon()));
}

/** Logarithms of the probabilities of classes, from logits or from positive numbers that are brought to sum 1. */
function logProbabilities(output: Var, axis: number, fromLogits: boolean): Var {
  if (fromLogits) return p.sub(output, spread(logSumExpOver(output, [axis]), output.shape, [axis]));
  return p.log(clipped(p.div(output, spread(p.reduceSum(output, [axis]), output.shape, [axis]))));
}

/** `−Σ target · log(output)` over classes. @see Keras `ops.categorical_crossentropy` */
export const categoricalCrossentropy: Op2<CrossentropyOptions> = defineOp(
  { name: "categoricalCrossentropy", module: "nn", args: { target: "tensor", output: "tensor", fromLogits: opt(false), axis: opt(-1) } },
  ({ target, output, fromLogits, axis }: Arguments) => {
    const where = "ops.categoricalCrossentropy";
    if (target.shape.join() !== output.shape.join() || target.dims.length === 0) {
      throw new ShapeError(`${where}: expected target and output of one shape, received ${formatShape(target.shape)} and ${formatShape(output.shape)}.`);
    }
    const x = asFloat(output);
    const at = normalizeAxis(axis, x.shape.length, where);
    const logs = logProbabilities(x, at, fromLogits);
    return wrap(p.neg(p.reduceSum(p.mul(castTo(target.traced, x.dtype), logs), [at])));
  },
);

/** `−log(output[target])`: classes as integers, with one axis less than the output. @see Keras `ops.sparse_categorical_crossentropy` */
export const sparseCategoricalCrossentropy: Op2<CrossentropyOptions> = defineOp(
  { name: "sparseCategoricalCrossentropy", module: "nn", args: { target: "tensor", output: "tensor", fromLogits: opt(false), axis: opt(-1) } },
  ({ target, output, fromLogits, axis }: Arguments) => {
    const where = "ops.sparseCategoricalCrossentropy";
    const x = asFloat(output);
    const at = normalizeAxis(axis, x.shape.length, where);
    const rest = x.shape.filter((_, i) => i !== at);
    const isColumn = target.dims.length === x.shape.length && target.dims.at(-1) === 1;
    const classes = isColumn ? target.dims.slice(0, -1) : target.dims;
    if (classes.join() !== rest.join()) {
      throw new ShapeError(
        `${where}: expected integer targets of shape ${formatShape(rest)} for outputs of shape ${formatShape(output.shape)}, received ${formatShape(target.shape)}. One-hot targets go with categoricalCrossentropy.`,
      );
    }
    const index = p.reshape(castTo(target.traced, "int32"), classes);
    const isTarget = p.eq(p.iota(x.shape, at, "int32"), spread(index, x.shape, [at]));
    const pick = (values: Var): Var => p.reduceSum(p.select(isTarget, values, p.zerosLike(values)), [at]);
    // With logits: log(Σ exp(x)) − x[target], whose gradient is softmax(x) − onehot(target).
    if (fromLogits) return wrap(p.sub(logSumExpOver(x, [at]), pick(x)));
    return wrap(p.neg(pick(logProbabilities(x, at, false))));
  },
);

/** `−target · log(output) − (1 − target) · log(1 − output)`, element by element. @see Keras `ops.binary_crossentropy` */
export const binaryCrossentropy: Op2<[{ readonly fromLogits?: boolean }]> = defineOp(
  { name: "binaryCrossentropy", module: "nn", args: { target: "tensor", output: "tensor", fromLogits: opt(false) } },
  ({ target, output, fromLogits }: Omit<Arguments, "axis">) => {
    const where = "ops.binaryCrossentropy";
    if (target.shape.join() !== output.shape.join()) {
      throw new ShapeError(`${where}: expected target and output of one shape, received ${formatShape(target.shape)} and ${formatShape(output.shape)}.`);
    }
    const [t, x] = unify(where, [target, output], asFloat(output).dtype);
    if (t === undefined || x === undefined) throw new ShapeError(`${where}: two operands are needed.`);
    const one = p.fullLike(x, 1);
    if (fromLogits) {
      // max(x, 0) − x·t + log(1 + exp(−|x|)) never overflows.
      const tail = p.log1p(p.exp(p.neg(p.abs(x))));
      return wrap(p.add(p.sub(p.max(x, p.zerosLike(x)), p.mul(x, t)), tail));
    }
    const y = clipped(x);
    return wrap(p.neg(p.add(p.mul(t, p.log(y)), p.mul(p.sub(one, t), p.log(p.sub(one, y))))));
  },
);
