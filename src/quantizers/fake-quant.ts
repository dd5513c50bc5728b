import { normalizeAxis } from "../ir/shape.ts";
import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { greaterEqual, lessEqual, logicalAnd } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { customGradient } from "../ops/gradient.ts";
import { where } from "../ops/indexing.ts";
import { sum } from "../ops/reductions.ts";
import { expandDims, reshape } from "../ops/shape.ts";
import { clip, floor, negative, round } from "../ops/unary-math.ts";
import { AntlerError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";

export interface FakeQuantOptions {
  /** Default 8. */
  readonly numBits?: number;
  /** Whether the least integer is 1 in place of 0. Default false. */
  readonly narrowRange?: boolean;
  /** The axis along which every channel has a range of its own. Default none: one range for all. */
  readonly axis?: number | null;
}

/**
 * Floats as `numBits` bits tell them between `minVals` and `maxVals`, moved so that 0 is one of the steps.
 *
 * Gradients pass within the range; outside it they go to the end that was passed.
 *
 * @see Keras `quantizers/quantizers.py`, `fake_quant_with_min_max_vars`
 */
export function fakeQuantWithMinMaxVars(
  inputs: TensorInput,
  minVals: TensorInput,
  maxVals: TensorInput,
  options: FakeQuantOptions = {},
): Tensor {
  const name = "fakeQuantWithMinMaxVars";
  const names = ["inputs", "minVals", "maxVals", "numBits", "narrowRange", "axis"];
  const given = bindArguments(name, names, [inputs, minVals, maxVals, options]) as FakeQuantOptions; // SAFETY: names are checked
  const { numBits = 8, narrowRange = false, axis = null } = given;
  const values = [inputs, minVals, maxVals].map((one) => toValue(one));
  if (!values.every((value) => value instanceof Tensor))
    throw new AntlerError(`${name}: symbolic tensors are not taken; call it inside a layer.`);
  const most = 2 ** positiveInteger(name, "numBits", numBits) - 1;
  const rank = values[0]?.dims.length ?? 0;
  const at = axis === null ? null : normalizeAxis(axis, rank, name);
  const rounded = customGradient((x, min, max) => quantizeWithin(x, min, max, narrowRange ? 1 : 0, most, at));
  return rounded(...values) as Tensor; // SAFETY: one result
}

type Rule = (upstream: Tensor) => readonly Tensor[];

function quantizeWithin(
  x: Tensor,
  min: Tensor,
  max: Tensor,
  least: number,
  most: number,
  axis: number | null,
): readonly [Tensor, Rule] {
  const others = x.dims.map((_, i) => i).filter((i) => i !== axis);
  // A range for each channel lies along the axis.
  const along = (range: Tensor): Tensor => {
    const wide = cast(range, "float32") as Tensor; // SAFETY: tensors in, tensors out
    return axis === null || others.length === 0
      ? (reshape(wide, axis === null ? [] : wide.dims) as Tensor) // SAFETY: as above
      : (expandDims(reshape(wide, [x.dims[axis] ?? 1]), others) as Tensor); // SAFETY: as above
  };
  const { from, to, scale } = nudged(along(min), along(max), least, most);
  const inverse = reciprocalOf(along(min), along(max), most - least);
  const zero: Tensor = floor(add(multiply(negative(from), inverse), 0.5));
  const inside = clip(cast(x, "float32") as Tensor, from, to) as Tensor; // SAFETY: as above
  const steps: Tensor = floor(add(subtract(multiply(subtract(inside, from), inverse), zero), 0.5));
  const result = cast(multiply(steps, scale), x.dtype) as Tensor; // SAFETY: as above
  const [notBelow, notAbove] = [greaterEqual(x, from) as Tensor, lessEqual(x, to) as Tensor]; // SAFETY: as above
  const rule: Rule = (upstream) => {
    const only = (mask: Tensor): Tensor => where(mask, upstream, 0) as Tensor; // SAFETY: as above
    const total = (mask: Tensor, range: Tensor): Tensor =>
      cast(reshape(sum(only(mask), { axis: others }), range.dims), range.dtype) as Tensor; // SAFETY: as above
    return [
      only(logicalAnd(notBelow, notAbove) as Tensor), // SAFETY: as above
      total(lessEqual(x, from) as Tensor, min), // SAFETY: as above
      total(greaterEqual(x, to) as Tensor, max), // SAFETY: as above
    ];
  };
  return [result, rule];
}

/** Steps for each unit. */
function reciprocalOf(min: Tensor, max: Tensor, steps: number): Tensor {
  return divide(steps, subtract(max, min)) as Tensor; // SAFETY: tensors in, tensors out
}

/** The range moved so that 0 is one of its steps, and the width of a step. */
function nudged(
  min: Tensor,
  max: Tensor,
  least: number,
  most: number,
): { readonly from: Tensor; readonly to: Tensor; readonly scale: Tensor } {
  const scale: Tensor = divide(subtract(max, min), most - least);
  const zero: Tensor = round(clip(subtract(least, divide(min, scale) as Tensor), least, most)); // SAFETY: tensors in, tensors out
  return { from: multiply(subtract(least, zero), scale), to: multiply(subtract(most, zero), scale), scale };
}
