import { Expr, operand, type Operand, type ValueType } from "./expression.ts";

// Sub-opcodes of prefix 0xfe: the threads proposal, "Overview.md", encoding table.
const prefix = 0xfe;

type Int = "i32" | "i64";

/** An atomic instruction with `values` operands beside the address. */
function atomic<R extends ValueType>(
  result: R,
  code: number,
  alignLog2: number,
  types: readonly ValueType[],
): (
  address: Operand<"i32">,
  values: readonly (Expr<ValueType> | number | bigint)[],
  offset: number,
) => Expr<R> {
  return (address, values, offset) => {
    const base = operand("i32", address);
    return new Expr(result, (out) => {
      base.write(out);
      types.forEach((type, i) => operand(type, values[i] ?? 0).write(out));
      out.byte(prefix);
      out.unsigned(code);
      out.byte(alignLog2);
      out.unsigned(offset);
    });
  };
}

type Rmw<T extends Int> = (address: Operand<"i32">, value: Operand<T>, offset?: number) => Expr<T>;

function rmw<T extends Int>(type: T, code: number, alignLog2: number): Rmw<T> {
  const make = atomic(type, code, alignLog2, [type]);
  return (address, value, offset = 0) => make(address, [value], offset);
}

/** Atomic loads and read-modify-writes of one integer width. Addresses must be naturally aligned. */
export interface AtomicInstructions<T extends Int> {
  readonly load: (address: Operand<"i32">, offset?: number) => Expr<T>;
  readonly add: Rmw<T>;
  readonly sub: Rmw<T>;
  readonly and: Rmw<T>;
  readonly or: Rmw<T>;
  readonly xor: Rmw<T>;
  readonly exchange: Rmw<T>;
  readonly compareExchange: (
    address: Operand<"i32">,
    expected: Operand<T>,
    replacement: Operand<T>,
    offset?: number,
  ) => Expr<T>;
  /** Sleeps while memory holds `expected`; 0 woken, 1 not equal, 2 timed out. `timeoutNs` -1n waits for ever. */
  readonly wait: (
    address: Operand<"i32">,
    expected: Operand<T>,
    timeoutNs: Operand<"i64">,
    offset?: number,
  ) => Expr<"i32">;
}

function atomics<T extends Int>(
  type: T,
  alignLog2: number,
  first: number,
  waitCode: number,
): AtomicInstructions<T> {
  const load = atomic(type, first, alignLog2, []);
  const exchange = atomic(type, first + 0x38, alignLog2, [type, type]);
  const wait = atomic("i32", waitCode, alignLog2, [type, "i64"]);
  return {
    load: (address, offset = 0) => load(address, [], offset),
    add: rmw(type, first + 0x0e, alignLog2),
    sub: rmw(type, first + 0x15, alignLog2),
    and: rmw(type, first + 0x1c, alignLog2),
    or: rmw(type, first + 0x23, alignLog2),
    xor: rmw(type, first + 0x2a, alignLog2),
    exchange: rmw(type, first + 0x31, alignLog2),
    compareExchange: (address, expected, replacement, offset = 0) =>
      exchange(address, [expected, replacement], offset),
    wait: (address, expected, timeoutNs, offset = 0) => wait(address, [expected, timeoutNs], offset),
  };
}

/** Atomic instructions on 32-bit integers. `wait` traps on memory that is not shared. */
export const atomicI32: AtomicInstructions<"i32"> = atomics("i32", 2, 0x10, 0x01);

/** Atomic instructions on 64-bit integers. */
export const atomicI64: AtomicInstructions<"i64"> = atomics("i64", 3, 0x11, 0x02);

/** Wakes up to `count` threads waiting at an address; gives the number woken. */
export function atomicNotify(address: Operand<"i32">, count: Operand<"i32">, offset = 0): Expr<"i32"> {
  return atomic("i32", 0x00, 2, ["i32"])(address, [count], offset);
}
