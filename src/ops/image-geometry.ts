import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { nextSeed } from "../util/seed.ts";
import { onImages } from "./core/images.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1, Op2, Op3 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import type { DataFormat } from "./core/windows.ts";
import { blur } from "./image-filters.ts";
import {
  asPixels,
  type Filling,
  type FillMode,
  fillModes,
  interpolate,
  orders,
  type PointInterpolation,
} from "./image-sampling.ts";
import { solve } from "./linear-algebra.ts";
import { keyOf, normalOf } from "./random.ts";

const module = "image";

type FillRest = [{ readonly fillMode?: FillMode }, { readonly fillValue?: number }];

/** Values of `inputs` at coordinates `[rank, …places]`, interpolated (`order` 1) or the nearest (0). @see Keras `ops.image.map_coordinates` */
export const mapCoordinates: Op2<[{ readonly order: 0 | 1 }, ...FillRest]> = defineOp(
  {
    name: "mapCoordinates",
    module,
    args: {
      inputs: "tensor",
      coordinates: "tensor",
      order: "static",
      fillMode: opt("constant"),
      fillValue: opt(0),
    },
  },
  ({
    inputs,
    coordinates,
    ...filling
  }: Filling & { readonly inputs: Tensor; readonly coordinates: Tensor }) => {
    const where = "ops.image.mapCoordinates";
    oneOf(where, "fillMode", filling.fillMode, fillModes);
    if (filling.order !== 0 && filling.order !== 1)
      throw new OptionError(`${where}: expected an order of 0 or 1, received ${String(filling.order)}.`);
    const rank = inputs.dims.length;
    if (coordinates.dims.length < 2 || coordinates.dims[0] !== rank) {
      throw new ShapeError(
        `${where}: expected coordinates [${rank}, …places] for inputs ${formatShape(inputs.shape)}, received ${formatShape(coordinates.shape)}.`,
      );
    }
    const value = asFloat(inputs);
    const places = asFloat(coordinates);
    const shape = places.shape.slice(1);
    const list = inputs.dims.map((_, i) => {
      const start = places.shape.map((__, d) => (d === 0 ? i : 0));
      return p.reshape(p.slice(places, start, [i + 1, ...shape]), shape);
    });
    return wrap(
      asPixels(interpolate(p.reshape(value, [inputs.size]), inputs.dims, list, null, filling), inputs.dtype),
    );
  },
);

/** Samples every image of a batch at its own coordinates `[batch, height, width]`. */
function sampleImages(x: Var, y: Var, xs: Var, filling: Filling): Var {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const rows = p.reshape(x, [n * height * width, channels]);
  const first = p.scale(p.iota(y.shape, 0, "int32"), height * width);
  return interpolate(rows, [height, width], [y, xs], first, filling);
}

/** Number k of every transform, for every pixel. */
function parameter(transforms: Var, k: number, shape: readonly number[]): Var {
  const n = transforms.shape[0] ?? 1;
  return p.broadcast(p.reshape(p.slice(transforms, [0, k], [n, k + 1]), [n]), shape, [0]);
}

/** One row of numbers for each image. */
function perImage(where: string, value: Var, n: number, columns: number): Var {
  const rows = value.shape.length === 1 ? p.reshape(value, [1, columns]) : value;
  if (rows.shape.at(-1) !== columns || (rows.shape[0] !== 1 && rows.shape[0] !== n)) {
    throw new ShapeError(
      `${where}: expected ${columns} numbers for each of ${n} images, received shape ${formatShape(value.shape)}.`,
    );
  }
  return p.broadcast(rows, [n, columns]);
}

interface TransformArguments {
  readonly images: Tensor;
  readonly interpolation: PointInterpolation;
  readonly fillMode: FillMode;
  readonly fillValue: number;
  readonly dataFormat: DataFormat | null;
}

type TransformRest = [
  { readonly interpolation?: PointInterpolation },
  ...FillRest,
  { readonly dataFormat?: DataFormat | null },
];

function fillingOf(where: string, { interpolation, fillMode, fillValue }: TransformArguments): Filling {
  oneOf(where, "interpolation", interpolation, ["nearest", "bilinear"]);
  oneOf(where, "fillMode", fillMode, fillModes);
  return { order: orders[interpolation], fillMode, fillValue };
}

