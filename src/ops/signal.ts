import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { range } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Op1Pair, Result } from "./core/op-types.ts";
import type { Operand, Rest } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { padAxis, sliceAxis } from "./rearranging.ts";

const module = "math";

/** Complex numbers: real and imaginary parts of one shape. */
type ComplexOp<R extends readonly object[] = readonly []> = OpFunction<
  <X extends Operand>(x: readonly [X, X], ...rest: Rest<R>) => readonly [Result<X>, Result<X>]
>;

interface ComplexArguments {
  readonly x: readonly Tensor[];
}

function partsOf(where: string, x: readonly Tensor[]): [Var, Var] {
  const [re, im] = x;
  if (x.length !== 2 || re === undefined || im === undefined || re.dims.join() !== im.dims.join()) {
    throw new ShapeError(
      `${where}: expected a pair [real, imaginary] of tensors of one shape, received ${x.map(({ shape }) => formatShape(shape)).join(", ")}.`,
    );
  }
  return [asFloat(re), castTo(im.traced, asFloat(re).dtype)];
}

/** The transform along the last axis but one. */
function alongRows([re, im]: readonly [Var, Var], inverse: boolean): [Var, Var] {
  const [a, b] = p.fft(p.swapLastAxes(re), p.swapLastAxes(im), { inverse });
  return [p.swapLastAxes(a), p.swapLastAxes(b)];
}

function needsAxes(where: string, x: Var, count: number): void {
  if (x.shape.length < count)
    throw new ShapeError(
      `${where}: expected at least ${count} axes, received shape ${formatShape(x.shape)}.`,
    );
}

/** Discrete Fourier transform along the last axis, of `[real, imaginary]`. @see Keras `ops.fft` */
export const fft: ComplexOp = defineOp(
  { name: "fft", className: "FFT", module, args: { x: "tensors" } },
  ({ x }: ComplexArguments) => {
    const parts = partsOf("ops.fft", x);
    needsAxes("ops.fft", parts[0], 1);
    return p.fft(...parts).map(wrap);
  },
);

/** Discrete Fourier transform along the last two axes, of `[real, imaginary]`. @see Keras `ops.fft2` */
export const fft2: ComplexOp = defineOp(
  { name: "fft2", className: "FFT2", module, args: { x: "tensors" } },
  ({ x }: ComplexArguments) => {
    const parts = partsOf("ops.fft2", x);
    needsAxes("ops.fft2", parts[0], 2);
    return alongRows(p.fft(...parts) as [Var, Var], false).map(wrap); // SAFETY: a pair
  },
);

/** Inverse of `fft2`. @see Keras `ops.ifft2` */
export const ifft2: ComplexOp = defineOp(
  { name: "ifft2", className: "IFFT2", module, args: { x: "tensors" } },
  ({ x }: ComplexArguments) => {
    const parts = partsOf("ops.ifft2", x);
    needsAxes("ops.ifft2", parts[0], 2);
    return alongRows(p.fft(...parts, { inverse: true }) as [Var, Var], true).map(wrap); // SAFETY: a pair
  },
);

/** The last axis cut, or filled with zeros, to n elements. */
function fitted(x: Var, n: number): Var {
  const last = x.shape.length - 1;
  const size = x.shape[last] ?? 0;
  return p.pad(
    x,
    0,
    x.shape.map(() => 0),
    x.shape.map((_, i) => (i === last ? n - size : 0)),
  );
}

/** The first half of the spectrum of real numbers. */
function realTransform(x: Var, length: number): [Var, Var] {
  const value = fitted(x, length);
  const [re, im] = p.fft(value, p.zerosLike(value));
  const last = re.shape.length - 1;
  const half = Math.floor(length / 2) + 1;
  return [sliceAxis(re, last, 0, half), sliceAxis(im, last, 0, half)];
}

/** Fourier transform of real numbers along the last axis: the `n/2 + 1` coefficients that do not repeat. @see Keras `ops.rfft` */
export const rfft: Op1Pair<[{ readonly fftLength?: number | null }]> = defineOp(
  { name: "rfft", className: "RFFT", module, args: { x: "tensor", fftLength: opt(null) } },
  ({ x, fftLength }: { readonly x: Tensor; readonly fftLength: number | null }) => {
    const value = asFloat(x);
    needsAxes("ops.rfft", value, 1);
    return realTransform(value, fftLength ?? value.shape.at(-1) ?? 0).map(wrap);
  },
);

/** Real numbers from the first half of their spectrum. */
function inverseReal([re, im]: readonly [Var, Var], length: number): Var {
  const half = Math.floor(length / 2) + 1;
  const last = re.shape.length - 1;
  const mirror = (x: Var): Var => p.reverse(sliceAxis(x, last, 1, length - half + 1), [last]);
  const [a, b] = [fitted(re, half), fitted(im, half)];
  const full = (x: Var, sign: 1 | -1): Var =>
    length - half === 0 ? x : p.concat([x, p.scale(mirror(x), sign)], last);
  return p.fft(full(a, 1), full(b, -1), { inverse: true })[0];
}

