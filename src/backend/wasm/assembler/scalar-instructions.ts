import {
  binary,
  constant,
  Expr,
  loader,
  operand,
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
  readonly clz: Unary<T, T>;
  readonly ctz: Unary<T, T>;
  readonly popcnt: Unary<T, T>;
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
  readonly rotl: Arithmetic<T>;
  readonly rotr: Arithmetic<T>;
  readonly extend8S: Unary<T, T>;
  readonly extend16S: Unary<T, T>;
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
  extend: number,
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
    eq: comparison(type, compare + 1),
    ne: comparison(type, compare + 2),
    ltS: comparison(type, compare + 3),
    ltU: comparison(type, compare + 4),
    gtS: comparison(type, compare + 5),
    gtU: comparison(type, compare + 6),
    leS: comparison(type, compare + 7),
    leU: comparison(type, compare + 8),
    geS: comparison(type, compare + 9),
    geU: comparison(type, compare + 10),
    clz: unary(type, type, math),
    ctz: unary(type, type, math + 1),
    popcnt: unary(type, type, math + 2),
    add: arithmetic(type, math + 3),
    sub: arithmetic(type, math + 4),
    mul: arithmetic(type, math + 5),
    divS: arithmetic(type, math + 6),
    divU: arithmetic(type, math + 7),
    remS: arithmetic(type, math + 8),
    remU: arithmetic(type, math + 9),
    and: arithmetic(type, math + 10),
    or: arithmetic(type, math + 11),
    xor: arithmetic(type, math + 12),
    shl: arithmetic(type, math + 13),
    shrS: arithmetic(type, math + 14),
    shrU: arithmetic(type, math + 15),
    rotl: arithmetic(type, math + 16),
    rotr: arithmetic(type, math + 17),
    extend8S: unary(type, type, extend),
    extend16S: unary(type, type, extend + 1),
  };
}

/** Conversions into i32, beside the integer instructions. */
export interface I32Conversions {
  readonly wrapI64: Unary<"i64", "i32">;
  readonly truncSatF32S: Unary<"f32", "i32">;
  readonly truncSatF32U: Unary<"f32", "i32">;
  readonly truncSatF64S: Unary<"f64", "i32">;
  readonly truncSatF64U: Unary<"f64", "i32">;
  readonly reinterpretF32: Unary<"f32", "i32">;
}

/** Instructions on 32-bit integers. */
export const i32: IntegerInstructions<"i32"> & I32Conversions = {
  ...integer("i32", { load: 0x28, narrowLoad: 0x2c, compare: 0x45, math: 0x67 }, 2, 0xc0),
  wrapI64: unary("i64", "i32", 0xa7),
  truncSatF32S: unary("f32", "i32", [0xfc, 0]),
  truncSatF32U: unary("f32", "i32", [0xfc, 1]),
  truncSatF64S: unary("f64", "i32", [0xfc, 2]),
  truncSatF64U: unary("f64", "i32", [0xfc, 3]),
  reinterpretF32: unary("f32", "i32", 0xbc),
};

/** Conversions into i64 and its 32-bit loads, beside the integer instructions. */
export interface I64Conversions {
  readonly load32S: Load<"i64">;
  readonly load32U: Load<"i64">;
  readonly extend32S: Unary<"i64", "i64">;
  readonly extendI32S: Unary<"i32", "i64">;
  readonly extendI32U: Unary<"i32", "i64">;
  readonly truncSatF32S: Unary<"f32", "i64">;
  readonly truncSatF32U: Unary<"f32", "i64">;
  readonly truncSatF64S: Unary<"f64", "i64">;
  readonly truncSatF64U: Unary<"f64", "i64">;
  readonly reinterpretF64: Unary<"f64", "i64">;
}

/** Instructions on 64-bit integers. */
export const i64: IntegerInstructions<"i64"> & I64Conversions = {
  ...integer("i64", { load: 0x29, narrowLoad: 0x30, compare: 0x50, math: 0x79 }, 3, 0xc2),
  load32S: loader("i64", 0x34, 2),
  load32U: loader("i64", 0x35, 2),
  extend32S: unary("i64", "i64", 0xc4),
  extendI32S: unary("i32", "i64", 0xac),
  extendI32U: unary("i32", "i64", 0xad),
  truncSatF32S: unary("f32", "i64", [0xfc, 4]),
  truncSatF32U: unary("f32", "i64", [0xfc, 5]),
  truncSatF64S: unary("f64", "i64", [0xfc, 6]),
  truncSatF64U: unary("f64", "i64", [0xfc, 7]),
  reinterpretF64: unary("f64", "i64", 0xbd),
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
  readonly copysign: Arithmetic<T>;
  readonly convertI32S: Unary<"i32", T>;
  readonly convertI32U: Unary<"i32", T>;
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
    eq: comparison(type, compare),
    ne: comparison(type, compare + 1),
    lt: comparison(type, compare + 2),
    gt: comparison(type, compare + 3),
    le: comparison(type, compare + 4),
    ge: comparison(type, compare + 5),
    abs: unary(type, type, math),
    neg: unary(type, type, math + 1),
    ceil: unary(type, type, math + 2),
    floor: unary(type, type, math + 3),
    trunc: unary(type, type, math + 4),
    nearest: unary(type, type, math + 5),
    sqrt: unary(type, type, math + 6),
    add: arithmetic(type, math + 7),
    sub: arithmetic(type, math + 8),
    mul: arithmetic(type, math + 9),
    div: arithmetic(type, math + 10),
    min: arithmetic(type, math + 11),
    max: arithmetic(type, math + 12),
    copysign: arithmetic(type, math + 13),
    convertI32S: unary("i32", type, convert),
    convertI32U: unary("i32", type, convert + 1),
    convertI64S: unary("i64", type, convert + 2),
    convertI64U: unary("i64", type, convert + 3),
  };
}

/** Instructions on 32-bit floats. */
export const f32: FloatInstructions<"f32"> & {
  readonly demoteF64: Unary<"f64", "f32">;
  readonly reinterpretI32: Unary<"i32", "f32">;
} = {
  ...float("f32", { load: 0x2a, compare: 0x5b, math: 0x8b, convert: 0xb2 }, 2),
  demoteF64: unary("f64", "f32", 0xb6),
  reinterpretI32: unary("i32", "f32", 0xbe),
};

/** Instructions on 64-bit floats. */
export const f64: FloatInstructions<"f64"> & {
  readonly promoteF32: Unary<"f32", "f64">;
  readonly reinterpretI64: Unary<"i64", "f64">;
} = {
  ...float("f64", { load: 0x2b, compare: 0x61, math: 0x99, convert: 0xb7 }, 3),
  promoteF32: unary("f32", "f64", 0xbb),
  reinterpretI64: unary("i64", "f64", 0xbf),
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
