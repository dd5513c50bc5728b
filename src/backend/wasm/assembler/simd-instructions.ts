import {
  binary,
  Expr,
  loader,
  operand,
  run,
  ternary,
  unary,
  type Binary,
  type Load,
  type Operand,
  type Table,
  type Ternary,
  type Unary,
  type ValueType,
  type Words,
} from "./expression.ts";

// Sub-opcodes of prefix 0xfd: WebAssembly core spec §5.4.9, and the relaxed-SIMD overview for 0x100 and up.
const prefix = 0xfd;

type V = "v128";
type Unary1 = Unary<V, V>;
type Binary2 = Binary<V, V, V>;
type Shift = Binary<V, "i32", V>;

const one = (code: number): Unary1 => unary("v128", "v128", [prefix, code]);
const two = (code: number): Binary2 => binary(["v128", "v128"], "v128", [prefix, code]);
const three = (code: number): Ternary<V, V> => ternary("v128", "v128", [prefix, code]);
const shift = (code: number): Shift => binary(["v128", "i32"], "v128", [prefix, code]);
const test = (code: number): Unary<V, "i32"> => unary("v128", "i32", [prefix, code]);
const load = (code: number, alignLog2: number): Load<V> => loader("v128", [prefix, code], alignLog2);

/** `extractLane(vector, lane)`. */
export type ExtractLane<T extends ValueType> = (vector: Expr<V>, lane: number) => Expr<T>;
/** `replaceLane(vector, lane, value)`. */
export type ReplaceLane<T extends ValueType> = (vector: Expr<V>, lane: number, value: Operand<T>) => Expr<V>;
/** `loadLane(address, vector, lane, offset?)`: `vector` with one lane read from memory. */
export type LoadLane = (address: Operand<"i32">, vector: Expr<V>, lane: number, offset?: number) => Expr<V>;

function extract<T extends ValueType>(type: T, code: number): ExtractLane<T> {
  return (vector, lane) =>
    new Expr(type, (out) => {
      vector.write(out);
      out.byte(prefix);
      out.unsigned(code);
      out.byte(lane);
    });
}

function replace<T extends ValueType>(type: T, code: number): ReplaceLane<T> {
  return (vector, lane, value) => {
    const scalar = operand(type, value);
    return new Expr("v128", (out) => {
      vector.write(out);
      scalar.write(out);
      out.byte(prefix);
      out.unsigned(code);
      out.byte(lane);
    });
  };
}

function laneLoad(code: number, alignLog2: number): LoadLane {
  return (address, vector, lane, offset = 0) => {
    const base = operand("i32", address);
    return new Expr("v128", (out) => {
      base.write(out);
      vector.write(out);
      out.byte(prefix);
      out.unsigned(code);
      out.byte(alignLog2);
      out.unsigned(offset);
      out.byte(lane);
    });
  };
}

function vectorConstant(bytes: Uint8Array): Expr<V> {
  return new Expr("v128", (out) => {
    out.byte(prefix);
    out.unsigned(12);
    out.raw(bytes);
  });
}

/** The instruction table {@link v128}. */
export type V128Instructions = Table<
  Words<"load load8Splat load16Splat load32Splat load64Splat load32Zero load64Zero">,
  Load<V>
> &
  Table<"load8Lane" | "load16Lane" | "load32Lane" | "load64Lane", LoadLane> &
  Table<"and" | "andnot" | "or" | "xor", Binary2> & {
    readonly const: (bytes: ArrayLike<number>) => Expr<V>;
    readonly not: Unary1;
    readonly bitselect: Ternary<V, V>;
    readonly anyTrue: Unary<V, "i32">;
  };

