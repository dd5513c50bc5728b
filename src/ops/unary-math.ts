import { largest } from "../ir/dtype-range.ts";
import { isFloat, isInteger } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { ElementwiseOp, FloatUnaryOp, UnaryOp } from "./core/op-types.ts";
import { floatType } from "./core/promote.ts";
import type { Tensor } from "./core/tensor.ts";
import { floatUnaryOp, opt, unaryOp } from "./core/unary.ts";

/** Bools as int32, for functions of numbers. */
function numeric(x: Var): Var {
  return x.dtype === "bool" ? castTo(x, "int32") : x;
}

const absoluteOf = (x: Var): Var => (x.dtype === "bool" || x.dtype.startsWith("uint") ? x : p.abs(x));

/** `|x|`. @see Keras `ops.absolute` */
export const absolute: UnaryOp = unaryOp({ name: "absolute" }, absoluteOf);

/** `|x|`. @see Keras `ops.abs` */
export const abs: UnaryOp = unaryOp({ name: "abs", className: "Absolute" }, absoluteOf);

/** `|x|` in floating point. @see Keras `ops.fabs` */
export const fabs: FloatUnaryOp = floatUnaryOp({ name: "fabs" }, p.abs);

/** `−x`. @see Keras `ops.negative` */
export const negative: UnaryOp = unaryOp({ name: "negative" }, (x) => p.neg(numeric(x)));

/** −1, 0 or 1. @see Keras `ops.sign` */
export const sign: UnaryOp = unaryOp({ name: "sign" }, (x) =>
  x.dtype === "bool" ? castTo(x, "int32") : p.sign(x),
);

/** `x²`. @see Keras `ops.square` */
export const square: UnaryOp = unaryOp({ name: "square" }, (x) => p.square(numeric(x)));

/** `√x`. @see Keras `ops.sqrt` */
export const sqrt: FloatUnaryOp = floatUnaryOp({ name: "sqrt" }, p.sqrt);

/** `1/√x`. @see Keras `ops.rsqrt` */
export const rsqrt: FloatUnaryOp = floatUnaryOp({ name: "rsqrt", module: "math" }, p.rsqrt);

/** `∛x`, negative for negative `x`. @see Keras `ops.cbrt` */
export const cbrt: FloatUnaryOp = floatUnaryOp({ name: "cbrt" }, (x) => {
  const isZero = p.eq(x, p.zerosLike(x));
  const size = p.select(isZero, p.fullLike(x, 1), p.abs(x));
  return p.select(isZero, x, p.mul(p.sign(x), p.pow(size, p.fullLike(x, 1 / 3))));
});

/** `1/x`. @see Keras `ops.reciprocal` */
export const reciprocal: FloatUnaryOp = floatUnaryOp({ name: "reciprocal" }, (x) =>
  p.div(p.fullLike(x, 1), x),
);

/** `eˣ`. @see Keras `ops.exp` */
export const exp: FloatUnaryOp = floatUnaryOp({ name: "exp" }, p.exp);

/** `2ˣ`. @see Keras `ops.exp2` */
export const exp2: FloatUnaryOp = floatUnaryOp({ name: "exp2" }, (x) => p.pow(p.fullLike(x, 2), x));

/** `eˣ − 1`, exact near 0. @see Keras `ops.expm1` */
export const expm1: FloatUnaryOp = floatUnaryOp({ name: "expm1" }, p.expm1);

/** Natural logarithm. @see Keras `ops.log` */
export const log: FloatUnaryOp = floatUnaryOp({ name: "log" }, p.log);

/** Logarithm to base 2. @see Keras `ops.log2` */
export const log2: FloatUnaryOp = floatUnaryOp({ name: "log2" }, (x) => p.scale(p.log(x), 1 / Math.LN2));

/** Logarithm to base 10. @see Keras `ops.log10` */
export const log10: FloatUnaryOp = floatUnaryOp({ name: "log10" }, (x) => p.scale(p.log(x), 1 / Math.LN10));

/** `log(1 + x)`, exact near 0. @see Keras `ops.log1p` */
export const log1p: FloatUnaryOp = floatUnaryOp({ name: "log1p" }, p.log1p);

