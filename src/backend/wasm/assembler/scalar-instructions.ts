import {
  binary,
  constant,
  Expr,
  loader,
  operand,
  run,
  unary,
  type Binary,
  type Load,
  type Operand,
  type Unary,
  type ValueType,
} from "./expression.ts";

type Comparison<T extends ValueType> = Binary<T, T, "i32">;
type Arithmetic<T extends ValueType> = Binary<T, T, T>;

function arithmetic<T extends ValueType>(type: T, opcode: number): Arithmetic<T> {
  return binary([type, type], type, opcode);
}

function comparison<T extends ValueType>(type: T, opcode: number): Comparison<T> {
  return binary([type, type], "i32", opcode);
}

/** Integer instructions shared by i32 and i64. */
export interface IntegerInstructions<T extends "i32" | "i64"> {
  readonly const: (value: number | bigint) => Expr<T>;
  readonly load: Load<T>;
  readonly load8S: Load<T>;
  readonly load8U: Load<T>;
  readonly load16S: Load<T>;
  readonly load16U: Load<T>;
  readonly eqz: Unary<T, "i32">;
  readonly eq: Comparison<T>;
  readonly ne: Comparison<T>;
  readonly ltS: Comparison<T>;
  readonly ltU: Comparison<T>;
  readonly gtS: Comparison<T>;
  readonly gtU: Comparison<T>;
  readonly leS: Comparison<T>;
  readonly leU: Comparison<T>;
  readonly geS: Comparison<T>;
  readonly geU: Comparison<T>;
  readonly add: Arithmetic<T>;
  readonly sub: Arithmetic<T>;
  readonly mul: Arithmetic<T>;
  readonly divS: Arithmetic<T>;
  readonly divU: Arithmetic<T>;
  readonly remS: Arithmetic<T>;
  readonly remU: Arithmetic<T>;
  readonly and: Arithmetic<T>;
  readonly or: Arithmetic<T>;
  readonly xor: Arithmetic<T>;
  readonly shl: Arithmetic<T>;
  readonly shrS: Arithmetic<T>;
  readonly shrU: Arithmetic<T>;
}

function integer<T extends "i32" | "i64">(
  type: T,
  codes: {
    readonly load: number;
    readonly narrowLoad: number;
    readonly compare: number;
    readonly math: number;
  },
  alignLog2: number,
): IntegerInstructions<T> {
  const { compare, math, narrowLoad } = codes;
  return {
    const: (value) => constant(type, value),
    load: loader(type, codes.load, alignLog2),
    load8S: loader(type, narrowLoad, 0),
    load8U: loader(type, narrowLoad + 1, 0),
    load16S: loader(type, narrowLoad + 2, 1),
    load16U: loader(type, narrowLoad + 3, 1),
    eqz: unary(type, "i32", compare),
    ...run((code) => comparison(type, code), compare + 1, "eq ne ltS ltU gtS gtU leS leU geS geU"),
    ...run(
      (code) => arithmetic(type, code),
      math + 3,
      "add sub mul divS divU remS remU and or xor shl shrS shrU",
    ),
  };
}

/** Conversions into i32, beside the integer instructions. */
export interface I32Conversions {
  readonly wrapI64: Unary<"i64", "i32">;
  readonly truncSatF64S: Unary<"f64", "i32">;
  readonly truncSatF64U: Unary<"f64", "i32">;
}

/** Instructions on 32-bit integers. */
export const i32: IntegerInstructions<"i32"> & I32Conversions = {
  ...integer("i32", { load: 0x28, narrowLoad: 0x2c, compare: 0x45, math: 0x67 }, 2),
  wrapI64: unary("i64", "i32", 0xa7),
  truncSatF64S: unary("f64", "i32", [0xfc, 2]),
  truncSatF64U: unary("f64", "i32", [0xfc, 3]),
};

/** Conversions into i64 and its 32-bit loads, beside the integer instructions. */
export interface I64Conversions {
  readonly truncSatF64S: Unary<"f64", "i64">;
  readonly truncSatF64U: Unary<"f64", "i64">;
}

/** Instructions on 64-bit integers. */
export const i64: IntegerInstructions<"i64"> & I64Conversions = {
  ...integer("i64", { load: 0x29, narrowLoad: 0x30, compare: 0x50, math: 0x79 }, 3),
  truncSatF64S: unary("f64", "i64", [0xfc, 6]),
  truncSatF64U: unary("f64", "i64", [0xfc, 7]),
};

/** Floating-point instructions shared by f32 and f64. */
export interface FloatInstructions<T extends "f32" | "f64"> {
  readonly const: (value: number) => Expr<T>;
  readonly load: Load<T>;
  readonly eq: Comparison<T>;
  readonly ne: Comparison<T>;
  readonly lt: Comparison<T>;
  readonly gt: Comparison<T>;
  readonly le: Comparison<T>;
  readonly ge: Comparison<T>;
  readonly abs: Unary<T, T>;
  readonly neg: Unary<T, T>;
  readonly ceil: Unary<T, T>;
  readonly floor: Unary<T, T>;
  readonly trunc: Unary<T, T>;
  readonly nearest: Unary<T, T>;
  readonly sqrt: Unary<T, T>;
  readonly add: Arithmetic<T>;
  readonly sub: Arithmetic<T>;
  readonly mul: Arithmetic<T>;
  readonly div: Arithmetic<T>;
  readonly min: Arithmetic<T>;
  readonly max: Arithmetic<T>;
  readonly convertI32S: Unary<"i32", T>;
  readonly convertI64S: Unary<"i64", T>;
  readonly convertI64U: Unary<"i64", T>;
}

function float<T extends "f32" | "f64">(
  type: T,
  codes: { readonly load: number; readonly compare: number; readonly math: number; readonly convert: number },
  alignLog2: number,
): FloatInstructions<T> {
  const { compare, math, convert } = codes;
  return {
    const: (value) => constant(type, value),
    load: loader(type, codes.load, alignLog2),
    ...run((code) => comparison(type, code), compare, "eq ne lt gt le ge"),
    ...run((code) => unary(type, type, code), math, "abs neg ceil floor trunc nearest sqrt"),
    ...run((code) => arithmetic(type, code), math + 7, "add sub mul div min max"),
    convertI32S: unary("i32", type, convert),
    convertI64S: unary("i64", type, convert + 2),
    convertI64U: unary("i64", type, convert + 3),
  };
}

/** Instructions on 32-bit floats. */
export const f32: FloatInstructions<"f32"> & {
  readonly demoteF64: Unary<"f64", "f32">;
} = {
  ...float("f32", { load: 0x2a, compare: 0x5b, math: 0x8b, convert: 0xb2 }, 2),
  demoteF64: unary("f64", "f32", 0xb6),
};

/** Instructions on 64-bit floats. */
export const f64: FloatInstructions<"f64"> & {
  readonly promoteF32: Unary<"f32", "f64">;
} = {
  ...float("f64", { load: 0x2b, compare: 0x61, math: 0x99, convert: 0xb7 }, 3),
  promoteF32: unary("f32", "f64", 0xbb),
};

/** `condition ? whenTrue : whenFalse`, both sides evaluated. */
export function select<T extends ValueType>(
  whenTrue: Expr<T>,
  whenFalse: Expr<T>,
  condition: Operand<"i32">,
): Expr<T> {
  const test = operand("i32", condition);
  return new Expr(whenTrue.type, (out) => {
    whenTrue.write(out);
    whenFalse.write(out);
    test.write(out);
    out.byte(0x1b);
  });
}
