import { bytesOf } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { i32, type Expr } from "../assembler/index.ts";
import type { EmitStructured } from "./contract.ts";
import { loadClamped } from "./indices.ts";
import { addressAt, kernelFunction, numberParam, operandAt } from "./kernel-function.ts";

/**
 * The position of the last index that is equal to each: positions are written into a place for every index, and read
 * from there. Places that no index points to are never read, so nothing is cleared and the time does not go with `size`.
 */
export const lastOccurrence: EmitStructured = (shared, kernel) => {
  const { dtype, shape } = operandAt(kernel.inputs, 0);
  const size = numberParam(kernel, "size");
  const count = sizeOf(shape);
  return kernelFunction(shared, kernel, { isParallel: false, scratchBytes: () => 4 * size }, (body) => {
    const { fn, operands, scratch } = body;
    const [i, index] = fn.locals("i32", 2);
    const load = (): void =>
      loadClamped(fn, index, dtype, i32.add(addressAt(operands, 0), i32.mul(i, bytesOf(dtype))), size - 1);
    const place = (): Expr<"i32"> => i32.add(scratch, i32.mul(index, 4));
    fn.forRange(i, 0, count, 1, () => {
      load();
      fn.store(place(), i);
    });
    fn.forRange(i, 0, count, 1, () => {
      load();
      fn.store(i32.add(addressAt(operands, 1), i32.mul(i, 4)), i32.load(place()));
    });
  });
};