/** Error function. @see Keras `ops.erf` */
export const erf: FloatUnaryOp = floatUnaryOp({ name: "erf", module: "math" }, p.erf);

/** Inverse of the error function. @see Keras `ops.erfinv` */
export const erfinv: FloatUnaryOp = floatUnaryOp({ name: "erfinv", module: "math" }, p.erfInv);

/** Sine. @see Keras `ops.sin` */
export const sin: FloatUnaryOp = floatUnaryOp({ name: "sin" }, p.sin);

/** Cosine. @see Keras `ops.cos` */
export const cos: FloatUnaryOp = floatUnaryOp({ name: "cos" }, p.cos);

/** Tangent. @see Keras `ops.tan` */
export const tan: FloatUnaryOp = floatUnaryOp({ name: "tan" }, p.tan);

/** Inverse sine. @see Keras `ops.arcsin` */
export const arcsin: FloatUnaryOp = floatUnaryOp({ name: "arcsin" }, p.asin);

/** Inverse cosine. @see Keras `ops.arccos` */
export const arccos: FloatUnaryOp = floatUnaryOp({ name: "arccos" }, p.acos);

/** Inverse tangent. @see Keras `ops.arctan` */
export const arctan: FloatUnaryOp = floatUnaryOp({ name: "arctan" }, p.atan);

/** Hyperbolic sine. @see Keras `ops.sinh` */
export const sinh: FloatUnaryOp = floatUnaryOp({ name: "sinh" }, p.sinh);

/** Hyperbolic cosine. @see Keras `ops.cosh` */
export const cosh: FloatUnaryOp = floatUnaryOp({ name: "cosh" }, p.cosh);

/** Hyperbolic tangent. @see Keras `ops.tanh` */
export const tanh: FloatUnaryOp = floatUnaryOp({ name: "tanh" }, p.tanh);

/** Inverse hyperbolic sine. @see Keras `ops.arcsinh` */
export const arcsinh: FloatUnaryOp = floatUnaryOp({ name: "arcsinh" }, p.asinh);

/** Inverse hyperbolic cosine. @see Keras `ops.arccosh` */
export const arccosh: FloatUnaryOp = floatUnaryOp({ name: "arccosh" }, p.acosh);

/** Inverse hyperbolic tangent. @see Keras `ops.arctanh` */
export const arctanh: FloatUnaryOp = floatUnaryOp({ name: "arctanh" }, p.atanh);

/** `sin(πx)/(πx)`, 1 at 0. @see Keras `ops.sinc` */
export const sinc: FloatUnaryOp = floatUnaryOp({ name: "sinc" }, (x) => {
  const isZero = p.eq(x, p.zerosLike(x));
  const angle = p.scale(p.select(isZero, p.fullLike(x, 1), x), Math.PI);
  return p.select(isZero, p.fullLike(x, 1), p.div(p.sin(angle), angle));
});

/** Degrees to radians. @see Keras `ops.deg2rad` */
export const deg2rad: FloatUnaryOp = floatUnaryOp({ name: "deg2rad" }, (x) => p.scale(x, Math.PI / 180));

/** Radians to degrees. @see Keras `ops.rad2deg` */
export const rad2deg: FloatUnaryOp = floatUnaryOp({ name: "rad2deg" }, (x) => p.scale(x, 180 / Math.PI));

