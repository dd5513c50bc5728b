import type { ByteWriter } from "./byte-writer.ts";

/** The WebAssembly value types used here. `v128` stands for every lane interpretation. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Binary code of each value type (core spec §5.3.1). */
export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/**
 * Code that leaves one value of type `T` on the stack. Expressions are inert until given to a statement
 * of {@link FunctionBuilder}; one used twice is computed twice, so keep shared values in a local.
 */
export class Expr<T extends ValueType> {
  readonly type: T;
  readonly #write: (out: ByteWriter) => void;

  constructor(type: T, write: (out: ByteWriter) => void) {
    this.type = type;
    this.#write = write;
  }

  /** Appends this expression's code. */
  write(out: ByteWriter): void {
    this.#write(out);
  }
}

/** A local variable or parameter of a function; as an expression it reads the variable. */
export class Local<T extends ValueType> extends Expr<T> {
  readonly index: number;

  constructor(type: T, index: number) {
    super(type, (out) => {
      out.byte(0x20);
      out.unsigned(index);
    });
    this.index = index;
  }
}

/** An expression of type `T`, or a plain number (bigint for `i64`) standing for a constant. */
export type Operand<T extends ValueType> =
  | Expr<T>
  | (T extends "i32" | "f32" | "f64" ? number : T extends "i64" ? bigint : never);

/** The constant instruction of type `type`. */
export function constant<T extends ValueType>(type: T, value: number | bigint): Expr<T> {
  return new Expr(type, (out) => {
    if (type === "i32") {
      out.byte(0x41);
      out.signed32(Number(value));
    } else if (type === "i64") {
      out.byte(0x42);
      out.signed64(BigInt(value));
    } else if (type === "f32") {
      out.byte(0x43);
      out.float32(Number(value));
    } else {
      out.byte(0x44);
      out.float64(Number(value));
    }
  });
}

/** Turns a plain number into a constant of type `type`; leaves expressions alone. */
export function operand<T extends ValueType>(type: T, value: Expr<T> | number | bigint): Expr<T> {
  return value instanceof Expr ? value : constant(type, value);
}

/** An instruction's code: one byte, or a prefix byte and a LEB128 sub-opcode. */
export type Opcode = number | readonly [prefix: number, code: number];

/** Appends an opcode. */
export function writeOpcode(out: ByteWriter, opcode: Opcode): void {
  if (typeof opcode === "number") {
    out.byte(opcode);
  } else {
    out.byte(opcode[0]);
    out.unsigned(opcode[1]);
  }
}

/** An instruction with one operand. */
export type Unary<A extends ValueType, R extends ValueType> = (a: Operand<A>) => Expr<R>;
/** An instruction with two operands. */
export type Binary<A extends ValueType, B extends ValueType, R extends ValueType> = (
  a: Operand<A>,
  b: Operand<B>,
) => Expr<R>;
/** An instruction with three operands. */
export type Ternary<A extends ValueType, R extends ValueType> = (
  a: Operand<A>,
  b: Operand<A>,
  c: Operand<A>,
) => Expr<R>;

/** Makes a one-operand instruction. */
export function unary<A extends ValueType, R extends ValueType>(
  type: A,
  result: R,
  opcode: Opcode,
): Unary<A, R> {
  return (a) => {
    const first = operand(type, a);
    return new Expr(result, (out) => {
      first.write(out);
      writeOpcode(out, opcode);
    });
  };
}

/** Makes a two-operand instruction. */
export function binary<A extends ValueType, B extends ValueType, R extends ValueType>(
  types: readonly [A, B],
  result: R,
  opcode: Opcode,
): Binary<A, B, R> {
  return (a, b) => {
    const first = operand(types[0], a);
    const second = operand(types[1], b);
    return new Expr(result, (out) => {
      first.write(out);
      second.write(out);
      writeOpcode(out, opcode);
    });
  };
}

/** Makes a three-operand instruction. */
export function ternary<A extends ValueType, R extends ValueType>(
  type: A,
  result: R,
  opcode: Opcode,
): Ternary<A, R> {
  return (a, b, c) => {
    const operands = [operand(type, a), operand(type, b), operand(type, c)];
    return new Expr(result, (out) => {
      for (const each of operands) each.write(out);
      writeOpcode(out, opcode);
    });
  };
}

/** Makes a load: `(address, offset?)` reads at `address + offset` (bytes). */
export function loader<R extends ValueType>(result: R, opcode: Opcode, alignLog2: number): Load<R> {
  return (address, offset = 0) => {
    const base = operand("i32", address);
    return new Expr(result, (out) => {
      base.write(out);
      writeOpcode(out, opcode);
      out.byte(alignLog2);
      out.unsigned(offset);
    });
  };
}

/** A load instruction. `offset` is a constant byte offset, free at run time. */
export type Load<R extends ValueType> = (address: Operand<"i32">, offset?: number) => Expr<R>;

/** Instructions of one kind, by name. */
export type Table<K extends string, F> = { readonly [P in K]: F };

/** The words of a text. */
export type Words<S extends string> = S extends `${infer Word} ${infer More}` ? Word | Words<More> : S;

/** Instructions with consecutive codes from `first` on; `names` has a word for each. */
export function run<F, const S extends string>(
  make: (code: number) => F,
  first: number,
  names: S,
): Table<Words<S>, F> {
  const entries = names.split(" ").map((name, i) => [name, make(first + i)]);
  return Object.fromEntries(entries) as Table<Words<S>, F>; // SAFETY: an entry for each of the words
}
