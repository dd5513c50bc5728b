import { type DType, isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { binaryOp } from "./core/binary.ts";
import { isInfinite, isNotANumber } from "./core/compute.ts";
import { castTo } from "./core/lift.ts";
import type { BinaryOp, FloatBinaryOp } from "./core/op-types.ts";
import { floatType } from "./core/promote.ts";

const noBool = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

/** `x1 + x2`, element by element; logical or for bools. @see Keras `ops.add` */
export const add: BinaryOp = binaryOp({ name: "add" }, (a, b) =>
  a.dtype === "bool" ? p.or(a, b) : p.add(a, b),
);

/** `x1 − x2`, element by element. @see Keras `ops.subtract` */
export const subtract: BinaryOp = binaryOp({ name: "subtract", operands: noBool }, p.sub);

/** `x1 · x2`, element by element; logical and for bools. @see Keras `ops.multiply` */
export const multiply: BinaryOp = binaryOp({ name: "multiply" }, (a, b) =>
  a.dtype === "bool" ? p.and(a, b) : p.mul(a, b),
);

/** `x1 / x2`, element by element, in floating point. @see Keras `ops.divide` */
export const divide: FloatBinaryOp = binaryOp({ name: "divide", operands: floatType }, p.div);

/** `x1 / x2`, element by element, in floating point. @see Keras `ops.true_divide` */
export const trueDivide: FloatBinaryOp = binaryOp({ name: "trueDivide", operands: floatType }, p.div);

/** `x1 / x2`, and 0 where `x2` is 0. @see Keras `ops.divide_no_nan` */
export const divideNoNan: FloatBinaryOp = binaryOp({ name: "divideNoNan", operands: floatType }, (a, b) => {
  const isZero = p.eq(b, p.fullLike(b, 0));
  return p.select(isZero, p.zerosLike(a), p.div(a, p.select(isZero, p.fullLike(b, 1), b)));
});

/** Whether a remainder with the dividend's sign is not one with the divisor's. */
function hasOtherSign(r: Var, b: Var): Var {
  const zero = p.zerosLike(r);
  return p.and(p.ne(r, zero), p.ne(p.lt(r, zero), p.lt(b, zero)));
}

/** Remainder with the sign of the divisor, as Python's `%`. */
export function floorRemainder(a: Var, b: Var): Var {
  const r = p.rem(a, b);
  return p.add(r, p.select(hasOtherSign(r, b), b, p.zerosLike(r)));
}

/** `⌊a / b⌋` such that it fits the remainder: of the exact quotient, which the rounded one may have reached or passed. */
function floorQuotient(a: Var, b: Var): Var {
  const r = p.rem(a, b);
  const isFloating = isFloat(a.dtype);
  const truncated = isFloating ? p.round(p.div(p.sub(a, r), b)) : p.div(a, b);
  const quotient = p.sub(truncated, castTo(hasOtherSign(r, b), a.dtype));
  return isFloating ? p.select(p.eq(b, p.zerosLike(b)), p.floor(p.div(a, b)), quotient) : quotient;
}

/** Remainder of `x1 / x2` with the sign of `x2`. @see Keras `ops.mod` */
export const mod: BinaryOp = binaryOp({ name: "mod", operands: noBool }, floorRemainder);

/** Remainder of `x1 / x2` with the sign of `x1`, as in C. @see Keras `ops.fmod` */
export const fmod: BinaryOp = binaryOp({ name: "fmod", operands: noBool }, p.rem);

/** `⌊x1 / x2⌋`. @see Keras `ops.floor_divide` */
export const floorDivide: BinaryOp = binaryOp({ name: "floorDivide", operands: noBool }, floorQuotient);

/** The larger of two elements; NaN when one is. @see Keras `ops.maximum` */
export const maximum: BinaryOp = binaryOp({ name: "maximum" }, (a, b) =>
  a.dtype === "bool" ? p.or(a, b) : p.max(a, b),
);

/** The smaller of two elements; NaN when one is. @see Keras `ops.minimum` */
export const minimum: BinaryOp = binaryOp({ name: "minimum" }, (a, b) =>
  a.dtype === "bool" ? p.and(a, b) : p.min(a, b),
);

function ignoringNan(choose: (a: Var, b: Var) => Var): (a: Var, b: Var) => Var {
  return (a, b) => p.select(isNotANumber(a), b, p.select(isNotANumber(b), a, choose(a, b)));
}

/** The larger of two elements; where one is NaN, the other. @see Keras `ops.fmax` */
export const fmax: BinaryOp = binaryOp(
  { name: "fmax" },
  ignoringNan((a, b) => (a.dtype === "bool" ? p.or(a, b) : p.max(a, b))),
);

/** The smaller of two elements; where one is NaN, the other. @see Keras `ops.fmin` */
export const fmin: BinaryOp = binaryOp(
  { name: "fmin" },
  ignoringNan((a, b) => (a.dtype === "bool" ? p.and(a, b) : p.min(a, b))),
);

/** `x1` to the power `x2`; of integers modulo their width. @see Keras `ops.power` */
export const power: BinaryOp = binaryOp({ name: "power", operands: noBool }, p.pow);

/** Angle of the point `(x2, x1)`, in `(−π, π]`. @see Keras `ops.arctan2` */
export const arctan2: FloatBinaryOp = binaryOp({ name: "arctan2", operands: floatType }, p.atan2);

/** `√(x1² + x2²)`, without overflow on the way. @see Keras `ops.hypot` */
export const hypot: FloatBinaryOp = binaryOp({ name: "hypot", operands: floatType }, (a, b) => {
  const size = p.stopGradient(p.max(p.abs(a), p.abs(b)));
  const usable = p.and(p.isFinite(size), p.ne(size, p.zerosLike(size)));
  const scale = p.select(usable, size, p.fullLike(size, 1));
  const squares = p.add(p.square(p.div(a, scale)), p.square(p.div(b, scale)));
  // The root of 0 has no slope; the gradient there is 0.
  const isZero = p.eq(squares, p.zerosLike(squares));
  const root = p.sqrt(p.select(isZero, p.fullLike(squares, 1), squares));
  const length = p.mul(scale, p.select(isZero, p.zerosLike(root), root));
  // An infinite side makes the other one irrelevant, even where it is not a number.
  const isInfinitelyLong = p.or(isInfinite(a), isInfinite(b));
  return p.select(isInfinitelyLong, p.fullLike(length, Infinity), length);
});

/** `log(exp(x1) + exp(x2))`. @see Keras `ops.logaddexp` */
export const logaddexp: FloatBinaryOp = binaryOp({ name: "logaddexp", operands: floatType }, logAddExp);

/** `log2(2^x1 + 2^x2)`. @see Keras `ops.logaddexp2` */
export const logaddexp2: FloatBinaryOp = binaryOp({ name: "logaddexp2", operands: floatType }, (a, b) =>
  p.scale(logAddExp(p.scale(a, Math.LN2), p.scale(b, Math.LN2)), 1 / Math.LN2),
);

/** `log(eᵃ + eᵇ)`: the larger one plus `log1p(exp(−|a − b|))`. */
export function logAddExp(a: Var, b: Var): Var {
  const difference = p.sub(a, b);
  const larger = p.max(a, b);
  const usable = p.isFinite(difference);
  const distance = p.abs(p.select(usable, difference, p.zerosLike(difference)));
  return p.select(usable, p.add(larger, p.log1p(p.exp(p.neg(distance)))), larger);
}

/** 0 where `x1 < 0`, 1 where `x1 > 0`, `x2` where `x1` is 0. @see Keras `ops.heaviside` */
export const heaviside: FloatBinaryOp = binaryOp({ name: "heaviside", operands: floatType }, (a, b) => {
  const zero = p.zerosLike(a);
  return p.select(p.eq(a, zero), b, p.select(p.lt(a, zero), zero, p.select(p.isNan(a), a, p.fullLike(a, 1))));
});

/** `x1 · 2^x2`. @see Keras `ops.ldexp` */
export const ldexp: FloatBinaryOp = binaryOp({ name: "ldexp", operands: floatType }, (a, b) => {
  // In two factors: `2^x2` alone may be out of range where the product is not.
  const half = p.trunc(p.scale(b, 0.5));
  const power = (exponent: Var): Var => p.pow(p.fullLike(b, 2), exponent);
  const product = p.mul(p.mul(a, power(half)), power(p.sub(b, half)));
  return p.select(p.eq(a, p.zerosLike(a)), a, product);
});

/** Greatest common divisor of integers. @see Keras `ops.gcd` */
export const gcd: BinaryOp = binaryOp({ name: "gcd", operands: noBool }, greatestCommonDivisor);

/** Least common multiple of integers. @see Keras `ops.lcm` */
export const lcm: BinaryOp = binaryOp({ name: "lcm", operands: noBool }, (a, b) => {
  const divisor = greatestCommonDivisor(a, b);
  const isZero = p.eq(divisor, p.zerosLike(divisor));
  return p.abs(p.mul(p.div(a, p.select(isZero, p.fullLike(divisor, 1), divisor)), b));
});

/** Euclid's algorithm on all elements at once. */
function greatestCommonDivisor(a: Var, b: Var): Var {
  const axes = a.shape.map((_, i) => i);
  const [result] = p.whileLoop(
    ([, y]) => p.reduceMax(p.ne(y, p.zerosLike(y)), axes),
    ([x, y]) => {
      const done = p.eq(y, p.zerosLike(y));
      return [p.select(done, x, y), p.select(done, y, p.rem(x, p.select(done, p.fullLike(y, 1), y)))];
    },
    [p.abs(a), p.abs(b)],
  );
  return result;
}

/** `(mantissa in [1, 2), exponent)` of positive normal numbers, exactly. */
function splitExponent(x: Var): { mantissa: Var; power: Var } {
  let mantissa = x;
  let power = p.fullLike(x, 1);
  for (const bits of [64, 32, 16, 8, 4, 2, 1]) {
    const large = p.ge(mantissa, p.fullLike(x, 2 ** bits));
    mantissa = p.select(large, p.scale(mantissa, 2 ** -bits), mantissa);
    power = p.select(large, p.scale(power, 2 ** bits), power);
    const small = p.lt(mantissa, p.fullLike(x, 2 ** (1 - bits)));
    mantissa = p.select(small, p.scale(mantissa, 2 ** bits), mantissa);
    power = p.select(small, p.scale(power, 2 ** -bits), power);
  }
  return { mantissa, power };
}

/** The next float32 after `x1` in the direction of `x2`. @see Keras `ops.nextafter` */
export const nextafter: FloatBinaryOp = binaryOp({ name: "nextafter", operands: () => "float32" }, (a, b) => {
  const tiny = p.fullLike(a, 2 ** -149);
  const size = p.abs(a);
  const smallestNormal = p.fullLike(a, 2 ** -126);
  const { mantissa, power } = splitExponent(p.max(size, smallestNormal));
  const up = p.gt(b, a);
  const outwards = p.eq(up, p.gt(a, p.zerosLike(a)));
  // Just below a power of two the gap is half as wide.
  const atPower = p.and(p.eq(mantissa, p.fullLike(a, 1)), p.and(p.not(outwards), p.gt(size, smallestNormal)));
  const gap = p.scale(power, 2 ** -23);
  const step = p.select(p.eq(a, p.zerosLike(a)), tiny, p.select(atPower, p.scale(gap, 0.5), gap));
  const next = p.select(up, p.add(a, step), p.sub(a, step));
  // From infinity the next one is the largest number.
  const largest = p.scale(p.sign(a), (2 - 2 ** -23) * 2 ** 127);
  const reached = p.select(isInfinite(a), largest, next);
  return p.select(p.or(p.isNan(a), p.isNan(b)), p.add(a, b), p.select(p.eq(a, b), b, reached));
});
