import { type DType, isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { meanOver, range } from "./core/compute.ts";
import { onImages } from "./core/images.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1, Op2 } from "./core/op-types.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { channelsLast, type DataFormat, dataFormatOf } from "./core/windows.ts";

const module = "image";

/** A Gaussian of the given number of points, with sum 1. */
function gaussian(size: number, sigma: Var): Var {
  const place = p.div(p.offset(range(size, sigma.dtype), -(size - 1) / 2), p.broadcast(sigma, [size]));
  const raw = p.exp(p.scale(p.square(place), -0.5));
  return p.div(raw, p.broadcast(p.reduceSum(raw, [0]), [size]));
}

/** The product of a column and a row as a kernel `[rows, columns, 1, channels]`. */
function separable(column: Var, row: Var, channels: number): Var {
  const shape = [column.shape[0] ?? 0, row.shape[0] ?? 0, 1, channels];
  return p.mul(p.broadcast(column, shape, [0]), p.broadcast(row, shape, [1]));
}

/** Every channel filtered by itself; zeros lie around the image. */
function filter(x: Var, kernel: Var): Var {
  const pads = [0, 1].map((i): [number, number] => {
    const size = kernel.shape[i] ?? 1;
    return [Math.floor((size - 1) / 2), size - 1 - Math.floor((size - 1) / 2)];
  });
  return p.conv(x, kernel, { strides: [1, 1], padding: pads, dilation: [1, 1], groups: x.shape.at(-1) ?? 1 });
}

/** Gaussian blur of channels-last images; sizes and widths for x and y. */
export function blur(x: Var, kernelSize: readonly number[], sigma: readonly (number | Var)[]): Var {
  const width = (i: number): Var => {
    const value = sigma[i] ?? 1;
    return typeof value === "number" ? p.full(value, [], x.dtype) : castTo(value, x.dtype);
  };
  return filter(
    x,
    separable(
      gaussian(kernelSize[1] ?? 1, width(1)),
      gaussian(kernelSize[0] ?? 1, width(0)),
      x.shape.at(-1) ?? 1,
    ),
  );
}

interface BlurArguments {
  readonly images: Tensor;
  readonly kernelSize: number | readonly number[];
  readonly sigma: number | readonly number[] | Tensor;
  readonly dataFormat: DataFormat | null;
}

/** Blurs images by a Gaussian; zeros lie around them. @see Keras `ops.image.gaussian_blur` */
export const gaussianBlur: Op1<
  [
    { readonly kernelSize?: number | readonly number[] },
    { readonly sigma?: number | readonly number[] | Tensor },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "gaussianBlur",
    module,
    args: { images: "tensor", kernelSize: opt([3, 3]), sigma: opt([1, 1]), dataFormat: opt(null) },
  },
  ({ images, kernelSize, sigma, dataFormat }: BlurArguments) => {
    const where = "ops.image.gaussianBlur";
    const sizes = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
    if (sizes.length !== 2 || sizes.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new OptionError(
        `${where}: expected a kernelSize of one or two positive integers, received ${JSON.stringify(kernelSize)}.`,
      );
    }
    return onImages(where, images, dataFormat, (x) => {
      const value = isFloat(x.dtype) ? x : castTo(x, "float32");
      const widths =
        sigma instanceof Tensor ? entries(sigma) : typeof sigma === "number" ? [sigma, sigma] : sigma;
      const y = blur(value, sizes, widths);
      return castTo(isFloat(x.dtype) ? y : p.round(y), x.dtype);
    });
  },
);

function entries(sigma: Tensor): Var[] {
  const flat = p.reshape(sigma.traced, [sigma.size]);
  return [0, 1].map((i) =>
    p.reshape(p.slice(flat, [Math.min(i, sigma.size - 1)], [Math.min(i, sigma.size - 1) + 1]), []),
  );
}

