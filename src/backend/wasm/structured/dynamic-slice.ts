import { bytesOf, type DType } from "../../../ir/dtypes.ts";
import { sizeOf, stridesOf } from "../../../ir/shape.ts";
import { i32, type Expr, type FunctionBuilder, type Local } from "../assembler/index.ts";
import type { EmitStructured } from "./contract.ts";
import { copyArray, copyRun } from "./copy.ts";
import { loadClamped } from "./indices.ts";
import { addressesAt, kernelFunction, operandAt } from "./kernel-function.ts";

/** A block of an array: the array's shape, the block's sizes. */
interface Block {
  readonly shape: readonly number[];
  readonly sizes: readonly number[];
  readonly dtype: DType;
}

/** Byte offset of the block that `starts` (in memory) names, moved so that it lies inside the array. */
function blockOffset(
  fn: FunctionBuilder,
  { shape, sizes, dtype }: Block,
  starts: Local<"i32">,
  startsDType: DType,
): Local<"i32"> {
  const offset = fn.local("i32", 0);
  const start = fn.local("i32");
  stridesOf(shape).forEach((stride, d) => {
    const limit = (shape[d] ?? 0) - (sizes[d] ?? 0);
    if (limit === 0) return;
    loadClamped(fn, start, startsDType, i32.add(starts, d * bytesOf(startsDType)), limit);
    fn.increment(offset, i32.mul(start, stride * bytesOf(dtype)));
  });
  return offset;
}

/** Copies between a block, which begins at `block`, and the dense array at `dense`. */
function copyBlock(
  fn: FunctionBuilder,
  { shape, sizes, dtype }: Block,
  block: Expr<"i32">,
  dense: Local<"i32">,
  isOut: boolean,
): void {
  const strides = stridesOf(shape);
  // The last dimensions that are taken whole, and the one before them, are one run.
  let first = sizes.length;
  while (first > 0 && (first === sizes.length || sizes[first] === shape[first])) first--;
  const run = sizeOf(sizes.slice(first)) * bytesOf(dtype);
  if (sizes.includes(0)) return;
  const at = fn.local("i32", dense);
  const copy = (level: number, position: Local<"i32">): void => {
    if (level === first) {
      if (isOut) copyRun(fn, at, position, run);
      else copyRun(fn, position, at, run);
      return fn.increment(at, run);
    }
    const inner = fn.local("i32", position);
    const counter = fn.local("i32");
    const size = sizes[level] ?? 1;
    fn.forRange(counter, 0, size, 1, () => {
      copy(level + 1, inner);
      fn.increment(inner, (strides[level] ?? 0) * bytesOf(dtype));
    });
  };
  copy(0, fn.local("i32", block));
}

/** The block of an array that begins at starts known at run time. */
export const dynamicSlice: EmitStructured = (shared, kernel) => {
  const [x, starts] = [operandAt(kernel.inputs, 0), operandAt(kernel.inputs, 1)];
  const { shape: sizes } = operandAt(kernel.outputs, 0);
  const block = { shape: x.shape, sizes, dtype: x.dtype };
  return kernelFunction(shared, kernel, { isParallel: false }, ({ fn, operands }) => {
    const [source, at, target] = addressesAt(operands, 3);
    copyBlock(fn, block, i32.add(source, blockOffset(fn, block, at, starts.dtype)), target, true);
  });
};

/** An array with a block replaced. */
export const dynamicUpdateSlice: EmitStructured = (shared, kernel) => {
  const { dtype, shape } = operandAt(kernel.inputs, 0);
  const starts = operandAt(kernel.inputs, 2);
  const block = { shape, sizes: operandAt(kernel.inputs, 1).shape, dtype };
  return kernelFunction(shared, kernel, { isParallel: false }, ({ fn, operands }) => {
    const [source, part, at, target] = addressesAt(operands, 4);
    copyArray(fn, target, source, sizeOf(shape) * bytesOf(dtype));
    copyBlock(fn, block, i32.add(target, blockOffset(fn, block, at, starts.dtype)), part, false);
  });
};
