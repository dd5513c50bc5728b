import { isFloat } from "../../ir/dtypes.ts";
import type { RefArray } from "../../ir/primitive.ts";
import { broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { type Dims, sizeOf } from "../../ir/shape.ts";
import { fromRefArray, toRefArray } from "./constant.ts";
import type { Emitter } from "./emitter.ts";
import type { Site } from "./site.ts";
import { isFixed } from "./size.ts";
import { broadcastSizes, constantIn, type Value } from "./value.ts";

/** Largest whole number up to which doubles hold every one. */
const exactUpTo = 2 ** 53;
/** Largest result that is computed when the file is written. */
const foldedUpTo = 2 ** 20;

/** The elements of constants; null where one is none, or has integers that doubles do not hold. */
function elementsOf(e: Emitter, values: readonly Value[]): RefArray[] | null {
  const arrays = values.flatMap((value) => {
    const constant = constantIn(e.plain(value));
    return constant === null ? [] : [toRefArray(constant)];
  });
  const isExact = arrays.every(
    ({ dtype, data }) =>
      !dtype.endsWith("64") || isFloat(dtype) || data.every((x) => Math.abs(x) <= exactUpTo),
  );
  return arrays.length === values.length && isExact ? arrays : null;
}

function spreadTo(array: RefArray, shape: Dims): RefArray {
  const missing = shape.length - array.shape.length;
  const axes = array.shape.map((_, i) => i + missing);
  return broadcastPrimitive.evaluate([array], { shape, axes }, () => [])[0] ?? array;
}

/** The result of an element-wise operation on constants, as small as they are stored; null where one is none. */
export function foldElementwise(e: Emitter, { primitive, inputs, params, outputs }: Site): Value | null {
  if (!inputs.every((value) => constantIn(value) !== null)) return null;
  const arrays = elementsOf(e, inputs);
  if (arrays === null) return null;
  const shape = broadcastSizes(inputs.map((value) => e.plain(value).stored)).map((size) => size[0] ?? 1);
  const operands = arrays.map((array) => spreadTo(array, shape));
  const [result] = primitive.evaluate(operands, params[0] ?? {}, () => []);
  return result === undefined
    ? null
    : { ...e.constant(fromRefArray(result)), shape: outputs[0]?.shape ?? [] };
}

/** Primitives that are computed when all they take is constant. */
const foldable: ReadonlySet<string> = new Set([
  "argMax",
  "argMin",
  "concat",
  "cumSum",
  "gather",
  "pad",
  "reduceMax",
  "reduceMin",
  "reduceProd",
  "reduceSum",
  "reverse",
  "slice",
]);

/** The results of such a primitive on constants; null where they are to be computed in the graph. */
export function foldWhole(e: Emitter, { primitive, inputs, params, outputs }: Site): readonly Value[] | null {
  const isSmall = outputs.every(
    ({ shape }) => shape.every(isFixed) && sizeOf(shape.map((size) => size[0] ?? 1)) <= foldedUpTo,
  );
  const isFoldable = foldable.has(primitive.name) && inputs.every((value) => constantIn(value) !== null);
  if (!isFoldable || !isSmall || !inputs.every(({ shape }) => shape.every(isFixed))) return null;
  const isSame = params.every((each) => JSON.stringify(each) === JSON.stringify(params[0]));
  const arrays = isSame ? elementsOf(e, inputs) : null;
  if (arrays === null) return null;
  const operands = arrays.map((array, i) =>
    spreadTo(array, inputs[i]?.shape.map((size) => size[0] ?? 1) ?? []),
  );
  const results = primitive.evaluate(operands, params[0] ?? {}, () => []);
  return results.map((result) => e.constant(fromRefArray(result)));
}