/** Instructions on a v128 as a whole: memory, bits, constants. */
export const v128: V128Instructions = {
  load: load(0, 4),
  load8Splat: load(7, 0),
  load16Splat: load(8, 1),
  load32Splat: load(9, 2),
  load64Splat: load(10, 3),
  load32Zero: load(92, 2),
  load64Zero: load(93, 3),
  load8Lane: laneLoad(84, 0),
  load16Lane: laneLoad(85, 1),
  load32Lane: laneLoad(86, 2),
  load64Lane: laneLoad(87, 3),
  /** Sixteen constant bytes. */
  const: (bytes: ArrayLike<number>): Expr<V> => vectorConstant(Uint8Array.from(bytes)),
  not: one(77),
  /** `andnot`: `a & ~b`. */
  ...run(two, 78, "and andnot or xor"),
  /** `bitselect(a, b, mask)`: bits of `a` where the mask is 1, of `b` where it is 0. */
  bitselect: three(82),
  anyTrue: test(83),
};

/** Moves bytes of vectors. */
export const i8x16: {
  readonly shuffle: (a: Expr<V>, b: Expr<V>, lanes: readonly number[]) => Expr<V>;
} = {
  /** Picks 16 bytes out of the 32 bytes of `a` and `b` by constant index. */
  shuffle: (a, b, lanes) =>
    new Expr("v128", (out) => {
      a.write(out);
      b.write(out);
      out.byte(prefix);
      out.unsigned(13);
      out.raw(lanes);
    }),
};

/** Widens 8-bit lanes to eight of 16 bits. */
export const i16x8: Table<"extendLowI8x16S" | "extendLowI8x16U", Unary1> = {
  extendLowI8x16S: one(135),
  extendLowI8x16U: one(137),
};

/** The instruction table {@link i32x4}. */
export type I32x4Instructions = Table<
  Words<"eq ne ltS ltU gtS gtU leS leU geS geU add sub mul minS minU maxS maxU">,
  Binary2
> &
  Table<
    Words<"abs neg extendLowI16x8S extendLowI16x8U truncSatF32x4S truncSatF32x4U truncSatF64x2SZero truncSatF64x2UZero">,
    Unary1
  > &
  Table<"shl" | "shrS" | "shrU", Shift> & {
    readonly const: (a: number, b: number, c: number, d: number) => Expr<V>;
    readonly splat: Unary<"i32", V>;
    readonly extractLane: ExtractLane<"i32">;
    readonly replaceLane: ReplaceLane<"i32">;
  };

/** Instructions on four 32-bit integer lanes. */
export const i32x4: I32x4Instructions = {
  const: (a: number, b: number, c: number, d: number): Expr<V> =>
    vectorConstant(new Uint8Array(Int32Array.of(a, b, c, d).buffer)),
  splat: unary("i32", "v128", [prefix, 17]),
  extractLane: extract("i32", 27),
  replaceLane: replace("i32", 28),
  ...run(two, 55, "eq ne ltS ltU gtS gtU leS leU geS geU"),
  abs: one(160),
  neg: one(161),
  extendLowI16x8S: one(167),
  extendLowI16x8U: one(169),
  ...run(shift, 171, "shl shrS shrU"),
  add: two(174),
  sub: two(177),
  ...run(two, 181, "mul minS minU maxS maxU"),
  truncSatF32x4S: one(248),
  truncSatF32x4U: one(249),
  truncSatF64x2SZero: one(252),
  truncSatF64x2UZero: one(253),
};

/** The instruction table {@link i64x2}. */
export type I64x2Instructions = Table<"abs" | "neg" | "extendLowI32x4S" | "extendLowI32x4U", Unary1> &
  Table<"shl" | "shrS" | "shrU", Shift> &
  Table<Words<"add sub mul eq ne ltS">, Binary2> & {
    readonly extractLane: ExtractLane<"i64">;
    readonly replaceLane: ReplaceLane<"i64">;
  };

