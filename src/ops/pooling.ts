import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { moveAxis, range, widened } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import {
  channelsLast,
  checkWindows,
  type DataFormat,
  dataFormatOf,
  dataFormats,
  fromChannelsLast,
  type Padding,
  paddingOf,
  padsFor,
  perAxis,
  spatialRank,
} from "./core/windows.ts";
import { contract } from "./products.ts";

const module = "nn";

interface PoolArguments {
  readonly inputs: Tensor;
  readonly poolSize: number | readonly number[];
  readonly strides: number | readonly number[] | null;
  readonly padding: Padding;
  readonly dataFormat: DataFormat | null;
}

export type PoolRest = [
  { readonly poolSize: number | readonly number[] },
  { readonly strides?: number | readonly number[] | null },
  { readonly padding?: Padding },
  { readonly dataFormat?: DataFormat | null },
];

type Windows = Parameters<typeof p.windowMax>[1];

function poolOp(name: string, pool: (x: Var, windows: Windows, isPadded: boolean) => Var): Op1<PoolRest> {
  const where = `ops.${name}`;
  return defineOp(
    {
      name,
      module,
      args: {
        inputs: "tensor",
        poolSize: "static",
        strides: opt(null),
        padding: opt("valid"),
        dataFormat: opt(null),
      },
    },
    ({ inputs, poolSize, dataFormat, ...how }: PoolArguments) => {
      const format = dataFormatOf(where, dataFormat);
      const n = spatialRank(where, inputs.traced);
      const x = channelsLast(inputs.traced, format);
      const window = perAxis(where, "poolSize", poolSize, n);
      const strides = perAxis(where, "strides", how.strides ?? window, n);
      const padding = paddingOf(where, how.padding);
      const dilation = window.map(() => 1);
      const spatial = x.shape.slice(1, -1);
      checkWindows(where, spatial, window, dilation, padding);
      const pads = spatial.map((size, i) => padsFor(padding, size, window[i] ?? 1, strides[i] ?? 1, 1));
      return wrap(
        fromChannelsLast(pool(x, { window, strides, padding: pads, dilation }, padding === "same"), format),
      );
    },
  );
}

/** Largest element of every window; padding never wins. @see Keras `ops.max_pool` */
export const maxPool: Op1<PoolRest> = poolOp("maxPool", p.windowMax);

/** How many elements of an axis of size n each window covers. */
function coverage(
  places: number,
  n: number,
  window: number,
  stride: number,
  before: number,
  dtype: Var["dtype"],
): Var {
  const start = p.offset(p.scale(range(places), stride), -before);
  const end = p.min(p.offset(start, window), p.fullLike(start, n));
  return p.cast(p.sub(end, p.max(start, p.fullLike(start, 0))), dtype);
}

/** Mean of every window; padding does not count. @see Keras `ops.average_pool` */
export const averagePool: Op1<PoolRest> = poolOp("averagePool", (raw, windows, isPadded) => {
  const given = asFloat(wrap(raw));
  // Sums of half floats may be out of their range where the means are not.
  const x = widened(given);
  const sums = p.windowSum(x, windows);
  if (!isPadded) return castTo(p.scale(sums, 1 / sizeOf(windows.window)), given.dtype);
  const counts = windows.window
    .map((window, i) => {
      const [places, n] = [sums.shape[i + 1] ?? 0, x.shape[i + 1] ?? 0];
      const vector = coverage(
        places,
        n,
        window,
        windows.strides[i] ?? 1,
        windows.padding[i]?.[0] ?? 0,
        sums.dtype,
      );
      return p.broadcast(vector, sums.shape, [i + 1]);
    })
    .reduce((a, b) => p.mul(a, b));
  return castTo(p.div(sums, counts), given.dtype);
});

interface AdaptiveArguments {
  readonly inputs: Tensor;
  readonly outputSize: number | readonly number[];
  readonly dataFormat: DataFormat | null;
}

