import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, indicesOf, sizeOf } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { onImages } from "./core/images.ts";
import { bindOp, callOp, defineOp, type Op } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { type DataFormat, type Padding, paddingOf, padsFor, perAxis } from "./core/windows.ts";

const module = "image";

interface PatchArguments {
  readonly size: number | readonly number[];
  readonly strides: number | readonly number[] | null;
  readonly dilationRate: number | readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat | null;
}

export type PatchRest = [
  { readonly size: number | readonly number[] },
  { readonly strides?: number | readonly number[] | null },
  { readonly dilationRate?: number | readonly number[] },
  { readonly padding?: Padding },
  { readonly dataFormat?: DataFormat | null },
];

/** Patches of `[batch, …spatial, channels]`: `[batch, …places, window · channels]`. */
function patchesOf(where: string, x: Var, args: PatchArguments, spatial: number): Var {
  const size = perAxis(where, "size", args.size, spatial);
  const strides = perAxis(where, "strides", args.strides ?? size, spatial);
  const dilation = perAxis(where, "dilationRate", args.dilationRate, spatial);
  const padding = paddingOf(where, args.padding);
  const pads = size.map((window, i) =>
    padsFor(padding, x.shape[i + 1] ?? 0, window, strides[i] ?? 1, dilation[i] ?? 1),
  );
  const padded = p.pad(x, 0, [0, ...pads.map(([low]) => low), 0], [0, ...pads.map(([, high]) => high), 0]);
  const places = size.map(
    (window, i) =>
      Math.floor(((padded.shape[i + 1] ?? 0) - (window - 1) * (dilation[i] ?? 1) - 1) / (strides[i] ?? 1)) +
      1,
  );
  if (places.some((n) => n < 1)) {
    throw new ShapeError(
      `${where}: patches of ${formatShape(size)} do not fit into ${formatShape(x.shape)}. Use smaller ones, or padding "same".`,
    );
  }
  const [n = 0, channels = 0] = [x.shape[0], x.shape.at(-1)];
  const parts = Array.from(indicesOf(size), (index) => {
    const start = index.map((at, i) => at * (dilation[i] ?? 1));
    const limit = start.map((at, i) => at + ((places[i] ?? 1) - 1) * (strides[i] ?? 1) + 1);
    return p.slice(padded, [0, ...start, 0], [n, ...limit, channels], [1, ...strides, 1]);
  });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : p.concat(parts, spatial + 1);
}

/** Patches of images (or, with three sizes, of volumes) as vectors along the channel axis. @see Keras `ops.image.extract_patches` */
export const extractPatches: Op1<PatchRest> = defineOp(
  {
    name: "extractPatches",
    module,
    args: {
      images: "tensor",
      size: "static",
      strides: opt(null),
      dilationRate: opt(1),
      padding: opt("valid"),
      dataFormat: opt(null),
    },
  },
  ({ images, ...args }: PatchArguments & { readonly images: Tensor }) => {
    const where = "ops.image.extractPatches";
    const spatial = typeof args.size === "number" ? 2 : args.size.length;
    if (spatial !== 2 && spatial !== 3)
      throw new OptionError(
        `${where}: expected a size of one, two or three numbers, received ${JSON.stringify(args.size)}.`,
      );
    return onImages(where, images, args.dataFormat, (x) => patchesOf(where, x, args, spatial), spatial);
  },
);

const volumesOp: Op = defineOp<PatchArguments & { readonly volumes: Tensor }, () => unknown>(
  {
    name: "extractPatches3d",
    className: "ExtractPatches",
    module,
    args: {
      volumes: "tensor",
      size: "static",
      strides: opt(null),
      dilationRate: opt(1),
      padding: opt("valid"),
      dataFormat: opt(null),
    },
  },
  ({ volumes, ...args }) => {
    const where = "ops.image.extractPatches3d";
    return onImages(where, volumes, args.dataFormat, (x) => patchesOf(where, x, args, 3), 3);
  },
).op;

