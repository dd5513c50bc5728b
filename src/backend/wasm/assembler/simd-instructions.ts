// Size: one table of the 200 vector instructions, each with its type.
import {
  binary,
  Expr,
  loader,
  operand,
  ternary,
  unary,
  type Binary,
  type Load,
  type Operand,
  type Ternary,
  type Unary,
  type ValueType,
} from "./expression.ts";

// Sub-opcodes of prefix 0xfd: WebAssembly core spec §5.4.9, and the relaxed-SIMD overview for 0x100 and up.
const prefix = 0xfd;

type V = "v128";
type Unary1 = Unary<V, V>;
type Binary2 = Binary<V, V, V>;
type Shift = Binary<V, "i32", V>;
type Table<K extends string, F> = { readonly [P in K]: F };

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
  | "load"
  | "load8x8S"
  | "load8x8U"
  | "load16x4S"
  | "load16x4U"
  | "load32x2S"
  | "load32x2U"
  | "load8Splat"
  | "load16Splat"
  | "load32Splat"
  | "load64Splat"
  | "load32Zero"
  | "load64Zero",
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
  load8x8S: load(1, 3),
  load8x8U: load(2, 3),
  load16x4S: load(3, 3),
  load16x4U: load(4, 3),
  load32x2S: load(5, 3),
  load32x2U: load(6, 3),
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
  and: two(78),
  /** `a & ~b`. */
  andnot: two(79),
  or: two(80),
  xor: two(81),
  /** `bitselect(a, b, mask)`: bits of `a` where the mask is 1, of `b` where it is 0. */
  bitselect: three(82),
  anyTrue: test(83),
};

/** The instruction table {@link i8x16}. */
export type I8x16Instructions = Table<
  | "swizzle"
  | "relaxedSwizzle"
  | "eq"
  | "ne"
  | "ltS"
  | "ltU"
  | "gtS"
  | "gtU"
  | "leS"
  | "leU"
  | "geS"
  | "geU"
  | "narrowI16x8S"
  | "narrowI16x8U"
  | "add"
  | "sub"
  | "minS"
  | "minU"
  | "maxS"
  | "maxU",
  Binary2
> &
  Table<"extractLaneS" | "extractLaneU", ExtractLane<"i32">> &
  Table<"abs" | "neg" | "popcnt", Unary1> &
  Table<"allTrue" | "bitmask", Unary<V, "i32">> &
  Table<"shl" | "shrS" | "shrU", Shift> & {
    readonly splat: Unary<"i32", V>;
    readonly shuffle: (a: Expr<V>, b: Expr<V>, lanes: readonly number[]) => Expr<V>;
    readonly replaceLane: ReplaceLane<"i32">;
    readonly relaxedLaneselect: Ternary<V, V>;
  };

/** Instructions on sixteen 8-bit lanes. */
export const i8x16: I8x16Instructions = {
  splat: unary("i32", "v128", [prefix, 15]),
  /** Picks 16 bytes out of the 32 bytes of `a` and `b` by constant index. */
  shuffle: (a: Expr<V>, b: Expr<V>, lanes: readonly number[]): Expr<V> =>
    new Expr("v128", (out) => {
      a.write(out);
      b.write(out);
      out.byte(prefix);
      out.unsigned(13);
      out.raw(lanes);
    }),
  swizzle: two(14),
  relaxedSwizzle: two(0x100),
  extractLaneS: extract("i32", 21),
  extractLaneU: extract("i32", 22),
  replaceLane: replace("i32", 23),
  eq: two(35),
  ne: two(36),
  ltS: two(37),
  ltU: two(38),
  gtS: two(39),
  gtU: two(40),
  leS: two(41),
  leU: two(42),
  geS: two(43),
  geU: two(44),
  abs: one(96),
  neg: one(97),
  popcnt: one(98),
  allTrue: test(99),
  bitmask: test(100),
  narrowI16x8S: two(101),
  narrowI16x8U: two(102),
  shl: shift(107),
  shrS: shift(108),
  shrU: shift(109),
  add: two(110),
  sub: two(113),
  minS: two(118),
  minU: two(119),
  maxS: two(120),
  maxU: two(121),
  relaxedLaneselect: three(0x109),
};

/** The instruction table {@link i16x8}. */
export type I16x8Instructions = Table<"extractLaneS" | "extractLaneU", ExtractLane<"i32">> &
  Table<
    | "eq"
    | "ne"
    | "ltS"
    | "ltU"
    | "gtS"
    | "gtU"
    | "leS"
    | "leU"
    | "geS"
    | "geU"
    | "narrowI32x4S"
    | "narrowI32x4U"
    | "add"
    | "sub"
    | "mul"
    | "minS"
    | "minU"
    | "maxS"
    | "maxU",
    Binary2
  > &
  Table<
    "abs" | "neg" | "extendLowI8x16S" | "extendHighI8x16S" | "extendLowI8x16U" | "extendHighI8x16U",
    Unary1
  > &
  Table<"allTrue" | "bitmask", Unary<V, "i32">> &
  Table<"shl" | "shrS" | "shrU", Shift> & {
    readonly splat: Unary<"i32", V>;
    readonly replaceLane: ReplaceLane<"i32">;
    readonly relaxedLaneselect: Ternary<V, V>;
  };

