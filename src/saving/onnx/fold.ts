import { isFloat } from "../../ir/dtypes.ts";
import { getBackend } from "../../backend/index.ts";
import { toNumbers } from "../../ir/numbers.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import { emit, ProgramBuilder, withBuilder } from "../../ir/program.ts";
import { broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { type Dims, sameShape, sizeOf } from "../../ir/shape.ts";
import { type Constant, fromRefArray, toRefArray } from "./constant.ts";
import type { Emitter } from "./emitter.ts";
import type { Site } from "./site.ts";
import { isFixed } from "./size.ts";
import { broadcastSizes, constantIn, type Value } from "./value.ts";

/** Largest whole number up to which doubles hold every one. */
const exactUpTo = 2 ** 53;
/** Largest result that is computed when the file is written. */
const foldedUpTo = 2 ** 20;

/** The constants that values are; null where one is none, or has integers that doubles do not hold. */
function constantsOf(e: Emitter, values: readonly Value[]): Constant[] | null {
  const constants = values.flatMap((value) => constantIn(e.plain(value)) ?? []);
  const isExact = constants.every(
    ({ dtype, data }) =>
      !dtype.endsWith("64") ||
      isFloat(dtype) ||
      Array.from(toNumbers(data, dtype)).every((x: number) => Math.abs(x) <= exactUpTo),
  );
  return constants.length === values.length && isExact ? constants : null;
}

/** What a primitive gives for constants, as a program of its own. */
function compute<P extends Params>(
  primitive: Primitive<P>,
  inputs: readonly Constant[],
  params: P,
): Constant[] {
  const builder = new ProgramBuilder();
  const values = inputs.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  const outputs = withBuilder(builder, () => emit(primitive, values, params));
  const results = getBackend()
    .compile(builder.finish(outputs))
    .run(
      inputs.map(({ data }) => data),
      [],
    );
  return outputs.flatMap(({ shape, dtype }, i) => {
    const data = results[i];
    return data === undefined ? [] : [{ data, shape, dtype, label: null }];
  });
}

function spreadTo(constant: Constant, shape: Dims): Constant {
  if (sameShape(constant.shape, shape)) return constant;
  const missing = shape.length - constant.shape.length;
  const axes = constant.shape.map((_, i) => i + missing);
  return compute(broadcastPrimitive, [constant], { shape, axes })[0] ?? constant;
}

/** The result of an element-wise operation on constants, as small as they are stored; null where one is none. */
export function foldElementwise(e: Emitter, { primitive, inputs, params, outputs }: Site): Value | null {
  if (!inputs.every((value) => constantIn(value) !== null)) return null;
  const { lowering } = primitive;
  const constants = constantsOf(e, inputs);
  if (constants === null || lowering.kind !== "elementwise") return null;
  const shape = broadcastSizes(inputs.map((value) => e.plain(value).stored)).map((size) => size[0] ?? 1);
  const operands = constants.map((constant) => toRefArray(spreadTo(constant, shape)));
  const [result] = lowering.evaluate(operands, params[0] ?? {}, () => []);
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
  const constants = isSame ? constantsOf(e, inputs) : null;
  if (constants === null) return null;
  const operands = constants.map((constant, i) =>
    spreadTo(constant, inputs[i]?.shape.map((size) => size[0] ?? 1) ?? []),
  );
  return compute(primitive, operands, params[0] ?? {}).map((result) => e.constant(result));
}
