import { bytesOf } from "../../../ir/dtypes.ts";
import type { ScalarOp } from "../../../ir/scalar.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { i32, type Local } from "../assembler/index.ts";
import { loadVector, storeVector } from "../loops/memory.ts";
import { isWide } from "../math/lanes.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { EmitStructured } from "./contract.ts";
import { copyRun } from "./copy.ts";
import { loadClamped } from "./indices.ts";
import {
  addressesAt,
  kernelFunction,
  numberParam,
  operandAt,
  shareOf,
  type KernelBody,
} from "./kernel-function.ts";

const parallelBytes = 1 << 18;
const operations: Readonly<Record<string, ScalarOp>> = { add: "add", mul: "mul", max: "max", min: "min" };

/**
 * `x` with updates combined in at `indices` along an axis, in the order of the indices.
 *
 * Threads own slices of the result: each goes through all indices and takes those that point into its slices, so
 * that the order at every place is the same for any number of threads.
 */
export const scatter: EmitStructured = (shared, kernel) => {
  const [x, indices] = [operandAt(kernel.inputs, 0), operandAt(kernel.inputs, 1)];
  const axis = numberParam(kernel, "axis");
  const mode = operations[String(kernel.params["mode"])];
  const outer = sizeOf(x.shape.slice(0, axis));
  const size = x.shape[axis] ?? 1;
  const elements = sizeOf(x.shape.slice(axis + 1));
  const run = elements * bytesOf(x.dtype);
  const count = sizeOf(indices.shape);
  // Where the result lies in the input's memory, what no index points to stays as it is.
  const isInPlace = x.access.buffer === operandAt(kernel.outputs, 0).access.buffer;
  const bytes = outer * (isInPlace ? count : count + size) * run;
  const isParallel = shared.shareAll || bytes >= parallelBytes;
  return kernelFunction(shared, kernel, { isParallel, work: bytes / 4 }, (body) => {
    const { fn, operands } = body;
    const [source, numbers, updates, target] = addressesAt(operands, 4);
    const [from, to] = shareOf(body, size);
    const [o, i, index, read, write] = fn.locals("i32", 5);
    fn.set(read, updates);
    fn.forRange(o, 0, outer, 1, () => {
      const start = i32.mul(i32.add(i32.mul(o, size), from), run);
      fn.if(i32.ne(source, target), () =>
        fn.memoryCopy(i32.add(target, start), i32.add(source, start), i32.mul(i32.sub(to, from), run)),
      );
      fn.forRange(i, 0, count, 1, () => {
        loadClamped(fn, index, indices.dtype, i32.add(numbers, i32.mul(i, bytesOf(indices.dtype))), size - 1);
        fn.if(i32.and(i32.geS(index, from), i32.ltS(index, to)), () => {
          fn.set(write, i32.add(target, i32.mul(i32.add(index, i32.mul(o, size)), run)));
          if (mode === undefined) copyRun(fn, write, read, run);
          else combineRun(body, write, read, elements, x.dtype, mode);
        });
        fn.increment(read, run);
      });
    });
  });
};

/** `target[k] = op(target[k], source[k])` for neighbouring elements; both addresses are left as they were. */
function combineRun(
  { fn, s }: KernelBody,
  target: Local<"i32">,
  source: Local<"i32">,
  elements: number,
  dtype: Parameters<typeof loadVector>[3],
  op: ScalarOp,
): void {
  const width = isWide(dtype) ? 2 : 4;
  const step = width * bytesOf(dtype);
  const piece = (to: Local<"i32">, from: Local<"i32">, offset: number, lanes: number): void =>
    s.temporaries(() => {
      const old = s.temp(loadVector(s, to, offset, dtype, width));
      const update = s.temp(loadVector(s, from, offset, dtype, width));
      const context = { dtype, from: dtype, constant: undefined };
      storeVector(s, to, offset, s.temp(scalarEmitters[op](s, [old, update], context)), dtype, lanes);
    });
  const whole = Math.floor(elements / width);
  const rest = elements % width;
  if (whole <= 8) {
    for (let k = 0; k < whole; k++) piece(target, source, k * step, width);
    if (rest > 0) piece(target, source, whole * step, rest);
    return;
  }
  fn.scratch("i32", (to) =>
    fn.scratch("i32", (from) => {
      fn.set(to, target);
      fn.set(from, source);
      fn.scratch("i32", (rounds) =>
        fn.repeat(rounds, Math.floor(whole / 4), () => {
          for (let k = 0; k < 4; k++) piece(to, from, k * step, width);
          fn.increment(to, 4 * step);
          fn.increment(from, 4 * step);
        }),
      );
      for (let k = 0; k < whole % 4; k++) piece(to, from, k * step, width);
      if (rest > 0) piece(to, from, (whole % 4) * step, rest);
    }),
  );
}