/** Instructions on eight 16-bit lanes. */
export const i16x8: I16x8Instructions = {
  splat: unary("i32", "v128", [prefix, 16]),
  extractLaneS: extract("i32", 24),
  extractLaneU: extract("i32", 25),
  replaceLane: replace("i32", 26),
  eq: two(45),
  ne: two(46),
  ltS: two(47),
  ltU: two(48),
  gtS: two(49),
  gtU: two(50),
  leS: two(51),
  leU: two(52),
  geS: two(53),
  geU: two(54),
  abs: one(128),
  neg: one(129),
  allTrue: test(131),
  bitmask: test(132),
  narrowI32x4S: two(133),
  narrowI32x4U: two(134),
  extendLowI8x16S: one(135),
  extendHighI8x16S: one(136),
  extendLowI8x16U: one(137),
  extendHighI8x16U: one(138),
  shl: shift(139),
  shrS: shift(140),
  shrU: shift(141),
  add: two(142),
  sub: two(145),
  mul: two(149),
  minS: two(150),
  minU: two(151),
  maxS: two(152),
  maxU: two(153),
  relaxedLaneselect: three(0x10a),
};

/** The instruction table {@link i32x4}. */
export type I32x4Instructions = Table<
  | "eq"
  | "ne"
  | "ltS"
  | "ltU"
  | "gtS"
  | "gtU"
  | "leS"
  | "leU"
  | "geS"
  | "geU"
  | "add"
  | "sub"
  | "mul"
  | "minS"
  | "minU"
  | "maxS"
  | "maxU"
  | "dotI16x8S",
  Binary2
> &
  Table<
    | "abs"
    | "neg"
    | "extendLowI16x8S"
    | "extendHighI16x8S"
    | "extendLowI16x8U"
    | "extendHighI16x8U"
    | "truncSatF32x4S"
    | "truncSatF32x4U"
    | "truncSatF64x2SZero"
    | "truncSatF64x2UZero"
    | "relaxedTruncF32x4S"
    | "relaxedTruncF32x4U",
    Unary1
  > &
  Table<"allTrue" | "bitmask", Unary<V, "i32">> &
  Table<"shl" | "shrS" | "shrU", Shift> & {
    readonly const: (a: number, b: number, c: number, d: number) => Expr<V>;
    readonly splat: Unary<"i32", V>;
    readonly extractLane: ExtractLane<"i32">;
    readonly replaceLane: ReplaceLane<"i32">;
    readonly relaxedLaneselect: Ternary<V, V>;
  };

/** Instructions on four 32-bit integer lanes. */
export const i32x4: I32x4Instructions = {
  const: (a: number, b: number, c: number, d: number): Expr<V> =>
    vectorConstant(new Uint8Array(Int32Array.of(a, b, c, d).buffer)),
  splat: unary("i32", "v128", [prefix, 17]),
  extractLane: extract("i32", 27),
  replaceLane: replace("i32", 28),
  eq: two(55),
  ne: two(56),
  ltS: two(57),
  ltU: two(58),
  gtS: two(59),
  gtU: two(60),
  leS: two(61),
  leU: two(62),
  geS: two(63),
  geU: two(64),
  abs: one(160),
  neg: one(161),
  allTrue: test(163),
  bitmask: test(164),
  extendLowI16x8S: one(167),
  extendHighI16x8S: one(168),
  extendLowI16x8U: one(169),
  extendHighI16x8U: one(170),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: two(174),
  sub: two(177),
  mul: two(181),
  minS: two(182),
  minU: two(183),
  maxS: two(184),
  maxU: two(185),
  dotI16x8S: two(186),
  truncSatF32x4S: one(248),
  truncSatF32x4U: one(249),
  truncSatF64x2SZero: one(252),
  truncSatF64x2UZero: one(253),
  relaxedTruncF32x4S: one(0x101),
  relaxedTruncF32x4U: one(0x102),
  relaxedLaneselect: three(0x10b),
};

/** The instruction table {@link i64x2}. */
export type I64x2Instructions = Table<
  "abs" | "neg" | "extendLowI32x4S" | "extendHighI32x4S" | "extendLowI32x4U" | "extendHighI32x4U",
  Unary1
