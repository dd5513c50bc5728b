import { DTypeError, ShapeError } from "../../util/errors.ts";
import { isFloat } from "../dtypes.ts";
import { transform } from "../fourier.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";

export interface FftParams extends Record<string, unknown> {
  readonly inverse: boolean;
}

export const fftPrimitive: Primitive<FftParams> = {
  name: "fft",
  infer: ([re, im]) => {
    if (!re || !im) return [];
    if (!isFloat(re.dtype) || re.dtype !== im.dtype) {
      throw new DTypeError(
        `fft: expected real and imaginary parts of one float dtype, received ${re.dtype} and ${im.dtype}.`,
      );
    }
    if (!sameShape(re.shape, im.shape) || (re.shape.at(-1) ?? 0) === 0) {
      const shapes = `${formatShape(re.shape)} and ${formatShape(im.shape)}`;
      throw new ShapeError(
        `fft: expected parts of one shape with a last axis that is not empty, received ${shapes}.`,
      );
    }
    return [re, im].map(({ shape, dtype }) => ({ shape, dtype }));
  },
  lowering: {
    kind: "composite",
    expand: ([re, im], { inverse }, p) => {
      if (!re || !im) return [];
      const n = re.shape.at(-1) ?? 1;
      const flat = [sizeOf(re.shape.slice(0, -1)), n];
      const result = transform(p, [p.reshape(re, flat), p.reshape(im, flat)], inverse ? 1 : -1);
      return result.map((value) => p.reshape(inverse ? p.scale(value, 1 / n) : value, re.shape));
    },
  },
  // The adjoint of the transform is the unnormalised inverse one, and the other way round.
  vjp: ([gre, gim], { inputs: [re], params: { inverse }, p }) => {
    if (!re || (!gre && !gim)) return [];
    const n = re.shape.at(-1) ?? 1;
    const back = fft(gre ?? p.zerosLike(re), gim ?? p.zerosLike(re), { inverse: !inverse });
    return back.map((value) => p.scale(value, inverse ? 1 / n : n));
  },
  samples: () =>
    [[1], [8], [3, 5], [2, 2, 6], [2, 72], [131]].flatMap((shape) =>
      [false, true].map((inverse) => ({
        inputs: [
          { shape, dtype: "float32" as const },
          { shape, dtype: "float32" as const },
        ],
        params: { inverse },
      })),
    ),
};

/** The meaning of `fft`, in double precision. */
export const fftMeaning: Meaning<FftParams> = ([re, im], { inverse }) => {
  if (!re || !im) return [];
  const n = re.shape.at(-1) ?? 1;
  const results = [re, im].map(({ shape, dtype }) => ({
    shape,
    dtype,
    data: new Float64Array(sizeOf(shape)),
  }));
  const angle = ((inverse ? 1 : -1) * 2 * Math.PI) / n;
  const scale = inverse ? 1 / n : 1;
  for (let start = 0; start < re.data.length; start += n) {
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0];
      for (let j = 0; j < n; j++) {
        const [x, y] = [re.data[start + j] ?? 0, im.data[start + j] ?? 0];
        const [c, s] = [Math.cos(angle * ((j * k) % n)), Math.sin(angle * ((j * k) % n))];
        a += x * c - y * s;
        b += x * s + y * c;
      }
      results.forEach(({ data }, i) => (data[start + k] = scale * (i === 0 ? a : b)));
    }
  }
  return results;
};

/** Discrete Fourier transform along the last axis, of real and imaginary parts; the inverse is divided by its length. */
export function fft(
  re: Var,
  im: Var,
  { inverse = false }: { readonly inverse?: boolean } = {},
): readonly [re: Var, im: Var] {
  return emit(fftPrimitive, [re, im], { inverse }) as readonly Var[] as readonly [Var, Var]; // SAFETY: `infer` states two results
}