/** Patches of volumes as vectors along the channel axis. @see Keras `ops.image.extract_patches_3d` */
export const extractPatches3d: Op1<PatchRest> = Object.assign(
  extractFromVolumes as never, // SAFETY: it takes what the op takes
  { op: volumesOp },
);

/** In files the class is that of `extractPatches`, which tells volumes by their three sizes. */
function extractFromVolumes(...given: readonly unknown[]): unknown {
  const bound = bindOp(volumesOp, given);
  const { size } = bound;
  return callOp(volumesOp, typeof size === "number" ? { ...bound, size: [size, size, size] } : bound);
}

/** Images (or volumes) from patches that do not overlap: the reverse of `extractPatches`. @see Keras `ops.image.reconstruct_patches` */
export const reconstructPatches: Op1<
  [
    { readonly size: number | readonly number[] },
    { readonly outputSize: readonly number[] },
    { readonly strides?: number | readonly number[] | null },
    { readonly padding?: Padding },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "reconstructPatches",
    module,
    args: {
      patches: "tensor",
      size: "static",
      outputSize: "static",
      strides: opt(null),
      padding: opt("valid"),
      dataFormat: opt(null),
    },
  },
  ({
    patches,
    size,
    outputSize,
    strides,
    padding,
    dataFormat,
  }: Omit<PatchArguments, "dilationRate"> & {
    readonly patches: Tensor;
    readonly outputSize: readonly number[];
  }) => {
    const where = "ops.image.reconstructPatches";
    const spatial = typeof size === "number" ? 2 : size.length;
    const window = perAxis(where, "size", size, spatial);
    if (strides !== null && perAxis(where, "strides", strides, spatial).join() !== window.join()) {
      throw new OptionError(
        `${where}: only patches side by side can be joined: expected strides ${formatShape(window)} like the size, received ${JSON.stringify(strides)}.`,
      );
    }
    const kind = paddingOf(where, padding);
    return onImages(
      where,
      patches,
      dataFormat,
      (x) => {
        const [n = 0, flat = 0] = [x.shape[0], x.shape.at(-1)];
        const places = x.shape.slice(1, -1);
        const channels = flat / sizeOf(window);
        const full = places.map((count, i) => count * (window[i] ?? 1));
        const fits =
          outputSize.length === spatial &&
          full.every((size_, i) =>
            kind === "valid"
              ? size_ === outputSize[i]
              : size_ >= (outputSize[i] ?? 0) && size_ - (outputSize[i] ?? 0) < (window[i] ?? 1),
          );
        if (!Number.isInteger(channels) || !fits) {
          throw new ShapeError(
            `${where}: patches ${formatShape(patches.shape)} of size ${formatShape(window)} do not make images of ${formatShape(outputSize)} with padding "${kind}".`,
          );
        }
        // [n, …places, …window, c] → [n, place₀, window₀, place₁, window₁, …, c]
        const perm = [0, ...places.flatMap((_, i) => [1 + i, 1 + spatial + i]), 1 + 2 * spatial];
        const joined = p.reshape(p.transpose(p.reshape(x, [n, ...places, ...window, channels]), perm), [
          n,
          ...full,
          channels,
        ]);
        const start = full.map((size_, i) => Math.floor((size_ - (outputSize[i] ?? 0)) / 2));
        return p.slice(
          joined,
          [0, ...start, 0],
          [n, ...start.map((at, i) => at + (outputSize[i] ?? 0)), channels],
        );
      },
      spatial,
    );
  },
);

interface BorderArguments {
  readonly images: Tensor;
  readonly targetHeight: number | null;
  readonly targetWidth: number | null;
  readonly dataFormat: DataFormat | null;
}