/** Derivatives along y and x by Sobel's filters, as a last axis of size 2; zeros lie around the image. @see Keras `ops.image.sobel_edges` */
export const sobelEdges: Op1<[{ readonly dataFormat?: DataFormat | null }]> = defineOp(
  { name: "sobelEdges", module, args: { images: "tensor", dataFormat: opt(null) } },
  ({ images, dataFormat }: { readonly images: Tensor; readonly dataFormat: DataFormat | null }) => {
    const where = "ops.image.sobelEdges";
    const format = dataFormatOf(where, dataFormat);
    if (images.dims.length !== 4)
      throw new ShapeError(
        `${where}: expected a batch of images of rank 4, received ${formatShape(images.shape)}.`,
      );
    const x = channelsLast(asFloat(images), format);
    const channels = x.shape[3] ?? 1;
    const position = p.offset(range(3, x.dtype), -1);
    const smooth = p.sub(p.fullLike(position, 2), p.abs(position));
    const edges = [separable(position, smooth, channels), separable(smooth, position, channels)].map(
      (kernel) => {
        const y = filter(x, kernel);
        return p.reshape(y, [...y.shape, 1]);
      },
    );
    const joined = p.concat(edges, 4);
    return wrap(
      castTo(format === "channels_last" ? joined : p.transpose(joined, [0, 3, 1, 2, 4]), images.dtype),
    );
  },
);

interface SsimArguments {
  readonly image1: Tensor;
  readonly image2: Tensor;
  readonly maxVal: number;
  readonly filterSize: number;
  readonly filterSigma: number;
  readonly k1: number;
  readonly k2: number;
  readonly dataFormat: DataFormat | null;
}

/** Structural similarity of two images, 1 for equal ones (Wang et al., 2004). @see Keras `ops.image.ssim` */
export const ssim: Op2<
  [
    { readonly maxVal?: number },
    { readonly filterSize?: number },
    { readonly filterSigma?: number },
    { readonly k1?: number },
    { readonly k2?: number },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "ssim",
    className: "SSIM",
    module,
    args: {
      image1: "tensor",
      image2: "tensor",
      maxVal: opt(1),
      filterSize: opt(11),
      filterSigma: opt(1.5),
      k1: opt(0.01),
      k2: opt(0.03),
      dataFormat: opt(null),
    },
  },
  ({ image1, image2, maxVal, filterSize, filterSigma, k1, k2, dataFormat }: SsimArguments) => {
    const where = "ops.image.ssim";
    const format = dataFormatOf(where, dataFormat);
    if (image1.dims.join() !== image2.dims.join() || ![3, 4].includes(image1.dims.length)) {
      throw new ShapeError(
        `${where}: expected two images (or batches) of one shape, received ${formatShape(image1.shape)} and ${formatShape(image2.shape)}.`,
      );
    }
    const isSingle = image1.dims.length === 3;
    const planes = (image: Tensor): Var => {
      const value = asFloat(image);
      return channelsLast(isSingle ? p.reshape(value, [1, ...value.shape]) : value, format);
    };
    const [a, b] = [planes(image1), planes(image2)];
    const channels = a.shape[3] ?? 1;
    const line = gaussian(filterSize, p.full(filterSigma, [], a.dtype));
    const kernel = separable(line, line, channels);
    const smooth = (x: Var): Var =>
      p.conv(x, kernel, { strides: [1, 1], padding: [[0, 0], [0, 0]], dilation: [1, 1], groups: channels }); // prettier-ignore
    const [c1, c2] = [(k1 * maxVal) ** 2, (k2 * maxVal) ** 2];
    const [meanA, meanB] = [smooth(a), smooth(b)];
    const [squareA, squareB, product] = [p.square(meanA), p.square(meanB), p.mul(meanA, meanB)];
    const [varianceA, varianceB] = [p.sub(smooth(p.square(a)), squareA), p.sub(smooth(p.square(b)), squareB)];
    const covariance = p.sub(smooth(p.mul(a, b)), product);
    const above = p.mul(p.offset(p.scale(product, 2), c1), p.offset(p.scale(covariance, 2), c2));
    const below = p.mul(p.offset(p.add(squareA, squareB), c1), p.offset(p.add(varianceA, varianceB), c2));
    const result = meanOver(p.div(above, below), [1, 2, 3]);
    const dtype: DType = isFloat(image1.dtype) ? image1.dtype : "float32";
    return wrap(castTo(isSingle ? p.reshape(result, []) : result, dtype));
  },
);