/**
 * Moves pixels by `[a0, a1, a2, b0, b1, b2, c0, c1]`: the pixel at `(x, y)` comes from `(a0·x + a1·y + a2, b0·x + b1·y + b2)`.
 *
 * As in Keras, `c0` and `c1` only matter between channels (`+ c1·channel`, `+ c0·channel`); they are 0 in practice.
 *
 * @see Keras `ops.image.affine_transform`
 */
export const affineTransform: Op2<TransformRest> = defineOp(
  {
    name: "affineTransform",
    module,
    args: {
      images: "tensor",
      transform: "tensor",
      interpolation: opt("bilinear"),
      fillMode: opt("constant"),
      fillValue: opt(0),
      dataFormat: opt(null),
    },
  },
  ({ transform, ...args }: TransformArguments & { readonly transform: Tensor }) => {
    const where = "ops.image.affineTransform";
    const filling = fillingOf(where, args);
    return onImages(where, args.images, args.dataFormat, (raw) => {
      const x = isFloat(raw.dtype) ? raw : castTo(raw, "float32");
      const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
      const t = perImage(where, castTo(transform.traced, "float32"), n, 8);
      const shape = [n, height, width, channels];
      const along = (axis: number): Var => p.iota(shape, axis, "float32");
      const [row, column, channel] = [along(1), along(2), along(3)];
      const linear = (kx: number, ky: number, k0: number, kc: number): Var =>
        p.add(
          p.add(p.mul(column, parameter(t, kx, shape)), p.mul(row, parameter(t, ky, shape))),
          p.add(parameter(t, k0, shape), p.mul(channel, parameter(t, kc, shape))),
        );
      const rows = p.reshape(x, [sizeOf(x.shape)]);
      const first = p.scale(p.iota(shape, 0, "int32"), height * width * channels);
      const own = p.add(first, p.iota(shape, 3, "int32"));
      const sizes = [height, width];
      // Elements of one channel are `channels` apart.
      const y = interpolateStrided(
        rows,
        sizes,
        [linear(3, 4, 5, 6), linear(0, 1, 2, 7)],
        own,
        channels,
        filling,
      );
      return asPixels(y, raw.dtype);
    });
  },
);

/** `interpolate` on elements that lie `step` apart. */
function interpolateStrided(
  rows: Var,
  sizes: readonly number[],
  coordinates: readonly Var[],
  first: Var,
  step: number,
  filling: Filling,
): Var {
  const total = sizeOf(sizes);
  const blocks = sizeOf(rows.shape) / (total * step);
  // [blocks, grid, step] → [blocks, step, grid]: each channel's grid in one piece.
  const split = p.reshape(p.transpose(p.reshape(rows, [blocks, total, step]), [0, 2, 1]), [
    blocks * step * total,
  ]);
  const block = p.div(first, p.fullLike(first, total * step));
  const channel = p.rem(first, p.fullLike(first, step));
  return interpolate(
    split,
    sizes,
    coordinates,
    p.scale(p.add(p.scale(block, step), channel), total),
    filling,
  );
}

/** Corner points `[batch, 4, 2]`. */
function pointsOf(where: string, points: Tensor): Var {
  const value = castTo(points.traced, "float32");
  const batch = value.shape.length === 2 ? p.reshape(value, [1, ...value.shape]) : value;
  if (batch.shape.length !== 3 || batch.shape[1] !== 4 || batch.shape[2] !== 2) {
    throw new ShapeError(
      `${where}: expected four points [4, 2] or [batch, 4, 2], received ${formatShape(points.shape)}.`,
    );
  }
  return batch;
}

/** The eight numbers of the homography that takes end points to start points. */
function homography(start: Var, end: Var): Var {
  const n = start.shape[0] ?? 1;
  const coordinate = (points: Var, corner: number, k: number): Var =>
    p.reshape(p.slice(points, [0, corner, k], [n, corner + 1, k + 1]), [n]);
  const zero = p.full(0, [n], "float32");
  const one = p.full(1, [n], "float32");
  const rows: Var[] = [];
  const targets: Var[] = [];
  const join = (values: readonly Var[]): Var =>
    p.concat(
      values.map((v) => p.reshape(v, [n, 1])),
      1,
    );
  for (let corner = 0; corner < 4; corner++) {
    const [sx, sy] = [coordinate(start, corner, 0), coordinate(start, corner, 1)];
    const [ex, ey] = [coordinate(end, corner, 0), coordinate(end, corner, 1)];
    const minus = (a: Var, b: Var): Var => p.neg(p.mul(a, b));
    rows.push(join([ex, ey, one, zero, zero, zero, minus(sx, ex), minus(sx, ey)]));
    rows.push(join([zero, zero, zero, ex, ey, one, minus(sy, ex), minus(sy, ey)]));
    targets.push(sx, sy);
  }
  const matrix = p.concat(
    rows.map((row) => p.reshape(row, [n, 1, 8])),
    1,
  );
  return p.reshape(solve(wrap(matrix), wrap(p.reshape(join(targets), [n, 8, 1]))).traced, [n, 8]);
}