/** Two of (before, after, total) decide the third. */
function bordersOf(
  where: string,
  names: readonly [string, string, string],
  before: number | null,
  after: number | null,
  target: number | null,
  n: number,
  sign: 1 | -1,
): [number, number] {
  if ([before, after, target].filter((value) => value === null).length !== 1) {
    throw new OptionError(`${where}: expected exactly two of ${names.join(", ")}.`);
  }
  const total = sign * ((target ?? 0) - n);
  const low = before ?? total - (after ?? 0);
  const high = after ?? total - low;
  if (low < 0 || high < 0 || n + sign * (low + high) < 0) {
    throw new OptionError(
      `${where}: ${names[0]} ${low} and ${names[1]} ${high} do not fit a size of ${n}; both must be ≥ 0.`,
    );
  }
  return [low, high];
}

/** Adds zeros around images: two of the top, the bottom and the target height, and likewise for the width. @see Keras `ops.image.pad_images` */
export const padImages: Op1<
  [
    { readonly topPadding?: number | null },
    { readonly leftPadding?: number | null },
    { readonly bottomPadding?: number | null },
    { readonly rightPadding?: number | null },
    { readonly targetHeight?: number | null },
    { readonly targetWidth?: number | null },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "padImages",
    module,
    args: {
      images: "tensor", topPadding: opt(null), leftPadding: opt(null), bottomPadding: opt(null), rightPadding: opt(null),
      targetHeight: opt(null), targetWidth: opt(null), dataFormat: opt(null),
    }, // prettier-ignore
  },
  (
    a: BorderArguments &
      Readonly<Record<"topPadding" | "leftPadding" | "bottomPadding" | "rightPadding", number | null>>,
  ) => {
    const where = "ops.image.padImages";
    return onImages(where, a.images, a.dataFormat, (x) => {
      const [, height = 0, width = 0] = x.shape;
      const [top, bottom] = bordersOf(
        where,
        ["topPadding", "bottomPadding", "targetHeight"],
        a.topPadding,
        a.bottomPadding,
        a.targetHeight,
        height,
        1,
      );
      const [left, right] = bordersOf(
        where,
        ["leftPadding", "rightPadding", "targetWidth"],
        a.leftPadding,
        a.rightPadding,
        a.targetWidth,
        width,
        1,
      );
      return p.pad(x, 0, [0, top, left, 0], [0, bottom, right, 0]);
    });
  },
);

/** Removes borders of images: two of the top, the bottom and the target height, and likewise for the width. @see Keras `ops.image.crop_images` */
export const cropImages: Op1<
  [
    { readonly topCropping?: number | null },
    { readonly leftCropping?: number | null },
    { readonly bottomCropping?: number | null },
    { readonly rightCropping?: number | null },
    { readonly targetHeight?: number | null },
    { readonly targetWidth?: number | null },
    { readonly dataFormat?: DataFormat | null },
  ]
> = defineOp(
  {
    name: "cropImages",
    module,
    args: {
      images: "tensor", topCropping: opt(null), leftCropping: opt(null), bottomCropping: opt(null), rightCropping: opt(null),
      targetHeight: opt(null), targetWidth: opt(null), dataFormat: opt(null),
    }, // prettier-ignore
  },
  (
    a: BorderArguments &
      Readonly<Record<"topCropping" | "leftCropping" | "bottomCropping" | "rightCropping", number | null>>,
  ) => {
    const where = "ops.image.cropImages";
    return onImages(where, a.images, a.dataFormat, (x) => {
      const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
      const [top, bottom] = bordersOf(
        where,
        ["topCropping", "bottomCropping", "targetHeight"],
        a.topCropping,
        a.bottomCropping,
        a.targetHeight,
        height,
        -1,
      );
      const [left, right] = bordersOf(
        where,
        ["leftCropping", "rightCropping", "targetWidth"],
        a.leftCropping,
        a.rightCropping,
        a.targetWidth,
        width,
        -1,
      );
      return p.slice(x, [0, top, left, 0], [n, height - bottom, width - right, channels]);
    });
  },
);
