import { bytesOf } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { i32 } from "../assembler/index.ts";
import type { EmitStructured } from "./contract.ts";
import { copyRun } from "./copy.ts";
import { loadClamped } from "./indices.ts";
import { addressAt, kernelFunction, numberParam, operandAt, shareOf } from "./kernel-function.ts";

/** Bytes moved below which threads are not worth their barrier. */
const parallelBytes = 1 << 18;

/** `out[o, i, …] = x[o, indices[i], …]`: runs of neighbouring bytes, copied. */
export const gather: EmitStructured = (shared, kernel) => {
  const [x, indices] = [operandAt(kernel.inputs, 0), operandAt(kernel.inputs, 1)];
  const axis = numberParam(kernel, "axis");
  const outer = sizeOf(x.shape.slice(0, axis));
  const size = x.shape[axis] ?? 1;
  const bytes = bytesOf(x.dtype);
  const run = sizeOf(x.shape.slice(axis + 1)) * bytes;
  const count = sizeOf(indices.shape);
  const isParallel = shared.shareAll || outer * count * run >= parallelBytes;
  return kernelFunction(shared, kernel, { isParallel, work: (outer * count * run) / 4 }, (body) => {
    const { fn, operands } = body;
    const [source, numbers, target] = [
      addressAt(operands, 0),
      addressAt(operands, 1),
      addressAt(operands, 2),
    ];
    const [from, to] = shareOf(body, count);
    const [o, i, index, read, write] = fn.locals("i32", 5);
    fn.forRange(o, 0, outer, 1, () => {
      fn.set(write, i32.add(target, i32.mul(i32.add(i32.mul(o, count), from), run)));
      fn.forRange(i, from, to, 1, () => {
        const width = bytesOf(indices.dtype);
        loadClamped(fn, index, indices.dtype, i32.add(numbers, i32.mul(i, width)), size - 1);
        fn.set(read, i32.add(source, i32.mul(i32.add(index, i32.mul(o, size)), run)));
        copyRun(fn, write, read, run);
        fn.increment(write, run);
      });
    });
  });
};