export type AdaptiveRest = [
  { readonly outputSize: number | readonly number[] },
  { readonly dataFormat?: DataFormat | null },
];

/** Where each of `places` parts of an axis of size n begins and ends; parts may overlap. */
function partsOf(n: number, places: number): { start: Var; end: Var } {
  const i = range(places);
  const divisor = p.fullLike(i, places);
  const start = p.div(p.scale(i, n), divisor);
  // ⌈(i + 1)·n / places⌉
  const end = p.div(p.offset(p.scale(p.offset(i, 1), n), places - 1), divisor);
  return { start, end };
}

function adaptiveOp(
  name: string,
  poolAxis: (x: Var, axis: number, places: number) => Var,
): Op1<AdaptiveRest> {
  const where = `ops.${name}`;
  return defineOp(
    { name, module, args: { inputs: "tensor", outputSize: "static", dataFormat: opt(null) } },
    ({ inputs, outputSize, dataFormat }: AdaptiveArguments) => {
      const format = dataFormatOf(where, dataFormat);
      const n = spatialRank(where, inputs.traced);
      const sizes = perAxis(where, "outputSize", outputSize, n);
      const x = channelsLast(inputs.traced, format);
      return wrap(
        fromChannelsLast(
          sizes.reduce((y, places, i) => poolAxis(y, i + 1, places), x),
          format,
        ),
      );
    },
  );
}

/** Means of as many parts of every spatial axis as are asked for. @see Keras `ops.adaptive_average_pool` */
export const adaptiveAveragePool: Op1<AdaptiveRest> = adaptiveOp(
  "adaptiveAveragePool",
  (raw, axis, places) => {
    const x = asFloat(wrap(raw));
    const n = x.shape[axis] ?? 0;
    const { start, end } = partsOf(n, places);
    const shape = [n, places];
    const at = p.iota(shape, 0, "int32");
    const inside = p.and(p.ge(at, p.broadcast(start, shape)), p.lt(at, p.broadcast(end, shape)));
    const width = p.broadcast(p.cast(p.sub(end, start), x.dtype), shape);
    const weights = p.div(p.cast(inside, x.dtype), width);
    return moveAxis(contract(x, weights, [axis], [0]), x.shape.length - 1, axis);
  },
);

/** Largest elements of as many parts of every spatial axis as are asked for. @see Keras `ops.adaptive_max_pool` */
export const adaptiveMaxPool: Op1<AdaptiveRest> = adaptiveOp("adaptiveMaxPool", (x, axis, places) => {
  const n = x.shape[axis] ?? 0;
  const { start, end } = partsOf(n, places);
  const widest = Math.ceil(n / places) + 1;
  const shape = [places, widest];
  // Places beyond the end of a part show its last element again.
  const at = p.add(p.broadcast(start, shape, [0]), p.iota(shape, 1, "int32"));
  const last = p.offset(p.broadcast(end, shape, [0]), -1);
  return p.reduceMax(p.gather(x, p.min(at, last), axis), [axis + 1]);
});

interface PatchArguments {
  readonly x: Tensor;
  readonly kernelSize: number | readonly number[];
  readonly dilation: number | readonly number[];
  readonly padding: number | readonly number[];
  readonly stride: number | readonly number[];
}

export type PatchRest = [
  { readonly dilation?: number | readonly number[] },
  { readonly padding?: number | readonly number[] },
  { readonly stride?: number | readonly number[] },
];

interface PatchGrid {
  readonly window: readonly number[];
  readonly dilation: readonly number[];
  readonly stride: readonly number[];
  readonly around: readonly number[];
  readonly places: readonly number[];
}

