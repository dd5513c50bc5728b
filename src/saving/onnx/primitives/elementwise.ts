import type { DType } from "../../../ir/dtypes.ts";
import { foldElementwise } from "../fold.ts";
import { computeType, type Emitter } from "../emitter.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import { int, text } from "../graph-builder.ts";
import { elementTypes } from "../model-proto.ts";
import { result, type Rule } from "../site.ts";
import { Unsupported } from "../unsupported.ts";
import { broadcastSizes, type Value } from "../value.ts";
import { allNumbers, anything, floats, integers, numbers, single, wideNumbers } from "./types.ts";

/** Writes nodes for operands that broadcast; gives the result's name. */
type Write = (g: GraphBuilder, names: readonly string[], dtype: DType) => string;

interface Elementwise {
  /** Dtypes in which it is computed. */
  readonly types: readonly DType[];
  readonly write: Write;
  /** Leading operands that keep their dtype. */
  readonly exempt?: number;
}

const node = (opType: string, types: readonly DType[]): Elementwise => ({
  types,
  write: (g, names) => g.one(opType, names),
});

/** A comparison that ONNX has as the negation of another. */
const negated = (opType: string, types: readonly DType[]): Elementwise => ({
  types,
  write: (g, names) => g.one("Not", [g.one(opType, names)]),
});

/** `And` for bools, `BitwiseAnd` for integers. */
const bits = (opType: string): Elementwise => ({
  types: ["bool", ...integers],
  write: (g, names, dtype) => g.one(dtype === "bool" ? opType : `Bitwise${opType}`, names),
});

/** A composition of operators on numbers. */
const composed = (
  types: readonly DType[],
  write: (h: Helper, ...names: string[]) => string,
): Elementwise => ({
  types,
  write: (g, names, dtype) =>
    write(
      { do: (opType, ...inputs) => g.one(opType, inputs), number: (n) => g.scalar(n, dtype), g },
      ...names,
    ),
});

interface Helper {
  do(opType: string, ...inputs: string[]): string;
  number(n: number): string;
  readonly g: GraphBuilder;
}

/** How element-wise primitives are written. */
const table: Readonly<Record<string, Elementwise>> = {
  abs: node("Abs", allNumbers),
  acos: node("Acos", single),
  acosh: node("Acosh", single),
  add: node("Add", numbers),
  and: bits("And"),
  asin: node("Asin", single),
  asinh: node("Asinh", single),
  atan: node("Atan", single),
  // The angle of (x, y): atan(y/x), moved by ±π where x is negative; ±π/2 where it is 0.
  atan2: composed(single, (h, y, x) => {
    const zero = h.number(0);
    const isLeft = h.do("Less", x, zero);
    const turn = h.do("Where", h.do("Less", y, zero), h.number(-Math.PI), h.number(Math.PI));
    const angle = h.do("Atan", h.do("Div", y, h.do("Where", h.do("Equal", x, zero), h.number(1), x)));
    const slanted = h.do("Add", angle, h.do("Where", isLeft, turn, zero));
    const upright = h.do("Mul", h.do("Sign", y), h.number(Math.PI / 2));
    return h.do("Where", h.do("Equal", x, zero), upright, slanted);
  }),
  atanh: node("Atanh", single),
  ceil: node("Ceil", floats),
  cos: node("Cos", single),
  cosh: node("Cosh", single),
  div: node("Div", numbers),
  eq: node("Equal", [...numbers, "bool"]),
  erf: node("Erf", single),
  exp: node("Exp", floats),
  // tanh(x/2) · (eˣ + 1) = eˣ − 1, exact near 0; where eˣ overflows, so does the result.
  expm1: composed(floats, (h, x) =>
    h.do("Mul", h.do("Tanh", h.do("Mul", x, h.number(0.5))), h.do("Add", h.do("Exp", x), h.number(1))),
  ),
  floor: node("Floor", floats),
  ge: node("GreaterOrEqual", numbers),
  gt: node("Greater", numbers),
  isFinite: composed(["float32", "float64"], (h, x) =>
    h.do("Not", h.do("Or", h.do("IsInf", x), h.do("IsNaN", x))),
  ),
  isNan: node("IsNaN", floats),
  le: node("LessOrEqual", numbers),
  log: node("Log", floats),
  // log(u) · x / (u − 1) for u = 1 + x, which takes back the rounding of u; x where u rounds to 1, log(u) where infinite.
  log1p: composed(["float32", "float64"], (h, x) => {
    const one = h.number(1);
    const u = h.do("Add", x, one);
    const logarithm = h.do("Log", u);
    const isTiny = h.do("Equal", u, one);
    const away = h.do("Where", isTiny, one, h.do("Sub", u, one));
    const corrected = h.do("Mul", logarithm, h.do("Div", x, away));
    const finite = h.do("Where", h.do("IsInf", u), u, corrected);
    return h.do("Where", isTiny, x, finite);
  }),
  logistic: node("Sigmoid", floats),
  lt: node("Less", numbers),
  max: node("Max", wideNumbers),
  min: node("Min", wideNumbers),
  mul: node("Mul", numbers),
  ne: negated("Equal", [...numbers, "bool"]),
  neg: node("Neg", [...numbers, "int8"]),
  not: {
    types: ["bool", ...integers],
    write: (g, names, dtype) => g.one(dtype === "bool" ? "Not" : "BitwiseNot", names),
  },
  or: bits("Or"),
  pow: node("Pow", ["float32", "float64", "int32", "int64"]),
  // The sign of the dividend, as in C.
  rem: { types: allNumbers, write: (g, names) => g.one("Mod", names, { fmod: int(1) }) },
  round: node("Round", floats),
  rsqrt: composed(floats, (h, x) => h.do("Reciprocal", h.do("Sqrt", x))),
  select: {
    types: ["float32", "float64", "int32", "int64", "uint8"],
    write: (g, names) => g.one("Where", names),
    exempt: 1,
  },
  shiftLeft: {
    types: ["uint8", "uint32", "uint64", "int32"],
    write: (g, names, dtype) => shifted(g, names, dtype, "LEFT"),
  },
  // ⌊x / 2^s⌋ of a negative number is the complement of that of its complement.
  shiftRight: {
    types: ["uint8", "uint32", "uint64", "int32"],
    write: (g, [x = "", by = ""], dtype) => {
      if (dtype !== "int32") return shifted(g, [x, by], dtype, "RIGHT");
      const isNegative = g.one("Less", [x, g.scalar(0, dtype)]);
      const complement = (name: string): string =>
        g.one("Where", [isNegative, g.one("BitwiseNot", [name]), name]);
      return complement(shifted(g, [complement(x), by], dtype, "RIGHT"));
    },
  },
  sign: node("Sign", allNumbers),
  sin: node("Sin", floats),
  sinh: node("Sinh", single),
  sqrt: node("Sqrt", floats),
  sub: node("Sub", numbers),
  tan: node("Tan", single),
  tanh: node("Tanh", floats),
  trunc: composed(floats, (h, x) => h.do("Mul", h.do("Sign", x), h.do("Floor", h.do("Abs", x)))),
  xor: bits("Xor"),
};