/** Inverse of `rfft`, of `[real, imaginary]`; the length is `2·(n − 1)` by default. @see Keras `ops.irfft` */
export const irfft: OpFunction<
  <X extends Operand>(
    x: readonly [X, X],
    ...rest: Rest<[{ readonly fftLength?: number | null }]>
  ) => Result<X>
> = defineOp(
  { name: "irfft", className: "IRFFT", module, args: { x: "tensors", fftLength: opt(null) } },
  ({ x, fftLength }: ComplexArguments & { readonly fftLength: number | null }) => {
    const parts = partsOf("ops.irfft", x);
    needsAxes("ops.irfft", parts[0], 1);
    return wrap(inverseReal(parts, fftLength ?? 2 * ((parts[0].shape.at(-1) ?? 1) - 1)));
  },
);

/** Windows of `length` elements, `stride` apart, along the last axis: `[…, n] → […, frames, length]`. */
function framesOf(where: string, x: Var, length: number, stride: number): Var {
  const n = x.shape.at(-1) ?? 0;
  if (![length, stride].every((value) => Number.isInteger(value) && value > 0) || length > n) {
    throw new OptionError(
      `${where}: a sequence length of ${length} and a stride of ${stride} do not fit ${n} elements.`,
    );
  }
  const count = 1 + Math.floor((n - length) / stride);
  const shape = [count, length];
  return p.gather(
    x,
    p.add(p.scale(p.iota(shape, 0, "int32"), stride), p.iota(shape, 1, "int32")),
    x.shape.length - 1,
  );
}

/** Windows of the last axis, `sequenceStride` apart, as a new axis. @see Keras `ops.extract_sequences` */
export const extractSequences: Op1<
  [{ readonly sequenceLength: number }, { readonly sequenceStride: number }]
> = defineOp(
  {
    name: "extractSequences",
    module,
    args: { x: "tensor", sequenceLength: "static", sequenceStride: "static" },
  },
  ({
    x,
    sequenceLength,
    sequenceStride,
  }: {
    readonly x: Tensor;
    readonly sequenceLength: number;
    readonly sequenceStride: number;
  }) => wrap(framesOf("ops.extractSequences", x.traced, sequenceLength, sequenceStride)),
);

/** What weighs the samples of a frame. */
export type WindowShape = "hann" | "hamming" | readonly number[] | Tensor | null;

interface FrameArguments {
  readonly sequenceLength: number;
  readonly sequenceStride: number;
  readonly fftLength: number;
  readonly window: WindowShape;
  readonly center: boolean;
}

/** The window in the middle of `fftLength` zeros. */
function windowOf(
  where: string,
  { sequenceLength: n, fftLength, window }: FrameArguments,
  dtype: Var["dtype"],
): Var {
  if (fftLength < n)
    throw new OptionError(`${where}: fftLength (${fftLength}) must not be below sequenceLength (${n}).`);
  if (window === null) return p.full(1, [fftLength], dtype);
  const before = Math.floor((fftLength - n) / 2);
  const pad = (x: Var): Var => p.pad(x, 0, [before], [fftLength - n - before]);
  if (typeof window === "string") {
    oneOf(where, "window", window, ["hann", "hamming"]);
    const base = window === "hann" ? 0.5 : 0.54;
    return pad(p.offset(p.scale(p.cos(p.scale(range(n, dtype), (2 * Math.PI) / n)), base - 1), base));
  }
  const value =
    window instanceof Tensor
      ? castTo(window.traced, dtype)
      : p.concat(
          window.map((c) => p.full(c, [1], dtype)),
          0,
        );
  if (value.shape.length !== 1 || value.shape[0] !== n)
    throw new ShapeError(
      `${where}: expected a window of ${n} numbers, received shape ${formatShape(value.shape)}.`,
    );
  return pad(value);
}

const frameArgs = { sequenceLength: "static", sequenceStride: "static", fftLength: "static" } as const;

export type FrameRest = [
  { readonly sequenceLength: number },
  { readonly sequenceStride: number },
  { readonly fftLength: number },
];

/** Spectra of overlapping frames: `[…, n] → […, frames, fftLength/2 + 1]`, real and imaginary. @see Keras `ops.stft` */
export const stft: Op1Pair<[...FrameRest, { readonly window?: WindowShape }, { readonly center?: boolean }]> =
  defineOp(
    {
      name: "stft",
      className: "STFT",
      module,
      args: { x: "tensor", ...frameArgs, window: opt("hann"), center: opt(true) },
    },
    ({ x, ...args }: FrameArguments & { readonly x: Tensor }) => {
      const where = "ops.stft";
      const value = asFloat(x);
      needsAxes(where, value, 1);
      const half = Math.floor(args.fftLength / 2);
      const padded = args.center ? padAxis(value, value.shape.length - 1, half, half, "reflect") : value;
      const frames = framesOf(where, padded, args.fftLength, args.sequenceStride);
      return realTransform(
        p.mul(frames, p.broadcast(windowOf(where, args, value.dtype), frames.shape)),
        args.fftLength,
      ).map(wrap);
    },
  );