> &
  Table<"allTrue" | "bitmask", Unary<V, "i32">> &
  Table<"shl" | "shrS" | "shrU", Shift> &
  Table<
    | "add"
    | "sub"
    | "mul"
    | "eq"
    | "ne"
    | "ltS"
    | "gtS"
    | "leS"
    | "geS"
    | "extmulLowI32x4S"
    | "extmulHighI32x4S"
    | "extmulLowI32x4U"
    | "extmulHighI32x4U",
    Binary2
  > & {
    readonly const: (a: bigint, b: bigint) => Expr<V>;
    readonly splat: Unary<"i64", V>;
    readonly extractLane: ExtractLane<"i64">;
    readonly replaceLane: ReplaceLane<"i64">;
    readonly relaxedLaneselect: Ternary<V, V>;
  };

/** Instructions on two 64-bit integer lanes. */
export const i64x2: I64x2Instructions = {
  const: (a: bigint, b: bigint): Expr<V> => vectorConstant(new Uint8Array(BigInt64Array.of(a, b).buffer)),
  splat: unary("i64", "v128", [prefix, 18]),
  extractLane: extract("i64", 29),
  replaceLane: replace("i64", 30),
  abs: one(192),
  neg: one(193),
  allTrue: test(195),
  bitmask: test(196),
  extendLowI32x4S: one(199),
  extendHighI32x4S: one(200),
  extendLowI32x4U: one(201),
  extendHighI32x4U: one(202),
  shl: shift(203),
  shrS: shift(204),
  shrU: shift(205),
  add: two(206),
  sub: two(209),
  mul: two(213),
  eq: two(214),
  ne: two(215),
  ltS: two(216),
  gtS: two(217),
  leS: two(218),
  geS: two(219),
  extmulLowI32x4S: two(220),
  extmulHighI32x4S: two(221),
  extmulLowI32x4U: two(222),
  extmulHighI32x4U: two(223),
  relaxedLaneselect: three(0x10c),
};

/** The instruction table {@link f32x4}. */
export type F32x4Instructions = Table<
  | "eq"
  | "ne"
  | "lt"
  | "gt"
  | "le"
  | "ge"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "pmin"
  | "pmax"
  | "relaxedMin"
  | "relaxedMax",
  Binary2
> &
  Table<
    | "demoteF64x2Zero"
    | "ceil"
    | "floor"
    | "trunc"
    | "nearest"
    | "abs"
    | "neg"
    | "sqrt"
    | "convertI32x4S"
    | "convertI32x4U",
    Unary1
  > &
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
  eq: two(65),
  ne: two(66),
  lt: two(67),
  gt: two(68),
  le: two(69),
  ge: two(70),
  demoteF64x2Zero: one(94),
  ceil: one(103),
  floor: one(104),
  trunc: one(105),
  nearest: one(106),
  abs: one(224),
  neg: one(225),
  sqrt: one(227),
  add: two(228),
  sub: two(229),
  mul: two(230),
  div: two(231),
  min: two(232),
  max: two(233),
  /** `b < a ? b : a`: one x86 instruction. */
  pmin: two(234),
  /** `a < b ? b : a`: one x86 instruction. */
  pmax: two(235),
  convertI32x4S: one(250),
  convertI32x4U: one(251),
  /** `a * b + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedMadd: three(0x105),
  /** `-(a * b) + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedNmadd: three(0x106),
  relaxedMin: two(0x10d),
  relaxedMax: two(0x10e),
};

/** The instruction table {@link f64x2}. */
export type F64x2Instructions = Table<
  | "eq"
  | "ne"
  | "lt"
  | "gt"
  | "le"
  | "ge"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "pmin"
  | "pmax"
  | "relaxedMin"
  | "relaxedMax",
  Binary2
> &
  Table<
    | "promoteLowF32x4"
    | "ceil"
    | "floor"
    | "trunc"
    | "nearest"
    | "abs"
    | "neg"
    | "sqrt"
    | "convertLowI32x4S"
    | "convertLowI32x4U",
    Unary1
  > &
  Table<"relaxedMadd" | "relaxedNmadd", Ternary<V, V>> & {
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
  eq: two(71),
  ne: two(72),
  lt: two(73),
  gt: two(74),
  le: two(75),
  ge: two(76),
  promoteLowF32x4: one(95),
  ceil: one(116),
  floor: one(117),
  trunc: one(122),
  nearest: one(148),
  abs: one(236),
  neg: one(237),
  sqrt: one(239),
  add: two(240),
  sub: two(241),
  mul: two(242),
  div: two(243),
  min: two(244),
  max: two(245),
  pmin: two(246),
  pmax: two(247),
  convertLowI32x4S: one(254),
  convertLowI32x4U: one(255),
  /** `a * b + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedMadd: three(0x107),
  /** `-(a * b) + c`, fused where the machine fuses. Needs relaxed SIMD. */
  relaxedNmadd: three(0x108),
  relaxedMin: two(0x10f),
  relaxedMax: two(0x110),
};

/** Shuffles whole 32-bit lanes: indices 0–3 name lanes of `a`, 4–7 lanes of `b`. */
export function shuffle32(a: Expr<V>, b: Expr<V>, lanes: readonly [number, number, number, number]): Expr<V> {
  return i8x16.shuffle(
    a,
    b,
    lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]),
  );
}
