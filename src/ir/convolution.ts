import { DTypeError, ShapeError } from "../util/errors.ts";
import type { RefArray, Sample } from "./primitive.ts";
import type { Aval } from "./program.ts";
import { type Dims, formatShape, indicesOf, sizeOf } from "./shape.ts";
import { coveredPosition, type WindowGeometry, windowPositions } from "./windows.ts";

/**
 * A convolution of `x [batch, …spatial, channels]` with `kernel [...window, channels / groups, filters]`,
 * giving `[batch, …places, filters]`.
 */
export interface ConvParams extends Record<string, unknown>, WindowGeometry {
  /** Channels and filters fall into this many groups that do not see each other. */
  readonly groups: number;
}

/** Shape of the result of a convolution; throws when the parts do not fit. */
export function convShape(where: string, x: Dims, kernel: Dims, params: ConvParams): number[] {
  const spatial = x.slice(1, -1);
  const [channels, filters] = [x.at(-1) ?? 0, kernel.at(-1) ?? 0];
  if (x.length < 3 || kernel.length !== x.length) {
    throw new ShapeError(
      `${where}: expected x [batch, …spatial, channels] and a kernel of the same rank, received ${formatShape(x)} and ${formatShape(kernel)}.`,
    );
  }
  if ((kernel.at(-2) ?? 0) * params.groups !== channels || filters % params.groups !== 0) {
    throw new ShapeError(
      `${where}: ${channels} channels and ${filters} filters in ${params.groups} groups want a kernel [..., ${channels / params.groups}, filters], received ${formatShape(kernel)}.`,
    );
  }
  return [x[0] ?? 0, ...windowPositions(where, spatial, kernel.slice(0, -2), params), filters];
}

/** One dtype for both operands of a convolution or of its gradients. */
export function convDType(where: string, a: Aval, b: Aval): Aval["dtype"] {
  if (a.dtype !== b.dtype)
    throw new DTypeError(`${where}: expected one dtype, received ${a.dtype} and ${b.dtype}.`);
  return a.dtype;
}

/** Calls `visit` for every product of a convolution: positions in x, in the kernel and in the result. */
export function visitProducts(
  x: Dims,
  kernel: Dims,
  out: Dims,
  params: ConvParams,
  visit: (x: number, kernel: number, out: number) => void,
): void {
  const [spatial, window, places] = [x.slice(1, -1), kernel.slice(0, -2), out.slice(1, -1)];
  const [channels, filters] = [x.at(-1) ?? 0, kernel.at(-1) ?? 0];
  const [groupChannels, groupFilters] = [channels / params.groups, filters / params.groups];
  const [inner, outer] = [sizeOf(spatial), sizeOf(places)];
  let place = 0;
  for (const at of indicesOf(places)) {
    let tap = 0;
    for (const offset of indicesOf(window)) {
      const position = coveredPosition(spatial, at, offset, params);
      for (let b = 0; position >= 0 && b < (x[0] ?? 0); b++) {
        for (let f = 0; f < filters; f++) {
          const first = Math.floor(f / groupFilters) * groupChannels;
          for (let c = 0; c < groupChannels; c++) {
            const from = (b * inner + position) * channels + first + c;
            visit(from, (tap * groupChannels + c) * filters + f, (b * outer + place) * filters + f);
          }
        }
      }
      tap++;
    }
    place++;
  }
}

/** A `RefArray` of zeros. */
export function zeroArray(shape: Dims, dtype: RefArray["dtype"]): RefArray {
  return { shape, dtype, data: new Float64Array(sizeOf(shape)) };
}

/** Operands and a geometry. */
interface ConvCase {
  readonly x: Dims;
  readonly kernel: Dims;
  readonly params: ConvParams;
}

/** A case, by default with steps of one and without padding. */
function convCase(x: Dims, kernel: Dims, given: Partial<ConvParams> = {}): ConvCase {
  const axes = x.slice(1, -1);
  const one = axes.map(() => 1);
  const none = axes.map(() => [0, 0] as const);
  return { x, kernel, params: { strides: one, padding: none, dilation: one, groups: 1, ...given } };
}

const padded = [
  [1, 1],
  [1, 1],
] as const;

/** Cases of 1 to 3 spatial axes: strides, padding, dilation, groups, depthwise. */
const convCases = (): readonly ConvCase[] => [
  convCase([2, 9, 3], [3, 3, 4], { strides: [2], padding: [[1, 1]] }),
  convCase([1, 8, 2], [2, 2, 3], { padding: [[2, 0]], dilation: [2] }),
  convCase([2, 5, 6, 3], [3, 3, 3, 5], { padding: padded }),
  convCase([1, 7, 6, 2], [3, 2, 2, 4], {
    strides: [2, 2],
    padding: [
      [0, 1],
      [0, 0],
    ],
  }),
  convCase([1, 7, 7, 4], [2, 3, 2, 6], {
    strides: [1, 2],
    padding: [
      [0, 0],
      [2, 1],
    ],
    dilation: [2, 1],
    groups: 2,
  }),
  convCase([2, 4, 4, 3], [3, 3, 1, 6], { padding: padded, groups: 3 }),
  convCase([3, 4, 4, 8], [1, 1, 8, 5]),
  convCase([1, 6, 6, 1], [1, 1, 1, 2], { strides: [2, 3] }),
  convCase([1, 4, 5, 3, 2], [2, 3, 2, 2, 3], {
    strides: [1, 2, 1],
    padding: [
      [0, 0],
      [1, 1],
      [0, 1],
    ],
  }),
];

/** Samples of the three members of the family: `operands` picks two shapes out of x, kernel and result. */
export function convSamples<P extends ConvParams>(
  operands: (x: Dims, kernel: Dims, out: Dims) => readonly [Dims, Dims],
  complete: (params: ConvParams, x: Dims, kernel: Dims) => P,
): Sample<P>[] {
  return convCases().map(({ x, kernel, params }) => ({
    inputs: operands(x, kernel, convShape("conv", x, kernel, params)).map((shape) => ({
      shape,
      dtype: "float32" as const,
    })),
    params: complete(params, x, kernel),
  }));
}
