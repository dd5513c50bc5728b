import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { OptionError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { axesOf, moveAxis, range } from "./core/compute.ts";
import { onImages } from "./core/images.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Result } from "./core/op-types.ts";
import type { Operand } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import type { DataFormat } from "./core/windows.ts";
import { contract } from "./products.ts";

const module = "image";

type Kernel = (x: Var) => Var;

/** Hat: `max(0, 1 − x)`. */
const triangle: Kernel = (x) => p.max(p.sub(p.fullLike(x, 1), x), p.zerosLike(x));

/** Keys's cubic with a = −1/2 (R. Keys, "Cubic convolution interpolation for digital image processing", 1981). */
const cubic: Kernel = (x) => {
  const near = p.offset(p.mul(p.mul(p.offset(p.scale(x, 1.5), -2.5), x), x), 1);
  const far = p.offset(p.mul(p.offset(p.mul(p.offset(p.scale(x, -0.5), 2.5), x), -4), x), 2);
  const one = p.fullLike(x, 1);
  return p.select(p.lt(x, one), near, p.select(p.lt(x, p.fullLike(x, 2)), far, p.zerosLike(x)));
};

/** Windowed sinc of the given radius. */
function lanczos(radius: number): Kernel {
  return (x) => {
    const isTiny = p.le(x, p.fullLike(x, 1e-3));
    const safe = p.select(isTiny, p.fullLike(x, 1), x);
    const waves = p.mul(p.sin(p.scale(safe, Math.PI)), p.sin(p.scale(safe, Math.PI / radius)));
    const value = p.div(p.scale(waves, radius), p.scale(p.square(safe), Math.PI ** 2));
    return p.select(
      p.gt(x, p.fullLike(x, radius)),
      p.zerosLike(x),
      p.select(isTiny, p.fullLike(x, 1), value),
    );
  };
}

const kernels: Readonly<Record<string, Kernel>> = {
  linear: triangle,
  cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

interface Sampling {
  readonly from: number;
  readonly to: number;
  /** Scalars: how much larger the result is, and how far it is moved. */
  readonly scale: Var;
  readonly translation: Var;
  readonly kernel: Kernel;
  readonly antialias: boolean;
}

/** How much each of `from` pixels contributes to each of `to` new ones: `[from, to]`. */
function weightsOf({ from, to, scale, translation, kernel, antialias }: Sampling): Var {
  const shape = [from, to];
  const inverse = p.div(p.fullLike(scale, 1), scale);
  const width = antialias ? p.max(inverse, p.fullLike(inverse, 1)) : p.fullLike(inverse, 1);
  const spread = (x: Var): Var => p.broadcast(x, [to]);
  // Where the centre of each new pixel lies among the old ones.
  const centre = p.offset(
    p.sub(p.mul(p.offset(range(to, scale.dtype), 0.5), spread(inverse)), spread(p.mul(translation, inverse))),
    -0.5,
  );
  const distance = p.abs(p.sub(p.broadcast(centre, shape), p.iota(shape, 0, scale.dtype)));
  const raw = kernel(p.div(distance, p.broadcast(width, shape)));
  const total = p.reduceSum(raw, [0]);
  const isUsed = p.gt(p.abs(total), p.fullLike(total, 1000 * 1.1920929e-7));
  const share = p.div(raw, p.broadcast(p.select(isUsed, total, p.fullLike(total, 1)), shape));
  const isInside = p.and(
    p.ge(centre, p.fullLike(centre, -0.5)),
    p.le(centre, p.fullLike(centre, from - 0.5)),
  );
  return p.select(p.broadcast(p.and(isUsed, isInside), shape), share, p.zerosLike(share));
}

/** Applies weights `[from, to]` to an axis. */
function resample(x: Var, axis: number, weights: Var): Var {
  return moveAxis(contract(x, castTo(weights, x.dtype), [axis], [0]), x.shape.length - 1, axis);
}

/** Nearest pixels along an axis. */
function pickNearest(x: Var, axis: number, to: number): Var {
  const from = x.shape[axis] ?? 1;
  const at = p.floor(p.scale(p.scale(p.offset(range(to, "float32"), 0.5), from), 1 / to));
  return p.gather(x, p.cast(at, "int32"), axis);
}

/** Results for integer pixels: rounded, and within the range of the image. */
function likePixels(y: Var, x: Var): Var {
  if (isFloat(x.dtype)) return castTo(y, x.dtype);
  const limit = (reduce: typeof p.reduceMax): Var =>
    p.broadcast(castTo(reduce(x, axesOf(x)), y.dtype), y.shape);
  return castTo(p.clamp(p.round(y), limit(p.reduceMin), limit(p.reduceMax)), x.dtype);
}

/** How `resize` finds the values between pixels. */
export const interpolations = ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] as const;
export type Interpolation = (typeof interpolations)[number];

/** Channels-last images `[batch, height, width, channels]` in another size. */
function resizeImages(
  x: Var,
  size: readonly number[],
  interpolation: Interpolation,
  antialias: boolean,
): Var {
  if (interpolation === "nearest") {
    return size.reduce((y, to, i) => (y.shape[i + 1] === to ? y : pickNearest(y, i + 1, to)), x);
  }
  const names: Partial<Record<Interpolation, string>> = { bilinear: "linear", bicubic: "cubic" };
  const kernel = kernels[names[interpolation] ?? interpolation] ?? triangle;
  const start = isFloat(x.dtype) ? x : castTo(x, "float32");
  const y = size.reduce((value, to, i) => {
    const from = value.shape[i + 1] ?? 1;
    if (from === to) return value;
    const scale = p.full(to / from, [], "float32");
    return resample(
      value,
      i + 1,
      weightsOf({ from, to, scale, translation: p.fullLike(scale, 0), kernel, antialias }),
    );
  }, start);
  return likePixels(y, x);
}

/** The largest part in the middle that has the proportions of `size`. */
function cropToAspect(x: Var, [targetHeight = 1, targetWidth = 1]: readonly number[]): Var {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const h = Math.max(Math.min(height, Math.trunc((width * targetHeight) / targetWidth)), 1);
  const w = Math.max(Math.min(width, Math.trunc((height * targetWidth) / targetHeight)), 1);
  const [top, left] = [Math.trunc((height - h) / 2), Math.trunc((width - w) / 2)];
  return p.slice(x, [0, top, left, 0], [n, top + h, left + w, channels]);
}

/** Padded evenly to the proportions of `size`. */
function padToAspect(x: Var, [targetHeight = 1, targetWidth = 1]: readonly number[], fillValue: number): Var {
  const [, height = 0, width = 0] = x.shape;
  const h = Math.max(height, Math.trunc((width * targetHeight) / targetWidth));
  const w = Math.max(width, Math.trunc((height * targetWidth) / targetHeight));
  const pads = [0, Math.trunc((h - height) / 2), Math.trunc((w - width) / 2), 0];
  return p.pad(x, fillValue, pads, pads);
}

interface ResizeArguments {
  readonly images: Tensor;
  readonly size: readonly number[];
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: "constant";
  readonly fillValue: number;
  readonly dataFormat: DataFormat | null;
}

/** Images in another size `[height, width]`. @see Keras `ops.image.resize` */
export const resize: Op1<
  [
    { readonly size: readonly [number, number] },
    { readonly interpolation?: Interpolation },
    { readonly antialias?: boolean },
    { readonly cropToAspectRatio?: boolean },
    { readonly padToAspectRatio?: boolean },
    { readonly fillMode?: "constant" },
    { readonly fillValue?: number },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "resize",
    module,
    args: {
      images: "tensor", size: "static", interpolation: opt("bilinear"), antialias: opt(false), cropToAspectRatio: opt(false),
      padToAspectRatio: opt(false), fillMode: opt("constant"), fillValue: opt(0), dataFormat: opt(null),
    }, // prettier-ignore
  },
  ({
    images,
    size,
    interpolation,
    antialias,
    cropToAspectRatio,
    padToAspectRatio,
    fillMode,
    fillValue,
    dataFormat,
  }: ResizeArguments) => {
    const where = "ops.image.resize";
    oneOf(where, "interpolation", interpolation, interpolations);
    oneOf(where, "fillMode", fillMode, ["constant"]);
    if (!Array.isArray(size) || size.length !== 2 || size.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new OptionError(`${where}: expected a size [height, width], received ${JSON.stringify(size)}.`);
    }
    if (cropToAspectRatio && padToAspectRatio)
      throw new OptionError(`${where}: of cropToAspectRatio and padToAspectRatio only one can be true.`);
    return onImages(where, images, dataFormat, (x) => {
      const fitted = cropToAspectRatio
        ? cropToAspect(x, size)
        : padToAspectRatio
          ? padToAspect(x, size, fillValue)
          : x;
      return resizeImages(fitted, size, interpolation, antialias);
    });
  },
);

