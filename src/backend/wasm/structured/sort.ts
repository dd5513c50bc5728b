import { bytesOf, isFloat } from "../../../ir/dtypes.ts";
import { i32, i32x4, v128, type Expr, type Local } from "../assembler/index.ts";
import { loadSplat } from "../loops/memory.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { EmitStructured } from "./contract.ts";
import { copyRun } from "./copy.ts";
import {
  addressAt,
  booleanParam,
  kernelFunction,
  numberParam,
  operandAt,
  type KernelBody,
} from "./kernel-function.ts";
import { linesAlong } from "./lines.ts";

/** Sorts along an axis by the first array and moves the others alike: a stable merge sort of element numbers. */
export const sort: EmitStructured = (shared, kernel) => {
  const { shape, dtype } = operandAt(kernel.inputs, 0);
  const lines = linesAlong(shape, numberParam(kernel, "axis"));
  const { outer, length, inner } = lines;
  const descending = booleanParam(kernel, "descending");
  const count = kernel.inputs.length;
  return kernelFunction(shared, kernel, { isParallel: false, scratchBytes: () => length * 8 }, (body) => {
    const { fn, operands, scratch } = body;
    const [o, i, line, k, from, to, number] = fn.locals("i32", 7);
    const keys = fn.local("i32");
    const address = (base: Local<"i32">, element: Expr<"i32">, bytes: number): Expr<"i32"> =>
      i32.add(base, i32.mul(i32.add(line, i32.mul(element, inner)), bytes));
    const keyAddress = (element: Expr<"i32">): Expr<"i32"> =>
      i32.add(keys, i32.mul(element, inner * bytesOf(dtype)));
    fn.forRange(o, 0, outer, 1, () => {
      fn.forRange(i, 0, inner, 1, () => {
        fn.set(line, i32.add(i32.mul(o, length * inner), i));
        fn.set(keys, i32.add(addressAt(operands, 0), i32.mul(line, bytesOf(dtype))));
        const sorted = mergeSort(body, scratch, length, (left, right) =>
          descending
            ? isBefore(body, keyAddress(left), keyAddress(right), dtype)
            : isBefore(body, keyAddress(right), keyAddress(left), dtype),
        );
        kernel.inputs.forEach((input, n) => {
          const bytes = bytesOf(input.dtype);
          fn.forRange(k, 0, length, 1, () => {
            fn.set(number, i32.load(i32.add(sorted, i32.mul(k, 4))));
            fn.set(from, address(addressAt(operands, n), number, bytes));
            fn.set(to, address(addressAt(operands, count + n), k, bytes));
            copyRun(fn, to, from, bytes);
          });
        });
      });
    });
  });
};

/** Whether the element at one address comes strictly before that at another; NaN comes after all numbers. */
function isBefore(
  { s, fn }: KernelBody,
  a: Expr<"i32">,
  b: Expr<"i32">,
  dtype: Parameters<typeof loadSplat>[2],
): Expr<"i32"> {
  const result = fn.local("i32");
  s.temporaries(() => {
    const [left, right] = [s.temp(loadSplat(s, a, dtype)), s.temp(loadSplat(s, b, dtype))];
    const context = { dtype, from: dtype, constant: undefined };
    const less = s.temp(scalarEmitters.lt(s, [left, right], context));
    if (isFloat(dtype)) {
      const leftNan = s.temp(scalarEmitters.ne(s, [left, left], context));
      const rightNan = s.temp(scalarEmitters.ne(s, [right, right], context));
      s.fn.set(less, v128.or(less, v128.andnot(rightNan, leftNan)));
    }
    fn.set(result, i32x4.extractLane(less, 0));
  });
  return result;
}

/**
 * Sorts the numbers `0 … length − 1` in `scratch` (two arrays of that many words), bottom up.
 *
 * @param rightFirst - Whether the right one of two elements has to come before the left one.
 * @returns The address of the sorted numbers.
 */
function mergeSort(
  { fn }: KernelBody,
  scratch: Local<"i32">,
  length: number,
  rightFirst: (left: Local<"i32">, right: Local<"i32">) => Expr<"i32">,
): Local<"i32"> {
  const [source, target, width, start, middle, end, left, right, k] = fn.locals("i32", 9);
  const [leftNumber, rightNumber, swap] = fn.locals("i32", 3);
  if (!source || !target || !width || !start || !middle || !end || !left || !right || !k)
    throw new RangeError("locals");
  if (!leftNumber || !rightNumber || !swap) throw new RangeError("locals");
  const word = (base: Local<"i32">, index: Expr<"i32">): Expr<"i32"> => i32.add(base, i32.shl(index, 2));
  const limited = (target_: Local<"i32">, value: Expr<"i32">): void => {
    fn.set(target_, value);
    fn.if(i32.gtS(target_, length), () => fn.set(target_, length));
  };
  fn.set(source, scratch);
  fn.set(target, i32.add(scratch, length * 4));
  fn.forRange(k, 0, length, 1, () => fn.store(word(source, k), k));
  fn.set(width, 1);
  fn.while(i32.ltS(width, length), () => {
    fn.set(start, 0);
    fn.while(i32.ltS(start, length), () => {
      limited(middle, i32.add(start, width));
      limited(end, i32.add(middle, width));
      fn.set(left, start);
      fn.set(right, middle);
      fn.forRange(k, start, end, 1, () => {
        const takeLeft = (): void => {
          fn.store(word(target, k), i32.load(word(source, left)));
          fn.increment(left, 1);
        };
        const takeRight = (): void => {
          fn.store(word(target, k), i32.load(word(source, right)));
          fn.increment(right, 1);
        };
        fn.if(i32.geS(right, end), takeLeft, () =>
          fn.if(i32.geS(left, middle), takeRight, () => {
            fn.set(leftNumber, i32.load(word(source, left)));
            fn.set(rightNumber, i32.load(word(source, right)));
            fn.if(rightFirst(leftNumber, rightNumber), takeRight, takeLeft);
          }),
        );
      });
      fn.set(start, end);
    });
    fn.set(swap, source);
    fn.set(source, target);
    fn.set(target, swap);
    fn.set(width, i32.shl(width, 1));
  });
  return source;
}