function patchGrid(where: string, sizes: readonly number[], args: Omit<PatchArguments, "x">): PatchGrid {
  const [window, dilation, stride] = [
    perAxis(where, "kernelSize", args.kernelSize, 2),
    perAxis(where, "dilation", args.dilation, 2),
    perAxis(where, "stride", args.stride, 2),
  ];
  const around = typeof args.padding === "number" ? [args.padding, args.padding] : args.padding;
  const places = sizes.map(
    (n, i) =>
      Math.floor(
        (n + 2 * (around[i] ?? 0) - (dilation[i] ?? 1) * ((window[i] ?? 1) - 1) - 1) / (stride[i] ?? 1),
      ) + 1,
  );
  if (places.some((n) => n < 1))
    throw new ShapeError(
      `${where}: a window of ${formatShape(window)} does not fit into ${formatShape(sizes)}.`,
    );
  return { window, dilation, stride, around, places };
}

/** All offsets inside a window, in row-major order. */
function offsetsOf({ window, dilation }: PatchGrid): [number, number][] {
  const [h = 1, w = 1] = window;
  return Array.from({ length: h * w }, (_, k): [number, number] => [
    Math.floor(k / w) * (dilation[0] ?? 1),
    (k % w) * (dilation[1] ?? 1),
  ]);
}

/** Windows of `[batch, channels, height, width]` as columns: `[batch, channels · window, places]`. @see Keras `ops.unfold` */
export const unfold: Op1<[{ readonly kernelSize: number | readonly number[] }, ...PatchRest]> = defineOp(
  {
    name: "unfold",
    module,
    args: { x: "tensor", kernelSize: "static", dilation: opt(1), padding: opt(0), stride: opt(1) },
  },
  ({ x, ...how }: PatchArguments) => {
    const grid = patchGrid("ops.unfold", x.dims.slice(2), how);
    const [around, stride, places] = [[0, 0, ...grid.around], [1, 1, ...grid.stride], grid.places];
    const padded = p.pad(x.traced, 0, around, around);
    const [batch = 0, channels = 0] = x.dims;
    const parts = offsetsOf(grid).map(([i, j]) => {
      const limit = [i, j].map((at, d) => at + ((places[d] ?? 1) - 1) * (grid.stride[d] ?? 1) + 1);
      return p.reshape(p.slice(padded, [0, 0, i, j], [batch, channels, ...limit], stride), [
        batch,
        channels,
        1,
        sizeOf(places),
      ]);
    });
    return wrap(p.reshape(p.concat(parts, 2), [batch, channels * parts.length, sizeOf(places)]));
  },
);

/** Columns back to an image: the adjoint of `unfold`, overlaps are summed. @see Keras `ops.fold` */
export const fold: Op1<
  [
    { readonly outputSize: number | readonly number[] },
    { readonly kernelSize: number | readonly number[] },
    ...PatchRest,
  ]
> = defineOp(
  {
    name: "fold",
    module,
    args: {
      x: "tensor",
      outputSize: "static",
      kernelSize: "static",
      dilation: opt(1),
      padding: opt(0),
      stride: opt(1),
    },
  },
  ({ x, outputSize, ...how }: PatchArguments & { readonly outputSize: number | readonly number[] }) => {
    const sizes = perAxis("ops.fold", "outputSize", outputSize, 2);
    const grid = patchGrid("ops.fold", sizes, how);
    const [batch = 0, rows = 0] = x.dims;
    const offsets = offsetsOf(grid);
    const channels = rows / offsets.length;
    if (!Number.isInteger(channels) || x.dims[2] !== sizeOf(grid.places)) {
      throw new ShapeError(
        `ops.fold: expected [batch, channels · ${offsets.length}, ${sizeOf(grid.places)}], received ${formatShape(x.shape)}.`,
      );
    }
    const columns = p.reshape(x.traced, [batch, channels, offsets.length, ...grid.places]);
    const full = sizes.map((n, i) => n + 2 * (grid.around[i] ?? 0));
    const sum = offsets
      .map((offset, k) => {
        const part = p.slice(columns, [0, 0, k, 0, 0], [batch, channels, k + 1, ...grid.places]);
        const high = offset.map(
          (at, i) => (full[i] ?? 0) - at - ((grid.places[i] ?? 1) - 1) * (grid.stride[i] ?? 1) - 1,
        );
        return p.pad(
          p.reshape(part, [batch, channels, ...grid.places]),
          0,
          [0, 0, ...offset],
          [0, 0, ...high],
          [0, 0, ...grid.stride.map((s) => s - 1)],
        );
      })
      .reduce((a, b) => p.add(a, b));
    const [top = 0, left = 0] = grid.around;
    return wrap(
      p.slice(sum, [0, 0, top, left], [batch, channels, top + (sizes[0] ?? 0), left + (sizes[1] ?? 0)]),
    );
  },
);