/** Overlapping frames added up: `[…, frames, n] → […, n + stride·(frames − 1)]`. */
function overlapAdd(frames: Var, stride: number): Var {
  const [count = 0, length = 0] = frames.shape.slice(-2);
  const batch = frames.shape.slice(0, -2);
  const shape = [count, length];
  const places = p.add(p.scale(p.iota(shape, 0, "int32"), stride), p.iota(shape, 1, "int32"));
  return p.scatter(
    p.full(0, [...batch, length + stride * (count - 1)], frames.dtype),
    places,
    frames,
    batch.length,
    "add",
  );
}

/** Samples from the spectra of overlapping frames: the inverse of `stft`. @see Keras `ops.istft` */
export const istft: OpFunction<
  <X extends Operand>(
    x: readonly [X, X],
    ...rest: Rest<
      [
        ...FrameRest,
        { readonly length?: number | null },
        { readonly window?: WindowShape },
        { readonly center?: boolean },
      ]
    >
  ) => Result<X>
> = defineOp(
  {
    name: "istft",
    className: "ISTFT",
    module,
    args: { x: "tensors", ...frameArgs, length: opt(null), window: opt("hann"), center: opt(true) },
  },
  ({ x, length, ...args }: FrameArguments & ComplexArguments & { readonly length: number | null }) => {
    const where = "ops.istft";
    const parts = partsOf(where, x);
    needsAxes(where, parts[0], 2);
    const window = windowOf(where, args, parts[0].dtype);
    const frames = inverseReal(parts, args.fftLength);
    const weights = p.broadcast(window, frames.shape);
    const sum = overlapAdd(p.mul(frames, weights), args.sequenceStride);
    const square = p.broadcast(p.square(window), frames.shape.slice(-2));
    const norm = p.broadcast(overlapAdd(square, args.sequenceStride), sum.shape);
    const isCovered = p.gt(norm, p.fullLike(norm, 1e-10));
    const samples = p.div(sum, p.select(isCovered, norm, p.fullLike(norm, 1)));
    // Without a window Keras adds frames up without looking how many cover a sample.
    const signal = args.window === null ? p.scale(samples, args.fftLength / args.sequenceStride) : samples;
    const total = signal.shape.at(-1) ?? 0;
    const start = args.center ? Math.floor(args.fftLength / 2) : 0;
    const end = length === null ? (args.center ? total - start : total) : Math.min(total, start + length);
    return wrap(sliceAxis(signal, signal.shape.length - 1, start, end));
  },
);

/** The pair `[real, imaginary]` of numbers along the last axis, which has size 2. @see Keras `ops.view_as_complex` */
export const viewAsComplex: Op1Pair = defineOp(
  { name: "viewAsComplex", module, args: { x: "tensor" } },
  ({ x }: { readonly x: Tensor }) => {
    const last = x.dims.length - 1;
    if (x.dims[last] !== 2)
      throw new ShapeError(
        `ops.viewAsComplex: expected a last axis of size 2, received shape ${formatShape(x.shape)}.`,
      );
    return [0, 1].map((k) => wrap(p.reshape(sliceAxis(asFloat(x), last, k, k + 1), x.dims.slice(0, -1))));
  },
);

/** Real and imaginary parts along a new last axis, of the pair `[real, imaginary]`. @see Keras `ops.view_as_real` */
export const viewAsReal: OpFunction<<X extends Operand>(x: readonly [X, X]) => Result<X>> = defineOp(
  { name: "viewAsReal", module, args: { x: "tensors" } },
  ({ x }: ComplexArguments) => {
    const parts = partsOf("ops.viewAsReal", x);
    return wrap(
      p.concat(
        parts.map((part) => p.reshape(part, [...part.shape, 1])),
        parts[0].shape.length,
      ),
    );
  },
);

/** The complex number `abs · e^(i·angle)` as the pair `[real, imaginary]`. @see Keras `ops.polar` */
export const polar: OpFunction<
  <A extends Operand, B extends Operand>(abs: A, angle: B) => readonly [Result<A | B>, Result<A | B>]
> = defineOp(
  { name: "polar", module: "nn", args: { abs: "tensor", angle: "tensor" } },
  ({ abs, angle }: { readonly abs: Tensor; readonly angle: Tensor }) => {
    const size = asFloat(abs);
    const turn = castTo(angle.traced, size.dtype);
    return [p.mul(size, p.cos(turn)), p.mul(size, p.sin(turn))].map(wrap);
  },
);
