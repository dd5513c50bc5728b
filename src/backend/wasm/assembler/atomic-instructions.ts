import { Expr, operand, type Operand, type ValueType } from "./expression.ts";

/** An atomic instruction on 32 bits (sub-opcodes of prefix 0xfe: the threads proposal, "Overview.md", encoding table). */
function atomic(
  code: number,
  address: Operand<"i32">,
  offset: number,
  ...values: readonly Expr<ValueType>[]
): Expr<"i32"> {
  const base = operand("i32", address);
  return new Expr("i32", (out) => {
    base.write(out);
    for (const value of values) value.write(out);
    out.byte(0xfe);
    out.unsigned(code);
    out.byte(2);
    out.unsigned(offset);
  });
}

/** Atomic instructions on 32-bit integers at naturally aligned addresses. */
export interface AtomicInstructions {
  readonly load: (address: Operand<"i32">, offset?: number) => Expr<"i32">;
  /** Gives what was there before. */
  readonly add: (address: Operand<"i32">, value: Operand<"i32">, offset?: number) => Expr<"i32">;
  /** Sleeps while memory holds `expected`; 0 woken, 1 not equal, 2 timed out. `timeoutNs` -1n waits for ever. */
  readonly wait: (
    address: Operand<"i32">,
    expected: Operand<"i32">,
    timeoutNs: Operand<"i64">,
    offset?: number,
  ) => Expr<"i32">;
  /** Wakes up to `count` threads waiting at an address; gives the number woken. */
  readonly notify: (address: Operand<"i32">, count: Operand<"i32">, offset?: number) => Expr<"i32">;
}

/** `wait` traps on memory that is not shared. */
export const atomicI32: AtomicInstructions = {
  load: (address, offset = 0) => atomic(0x10, address, offset),
  add: (address, value, offset = 0) => atomic(0x1e, address, offset, operand("i32", value)),
  wait: (address, expected, timeoutNs, offset = 0) =>
    atomic(0x01, address, offset, operand("i32", expected), operand("i64", timeoutNs)),
  notify: (address, count, offset = 0) => atomic(0x00, address, offset, operand("i32", count)),
};