/** Coefficients of Chebyshev series for `exp(−|x|) I₀(x)` on `[0, 8]` and `√|x|` times it beyond (Cephes, `i0.c`). */
const besselNear = [
  -4.4153416464793393795e-18, 3.33079451882223809783e-17, -2.43127984654795469359e-16,
  1.71539128555513303061e-15, -1.16853328779934516808e-14, 7.67618549860493561688e-14,
  -4.8564467831119294609e-13, 2.95505266312963983461e-12, -1.72682629144155570723e-11,
  9.67580903537323691224e-11, -5.18979560163526290666e-10, 2.65982372468238665035e-9,
  -1.30002500998624804212e-8, 6.04699502254191894932e-8, -2.67079385394061173391e-7,
  1.11738753912010371815e-6, -4.41673835845875056359e-6, 1.64484480707288970893e-5,
  -5.75419501008210370398e-5, 1.88502885095841655729e-4, -5.76375574538582365885e-4,
  1.63947561694133579842e-3, -4.3243099950505759443e-3, 1.05464603945949983183e-2, -2.37374148058994688156e-2,
  4.93052842396707084878e-2, -9.4901097048047644421e-2, 1.71620901522208775349e-1, -3.04682672343198398683e-1,
  6.76795274409476084995e-1,
];
const besselFar = [
  -7.23318048787475395456e-18, -4.83050448594418207126e-18, 4.46562142029675999901e-17,
  3.4612228676974610931e-17, -2.82762398051658348494e-16, -3.42548561967721913462e-16,
  1.7725601330565263836e-15, 3.81168066935262242075e-15, -9.5548466988283076487e-15,
  -4.15056934728722208663e-14, 1.54008621752140982691e-14, 3.85277838274214270114e-13,
  7.18012445138366623367e-13, -1.79417853150680611778e-12, -1.32158118404477131188e-11,
  -3.14991652796324136454e-11, 1.18891471078464383424e-11, 4.9406023882249695891e-10,
  3.39623202570838634515e-9, 2.26666899049817806459e-8, 2.04891858946906374183e-7, 2.89137052083475648297e-6,
  6.88975834691682398426e-5, 3.3691164782556940899e-3, 8.04490411014108831608e-1,
];

/** Clenshaw's recurrence for a Chebyshev series. */
function chebyshev(x: Var, coefficients: readonly number[]): Var {
  let [b0, b1, b2] = [p.zerosLike(x), p.zerosLike(x), p.zerosLike(x)];
  for (const c of coefficients) {
    [b2, b1] = [b1, b0];
    b0 = p.offset(p.sub(p.mul(x, b1), b2), c);
  }
  return p.scale(p.sub(b0, b2), 0.5);
}

/** Modified Bessel function of the first kind, order 0. */
export function besselI0(x: Var): Var {
  const size = p.abs(x);
  const isNear = p.le(size, p.fullLike(x, 8));
  const near = chebyshev(p.offset(p.scale(size, 0.5), -2), besselNear);
  const beyond = p.max(size, p.fullLike(x, 8));
  const far = p.div(chebyshev(p.offset(p.div(p.fullLike(x, 32), beyond), -2), besselFar), p.sqrt(beyond));
  return p.mul(p.exp(size), p.select(isNear, near, far));
}

/** Modified Bessel function of the first kind, order 0. @see Keras `ops.i0` */
export const i0: FloatUnaryOp = floatUnaryOp({ name: "i0" }, besselI0);

/** `⌊x⌋`. @see Keras `ops.floor` */
export const floor: FloatUnaryOp = floatUnaryOp({ name: "floor" }, p.floor);

/** `⌈x⌉`. @see Keras `ops.ceil` */
export const ceil: FloatUnaryOp = floatUnaryOp({ name: "ceil" }, p.ceil);

/** Nearest integer towards 0; integers stay as they are. @see Keras `ops.trunc` */
export const trunc: UnaryOp = unaryOp({ name: "trunc" }, (x) => (isFloat(x.dtype) ? p.trunc(x) : numeric(x)));

/** Rounds to `decimals` digits behind the point, halves to even. @see Keras `ops.round` */
export const round: ElementwiseOp<[{ readonly decimals?: number }]> = defineOp(
  { name: "round", args: { x: "tensor", decimals: opt(0) } },
  ({ x, decimals }: { readonly x: Tensor; readonly decimals: number }) => {
    const value = x.traced;
    if (isInteger(x.dtype) && decimals >= 0) return wrap(value);
    const float = castTo(value, floatType(x.dtype));
    if (decimals === 0) return wrap(p.round(float));
    const factor = p.fullLike(float, 10 ** Math.abs(decimals));
    const rounded =
      decimals > 0
        ? p.div(p.round(p.mul(float, factor)), factor)
        : p.mul(p.round(p.div(float, factor)), factor);
    return wrap(isFloat(x.dtype) ? rounded : castTo(rounded, x.dtype === "bool" ? "int32" : x.dtype));
  },
);

