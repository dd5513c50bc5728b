import type { LayerBase } from "../../graph/layer-base.ts";
import type { ArrayData, ArrayDtype } from "../../codec/array.ts";
import { indicesOf, sizeOf, stridesOf } from "../../ir/shape.ts";

/** One weight of an old file. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ArrayDtype;
  readonly data: ArrayData;
}

/** Weights of an old file in today's layout for a layer. */
export function adaptWeights(
  layer: LayerBase,
  weights: readonly StoredWeight[],
  { version, backend }: { readonly version: string; readonly backend: string },
): readonly StoredWeight[] {
  if (!version.startsWith("1.")) return weights;
  const isConvolution = /^(?:Separable|Depthwise)?Conv\dD(?:Transpose)?$/.test(layer.className);
  if (layer.className === "LSTM" && weights.length === 12) return joinGates(weights, [0, 1, 2, 3]);
  if (layer.className === "GRU" && weights.length === 9) return joinGates(weights, [0, 1, 2]);
  if (!isConvolution) return weights;
  return weights.map((weight) =>
    weight.shape.length > 2 ? fromKeras1Kernel(layer, weight, backend) : weight,
  );
}

/** Keras 1 kept the kernels of a recurrent layer gate by gate: `W_i, U_i, b_i, W_c, …`. */
function joinGates(weights: readonly StoredWeight[], _gates: readonly number[]): readonly StoredWeight[] {
  // LSTM: i, c, f, o in the file; i, f, c, o today. GRU: z, r, h in both.
  const order = weights.length === 12 ? [0, 2, 1, 3] : [0, 1, 2];
  return [0, 1, 2].map((part) =>
    concatLast(order.map((gate) => weights[gate * 3 + part]).filter((weight) => weight !== undefined)),
  );
}

function concatLast(parts: readonly StoredWeight[]): StoredWeight {
  const [first] = parts;
  if (first === undefined) throw new Error("nothing to join");
  const width = first.shape.at(-1) ?? 1;
  const rows = sizeOf(first.shape) / width;
  const data = new Float32Array(sizeOf(first.shape) * parts.length);
  parts.forEach((part, k) => {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < width; i++)
        data[(row * parts.length + k) * width + i] = Number(part.data[row * width + i] ?? 0);
    }
  });
  return { ...first, shape: [...first.shape.slice(0, -1), width * parts.length], dtype: "float32", data };
}

/** Kernels written with Theano's order of axes are `[out, in, rows, columns]`, and flipped when Theano computed them. */
function fromKeras1Kernel(layer: LayerBase, weight: StoredWeight, backend: string): StoredWeight {
  const fields = layer as unknown as { readonly dataFormat?: string }; // SAFETY: convolutions have a data format
  const isChannelsFirst = fields.dataFormat === "channels_first";
  const spatial = weight.shape.length - 2;
  const moved = isChannelsFirst
    ? permute(weight, [...Array.from({ length: spatial }, (_, i) => i + 2), 1, 0])
    : weight;
  return backend === "theano" ? flipSpatial(moved, spatial) : moved;
}

function permute(weight: StoredWeight, axes: readonly number[]): StoredWeight {
  const strides = stridesOf(weight.shape);
  const shape = axes.map((axis) => weight.shape[axis] ?? 1);
  const data = new Float32Array(sizeOf(shape));
  let n = 0;
  for (const index of indicesOf(shape)) {
    const from = axes.reduce((sum, axis, i) => sum + (index[i] ?? 0) * (strides[axis] ?? 0), 0);
    data[n++] = Number(weight.data[from] ?? 0);
  }
  return { ...weight, shape, dtype: "float32", data };
}

function flipSpatial(weight: StoredWeight, spatial: number): StoredWeight {
  const strides = stridesOf(weight.shape);
  const data = new Float32Array(sizeOf(weight.shape));
  let n = 0;
  for (const index of indicesOf(weight.shape)) {
    const from = index.reduce(
      (sum, place, axis) =>
        sum + (axis < spatial ? (weight.shape[axis] ?? 1) - 1 - place : place) * (strides[axis] ?? 0),
      0,
    );
    data[n++] = Number(weight.data[from] ?? 0);
  }
  return { ...weight, dtype: "float32", data };
}