const methods = [
  "linear",
  "bilinear",
  "trilinear",
  "cubic",
  "bicubic",
  "tricubic",
  "lanczos3",
  "lanczos5",
] as const;

interface ScaleArguments {
  readonly images: Tensor;
  readonly outputShape: readonly number[];
  readonly scale: Tensor;
  readonly translation: Tensor;
  readonly spatialDims: readonly number[];
  readonly method: (typeof methods)[number];
  readonly antialias: boolean;
}

/** Scales and moves along given axes: pixel i comes from `(i − translation)/scale`. @see Keras `ops.image.scale_and_translate` */
export const scaleAndTranslate: OpFunction<
  <X extends Operand, S extends Operand>(
    images: X,
    outputShape: readonly number[],
    scale: S,
    translation: Operand,
    spatialDims: readonly number[],
    method: (typeof methods)[number],
    antialias?: boolean | { readonly antialias?: boolean },
  ) => Result<X | S>
> = defineOp(
  {
    name: "scaleAndTranslate",
    module,
    args: {
      images: "tensor",
      outputShape: "call",
      scale: "tensor",
      translation: "tensor",
      spatialDims: "static",
      method: "static",
      antialias: opt(true),
    },
  },
  ({ images, outputShape, scale, translation, spatialDims, method, antialias }: ScaleArguments) => {
    const where = "ops.image.scaleAndTranslate";
    oneOf(where, "method", method, methods);
    if (
      outputShape.length !== images.dims.length ||
      scale.size !== spatialDims.length ||
      translation.size !== spatialDims.length
    ) {
      throw new OptionError(
        `${where}: expected an output shape of rank ${images.dims.length}, and one scale and translation for each of the ${spatialDims.length} spatial dims; received ${formatShape(outputShape)}, ${formatShape(scale.shape)} and ${formatShape(translation.shape)}.`,
      );
    }
    const kernel =
      kernels[method.includes("linear") ? "linear" : method.includes("cubic") ? "cubic" : method] ?? triangle;
    const x = images.traced;
    const entry = (vector: Tensor, i: number): Var =>
      p.reshape(p.slice(castTo(p.reshape(vector.traced, [vector.size]), "float32"), [i], [i + 1]), []);
    const y = spatialDims.reduce(
      (value, dim, i) => {
        const axis = normalizeAxis(dim, x.shape.length, where);
        const weights = weightsOf({
          from: value.shape[axis] ?? 1,
          to: outputShape[axis] ?? 1,
          scale: entry(scale, i),
          translation: entry(translation, i),
          kernel,
          antialias,
        });
        return resample(value, axis, weights);
      },
      isFloat(x.dtype) ? x : castTo(x, "float32"),
    );
    return wrap(likePixels(y, x));
  },
);