/** The real part: `x` itself. @see Keras `ops.real` */
export const real: UnaryOp = unaryOp({ name: "real" }, (x) => x);

/** The imaginary part: zeros. @see Keras `ops.imag` */
export const imag: UnaryOp = unaryOp({ name: "imag" }, (x) => p.full(0, x.shape, x.dtype));

/** The complex conjugate: `x` itself. @see Keras `ops.conjugate` */
export const conjugate: UnaryOp = unaryOp({ name: "conjugate" }, (x) => x);

/** The complex conjugate: `x` itself. @see Keras `ops.conj` */
export const conj: UnaryOp = unaryOp({ name: "conj", className: "Conjugate" }, (x) => x);

/** The angle in the complex plane: 0 for positive, π for negative numbers. @see Keras `ops.angle` */
export const angle: FloatUnaryOp = floatUnaryOp({ name: "angle" }, (x) =>
  p.select(p.lt(x, p.zerosLike(x)), p.fullLike(x, Math.PI), p.select(p.isNan(x), x, p.zerosLike(x))),
);

/** The same elements. @see Keras `ops.copy` */
export const copy: UnaryOp = unaryOp({ name: "copy" }, (x) => x);

/** The same elements, through which no gradient flows. @see Keras `ops.stop_gradient` */
export const stopGradient: UnaryOp = defineOp(
  { name: "stopGradient", module: "core", args: { variable: "tensor" } },
  ({ variable }: { readonly variable: Tensor }) => wrap(p.stopGradient(variable.traced)),
);

/** NaN to `nan`, infinities to `posinf` and `neginf` (by default the dtype's largest numbers). @see Keras `ops.nan_to_num` */
export const nanToNum: ElementwiseOp<
  [{ readonly nan?: number }, { readonly posinf?: number | null }, { readonly neginf?: number | null }]
> = defineOp(
  { name: "nanToNum", args: { x: "tensor", nan: opt(0), posinf: opt(null), neginf: opt(null) } },
  ({
    x,
    nan,
    posinf,
    neginf,
  }: {
    readonly x: Tensor;
    readonly nan: number;
    readonly posinf: number | null;
    readonly neginf: number | null;
  }) => {
    const value = x.traced;
    if (!isFloat(x.dtype)) return wrap(value);
    const limit = largest(x.dtype);
    const isBig = p.not(p.isFinite(value));
    const bounded = p.select(
      p.gt(value, p.zerosLike(value)),
      p.fullLike(value, posinf ?? limit),
      p.fullLike(value, neginf ?? -limit),
    );
    return wrap(p.select(p.isNan(value), p.fullLike(value, nan), p.select(isBig, bounded, value)));
  },
);

/** Limits `x` to `[xMin, xMax]`. @see Keras `ops.clip` */
export const clip: ElementwiseOp<[{ readonly xMin: number | Tensor }, { readonly xMax: number | Tensor }]> =
  defineOp(
    { name: "clip", args: { x: "tensor", xMin: "static", xMax: "static" } },
    ({
      x,
      xMin,
      xMax,
    }: {
      readonly x: Tensor;
      readonly xMin: number | Tensor;
      readonly xMax: number | Tensor;
    }) => {
      const value = x.dtype === "bool" ? castTo(x.traced, "int32") : x.traced;
      const isFraction = [xMin, xMax].some(
        (limit) => typeof limit === "number" && Number.isFinite(limit) && !Number.isInteger(limit),
      );
      const body = isFraction && !isFloat(value.dtype) ? castTo(value, "float32") : value;
      const limit = (bound: number | Tensor): Var =>
        typeof bound === "number"
          ? p.fullLike(body, bound)
          : p.broadcast(castTo(bound.traced, body.dtype), body.shape);
      const [low, high] = [limit(xMin), limit(xMax)];
      // The gradient is that of x wherever x lies within the limits, bounds included.
      return wrap(p.select(p.lt(body, low), low, p.select(p.gt(body, high), high, body)));
    },
  );
