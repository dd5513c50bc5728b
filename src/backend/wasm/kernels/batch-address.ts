import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { i32, type Expr, type Local } from "../assembler/index.ts";

/** Number of products in a batch. */
export function batchCountOf(d: MatmulDescriptor): number {
  return d.batch.reduce((product, axis) => product * axis.size, 1);
}

/** Address of one operand at a linear batch index, for elements of `bytes` bytes. */
export function batchAddress(
  d: MatmulDescriptor,
  base: Local<"i32">,
  index: Local<"i32">,
  operand: "a" | "b" | "c",
  bytes: number,
): Expr<"i32"> {
  let address: Expr<"i32"> = base;
  let inner = 1;
  d.batch.toReversed().forEach((axis, i) => {
    const position = inner === 1 ? index : i32.divU(index, inner);
    const wrapped = i === d.batch.length - 1 ? position : i32.remU(position, axis.size);
    if (axis.size > 1 && axis[operand] !== 0) {
      address = i32.add(address, i32.mul(wrapped, axis[operand] * bytes));
    }
    inner *= axis.size;
  });
  return address;
}