export type BlockRest = [{ readonly blockSize: number }, { readonly dataFormat?: DataFormat }];

interface BlockArguments {
  readonly x: Tensor;
  readonly blockSize: number;
  readonly dataFormat: DataFormat;
}

function blockOp(
  name: string,
  rearrange: (x: Var, block: number, format: DataFormat) => Var,
): Op1<BlockRest> {
  const where = `ops.${name}`;
  return defineOp(
    { name, module, args: { x: "tensor", blockSize: "static", dataFormat: opt(dataFormats[0]) } },
    ({ x, blockSize, dataFormat }: BlockArguments) => {
      const format = dataFormatOf(where, dataFormat);
      const [block = 1] = perAxis(where, "blockSize", blockSize, 1);
      if (x.dims.length !== 4)
        throw new ShapeError(
          `${where}: expected a batch of images of rank 4, received ${formatShape(x.shape)}.`,
        );
      return wrap(rearrange(x.traced, block, format));
    },
  );
}

/** Channels spread into blocks of `blockSize × blockSize` pixels. @see Keras `ops.depth_to_space` */
export const depthToSpace: Op1<BlockRest> = blockOp("depthToSpace", (x, block, format) => {
  const isLast = format === "channels_last";
  const [n = 0] = x.shape;
  const [h = 0, w = 0, c = 0] = isLast ? x.shape.slice(1) : [x.shape[2], x.shape[3], x.shape[1]];
  const depth = c / (block * block);
  if (!Number.isInteger(depth))
    throw new ShapeError(`ops.depthToSpace: ${c} channels do not fall into blocks of ${block} × ${block}.`);
  // The place in the block is the slower part of a last channel axis, and the faster part of a first one.
  if (isLast)
    return p.reshape(p.transpose(p.reshape(x, [n, h, w, block, block, depth]), [0, 1, 3, 2, 4, 5]), [
      n,
      h * block,
      w * block,
      depth,
    ]);
  return p.reshape(p.transpose(p.reshape(x, [n, depth, block, block, h, w]), [0, 1, 4, 2, 5, 3]), [
    n,
    depth,
    h * block,
    w * block,
  ]);
});

/** Blocks of `blockSize × blockSize` pixels gathered into channels. @see Keras `ops.space_to_depth` */
export const spaceToDepth: Op1<BlockRest> = blockOp("spaceToDepth", (x, block, format) => {
  const isLast = format === "channels_last";
  const [n = 0] = x.shape;
  const [h = 0, w = 0, c = 0] = isLast ? x.shape.slice(1) : [x.shape[2], x.shape[3], x.shape[1]];
  if (h % block !== 0 || w % block !== 0)
    throw new ShapeError(
      `ops.spaceToDepth: an image of ${h} × ${w} does not fall into blocks of ${block} × ${block}.`,
    );
  const [rows, columns, depth] = [h / block, w / block, block * block * c];
  if (isLast)
    return p.reshape(p.transpose(p.reshape(x, [n, rows, block, columns, block, c]), [0, 1, 3, 2, 4, 5]), [
      n,
      rows,
      columns,
      depth,
    ]);
  return p.reshape(p.transpose(p.reshape(x, [n, c, rows, block, columns, block]), [0, 1, 3, 5, 2, 4]), [
    n,
    depth,
    rows,
    columns,
  ]);
});