/** `BitShift` knows unsigned integers alone. */
function shifted(
  g: GraphBuilder,
  names: readonly string[],
  dtype: DType,
  direction: "LEFT" | "RIGHT",
): string {
  const as = (name: string, to: DType): string => g.one("Cast", [name], { to: int(elementTypes[to]) });
  if (dtype !== "int32") return g.one("BitShift", names, { direction: text(direction) });
  const bits = names.map((name) => as(name, "uint32"));
  return as(g.one("BitShift", bits, { direction: text(direction) }), "int32");
}

/** Writes an element-wise operation on values that broadcast to one shape, in whatever order of axes they are stored. */
export function writeElementwise(
  e: Emitter,
  operands: readonly Value[],
  out: { readonly shape: Value["shape"]; readonly dtype: DType },
  types: readonly DType[],
  write: Write,
  { exempt = 0, name = "" }: { readonly exempt?: number; readonly name?: string } = {},
): Value {
  const { values, perm } = e.aligned(operands);
  const dtype = operands[exempt]?.dtype ?? "float32";
  const within = computeType(name, dtype, types);
  const names = values.map((value, i) => (i < exempt ? e.name(value) : e.cast(e.name(value), dtype, within)));
  const written = write(e.graph, names, within);
  const isBool = out.dtype === "bool" && dtype !== "bool";
  const typed = isBool ? written : e.cast(written, within, out.dtype);
  return e.tensor(typed, out.dtype, broadcastSizes(values.map(({ stored }) => stored)), {
    perm,
    shape: out.shape,
  });
}

/** The rule of an element-wise primitive. */
export const elementwiseRule: Rule = (e, site) => {
  const rule = Object.hasOwn(table, site.primitive.name) ? table[site.primitive.name] : undefined;
  if (rule === undefined) throw new Unsupported(`ONNX has no operator for \`${site.primitive.name}\``);
  const folded = foldElementwise(e, site);
  if (folded !== null) return [folded];
  return [
    writeElementwise(e, site.inputs, result(site), rule.types, rule.write, {
      exempt: rule.exempt ?? 0,
      name: site.primitive.name,
    }),
  ];
};

/** A conversion: elements keep their places, whatever these are. */
export const castRule: Rule = (e, site) => {
  const [value] = site.inputs;
  const { shape, dtype } = result(site);
  if (value === undefined) throw new Unsupported("cast without an operand");
  const folded = foldElementwise(e, site);
  if (folded !== null) return [folded];
  const from = value.dtype;
  // NaN and numbers out of range aside, `Cast` truncates as Antler does; any number but 0 is true.
  const name = e.graph.one("Cast", [e.name(value)], { to: int(elementTypes[dtype]) });
  const isKept = anything.includes(from) && anything.includes(dtype);
  if (!isKept) throw new Unsupported(`a cast from ${from} to ${dtype}`);
  return [e.tensor(name, dtype, value.stored, { perm: value.perm, shape })];
};