/** Instructions on two 64-bit integer lanes. */
export const i64x2: I64x2Instructions = {
  extractLane: extract("i64", 29),
  replaceLane: replace("i64", 30),
  abs: one(192),
  neg: one(193),
  extendLowI32x4S: one(199),
  extendLowI32x4U: one(201),
  ...run(shift, 203, "shl shrS shrU"),
  add: two(206),
  sub: two(209),
  ...run(two, 213, "mul eq ne ltS"),
};

/** The instruction table {@link f32x4}. */
export type F32x4Instructions = Table<Words<"eq ne lt gt le ge add sub mul div min max pmin pmax">, Binary2> &
  Table<Words<"demoteF64x2Zero ceil floor trunc nearest abs neg sqrt convertI32x4S convertI32x4U">, Unary1> &
  Table<"relaxedMadd" | "relaxedNmadd", Ternary<V, V>> & {
    readonly const: (a: number, b?: number, c?: number, d?: number) => Expr<V>;
    readonly splat: Unary<"f32", V>;
    readonly extractLane: ExtractLane<"f32">;
    readonly replaceLane: ReplaceLane<"f32">;
  };

/** Instructions on four 32-bit float lanes. */
export const f32x4: F32x4Instructions = {
  const: (a: number, b: number = a, c: number = a, d: number = a): Expr<V> =>
    vectorConstant(new Uint8Array(Float32Array.of(a, b, c, d).buffer)),
  splat: unary("f32", "v128", [prefix, 19]),
  extractLane: extract("f32", 31),
  replaceLane: replace("f32", 32),
  ...run(two, 65, "eq ne lt gt le ge"),
  demoteF64x2Zero: one(94),
  ...run(one, 103, "ceil floor trunc nearest"),
  abs: one(224),
  neg: one(225),
  sqrt: one(227),
  /** `pmin`: `b < a ? b : a`: one x86 instruction. */
  /** `pmax`: `a < b ? b : a`: one x86 instruction. */
  ...run(two, 228, "add sub mul div min max pmin pmax"),
  convertI32x4S: one(250),
  convertI32x4U: one(251),
  /** `a * b + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedMadd: three(0x105),
  /** `-(a * b) + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedNmadd: three(0x106),
};

/** The instruction table {@link f64x2}. */
export type F64x2Instructions = Table<Words<"eq ne lt gt le ge add sub mul div min max pmin pmax">, Binary2> &
  Table<
    Words<"promoteLowF32x4 ceil floor trunc nearest abs neg sqrt convertLowI32x4S convertLowI32x4U">,
    Unary1
  > & {
    readonly relaxedMadd: Ternary<V, V>;
    readonly const: (a: number, b?: number) => Expr<V>;
    readonly splat: Unary<"f64", V>;
    readonly extractLane: ExtractLane<"f64">;
    readonly replaceLane: ReplaceLane<"f64">;
  };

/** Instructions on two 64-bit float lanes. */
export const f64x2: F64x2Instructions = {
  const: (a: number, b: number = a): Expr<V> => vectorConstant(new Uint8Array(Float64Array.of(a, b).buffer)),
  splat: unary("f64", "v128", [prefix, 20]),
  extractLane: extract("f64", 33),
  replaceLane: replace("f64", 34),
  ...run(two, 71, "eq ne lt gt le ge"),
  promoteLowF32x4: one(95),
  ceil: one(116),
  floor: one(117),
  trunc: one(122),
  nearest: one(148),
  abs: one(236),
  neg: one(237),
  sqrt: one(239),
  ...run(two, 240, "add sub mul div min max pmin pmax"),
  convertLowI32x4S: one(254),
  convertLowI32x4U: one(255),
  /** `a * b + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedMadd: three(0x107),
};

/** Shuffles whole 32-bit lanes: indices 0–3 name lanes of `a`, 4–7 lanes of `b`. */
export function shuffle32(a: Expr<V>, b: Expr<V>, lanes: readonly [number, number, number, number]): Expr<V> {
  return i8x16.shuffle(
    a,
    b,
    lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]),
  );
}