/** Moves four points of an image to others, and everything between accordingly. @see Keras `ops.image.perspective_transform` */
export const perspectiveTransform: Op3<
  [
    { readonly interpolation?: PointInterpolation },
    { readonly fillValue?: number },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "perspectiveTransform",
    module,
    args: {
      images: "tensor",
      startPoints: "tensor",
      endPoints: "tensor",
      interpolation: opt("bilinear"),
      fillValue: opt(0),
      dataFormat: opt(null),
    },
  },
  ({
    startPoints,
    endPoints,
    ...args
  }: Omit<TransformArguments, "fillMode"> & { readonly startPoints: Tensor; readonly endPoints: Tensor }) => {
    const where = "ops.image.perspectiveTransform";
    const filling = fillingOf(where, { ...args, fillMode: "constant" });
    const raw = homography(pointsOf(where, startPoints), pointsOf(where, endPoints));
    return onImages(where, args.images, args.dataFormat, (pixels) => {
      const x = isFloat(pixels.dtype) ? pixels : castTo(pixels, "float32");
      const [n = 0, height = 0, width = 0] = x.shape;
      const t = perImage(where, raw, n, 8);
      const shape = [n, height, width];
      const [row, column] = [p.iota(shape, 1, "float32"), p.iota(shape, 2, "float32")];
      const linear = (kx: number, ky: number): Var =>
        p.add(p.mul(column, parameter(t, kx, shape)), p.mul(row, parameter(t, ky, shape)));
      const depth = p.offset(linear(6, 7), 1);
      const xs = p.div(p.add(linear(0, 1), parameter(t, 2, shape)), depth);
      const ys = p.div(p.add(linear(3, 4), parameter(t, 5, shape)), depth);
      return asPixels(sampleImages(x, ys, xs, filling), pixels.dtype);
    });
  },
);

/** Moves pixels at random by a smooth field: noise of size `alpha`, blurred by `sigma`. @see Keras `ops.image.elastic_transform` */
export const elasticTransform: Op1<
  [
    { readonly alpha?: number },
    { readonly sigma?: number },
    { readonly interpolation?: PointInterpolation },
    ...FillRest,
    { readonly seed?: number | Tensor | null },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "elasticTransform",
    module,
    args: {
      images: "tensor", alpha: opt(20), sigma: opt(5), interpolation: opt("bilinear"), fillMode: opt("reflect"), fillValue: opt(0),
      seed: opt(null), dataFormat: opt(null),
    }, // prettier-ignore
  },
  ({
    alpha,
    sigma,
    seed,
    ...args
  }: TransformArguments & {
    readonly alpha: number;
    readonly sigma: number;
    readonly seed: number | Tensor | null;
  }) => {
    const where = "ops.image.elasticTransform";
    const filling = fillingOf(where, args);
    const key = typeof seed === "object" && seed !== null ? seed : keyOf(seed ?? nextSeed());
    const size = Math.trunc(6 * sigma) | 1;
    return onImages(where, args.images, args.dataFormat, (pixels) => {
      const x = isFloat(pixels.dtype) ? pixels : castTo(pixels, "float32");
      const [n = 0, height = 0, width = 0] = x.shape;
      const shape = [n, height, width];
      const field = (stream: number): Var => {
        const noise = p.scale(normalOf(key.traced, [n, height, width, 1], stream), sigma);
        return p.scale(p.reshape(blur(noise, [size, size], [sigma, sigma]), shape), alpha);
      };
      const ys = p.add(p.iota(shape, 1, "float32"), field(0));
      const xs = p.add(p.iota(shape, 2, "float32"), field(1));
      return asPixels(sampleImages(x, ys, xs, filling), pixels.dtype);
    });
  },
);
