import { type DType, isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import { toNumbers } from "../ir/numbers.ts";
import { currentBuilder, type Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "./core/tensor.ts";
import type { TensorInput } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";

/**
 * Draws that depend on a key (uint32 `[2]`) and the element's position alone: element i takes the Threefry word for the
 * counter `(stream, i)`. `stream` keeps several draws with one key apart. A third word of the key is the first element's
 * position, where others come before it.
 */
export function bitsOf(key: Var, shape: readonly number[], stream = 0): Var {
  const size = sizeOf(shape);
  const word = (i: number): Var => p.broadcast(p.reshape(p.slice(key, [i], [i + 1]), []), [size]);
  const position = p.iota([size], 0, "uint32");
  const counter = (key.shape[0] ?? 0) > 2 ? p.add(position, word(2)) : position;
  return p.reshape(p.threefry(word(0), word(1), p.fullLike(counter, stream), counter), shape);
}

/** Uniform in `[0, 1)`, with 24 random bits. */
export function unitOf(key: Var, shape: readonly number[], stream = 0): Var {
  const bits = p.shiftRight(bitsOf(key, shape, stream), p.full(8, shape, "uint32"));
  return p.mul(p.cast(p.cast(bits, "int32"), "float32"), p.full(2 ** -24, shape, "float32"));
}

/** Uniform in `(0, 1)`: never 0, so that its logarithm is finite. */
export function openUnitOf(key: Var, shape: readonly number[], stream = 0): Var {
  return p.add(unitOf(key, shape, stream), p.full(2 ** -25, shape, "float32"));
}

/** Standard normal, by inverting its distribution function at odd multiples of 2⁻²⁴ between −1 and 1, which floats hold exactly. */
export function normalOf(key: Var, shape: readonly number[], stream = 0): Var {
  const bits = p.cast(p.shiftRight(bitsOf(key, shape, stream), p.full(8, shape, "uint32")), "int32");
  const odd = p.offset(p.scale(bits, 2), 1 - 2 ** 24);
  return p.scale(p.erfInv(p.scale(p.cast(odd, "float32"), 2 ** -24)), Math.SQRT2);
}

/** Standard normal cut to two standard deviations, by inverting its distribution function. */
export function truncatedNormalOf(key: Var, shape: readonly number[], stream = 0): Var {
  // Φ(±2) = 0.5 ± 0.4772498680518208; erfInv(2Φ − 1) covers exactly the interval.
  const bound = 0.9544997361036416;
  const u = openUnitOf(key, shape, stream);
  const x = p.add(p.mul(u, p.fullLike(u, 2 * bound)), p.fullLike(u, -bound));
  const y = p.mul(p.erfInv(x), p.fullLike(u, Math.SQRT2));
  return p.max(p.min(y, p.fullLike(y, 2)), p.fullLike(y, -2));
}

interface Draw {
  readonly key: Tensor;
  readonly shape: readonly number[];
  readonly a: Tensor;
  readonly b: Tensor;
  readonly dtype: DType;
}

/** A keyed draw: key, shape, two parameters (broadcast against the shape) and the dtype of the result. */
export type KeyedDraw = OpFunction<
  (key: TensorInput, shape: readonly number[], a?: TensorInput, b?: TensorInput, dtype?: DType) => Tensor
>;

/** Defines a keyed draw by its meaning on a key, a shape, and two parameters spread over it (float32). */
export function keyedDraw(
  name: string,
  a: number,
  b: number,
  f: (key: Var, shape: readonly number[], a: Var, b: Var) => Var,
): KeyedDraw {
  return defineOp<
    Draw,
    (key: TensorInput, shape: readonly number[], a?: TensorInput, b?: TensorInput, dtype?: DType) => Tensor
  >(
    {
      name,
      module: "random",
      args: {
        key: "tensor",
        shape: "static",
        a: { kind: "tensor", default: a },
        b: { kind: "tensor", default: b },
        dtype: { kind: "static", default: "float32" },
      },
    },
    ({ key, shape, a: first, b: second, dtype }) => {
      const spread = (x: Tensor): Var => p.broadcast(castTo(x.traced, "float32"), shape);
      const drawn = f(key.traced, shape, spread(first), spread(second));
      return wrap(castTo(isFloat(dtype) ? drawn : p.floor(drawn), dtype));
    },
  );
}

/** Uniform in `[a, b)`; whole numbers for integer dtypes. */
export const keyedUniform: KeyedDraw = keyedDraw("keyedUniform", 0, 1, (key, shape, low, high) => {
  const u = unitOf(key, shape);
  return p.add(p.mul(u, p.sub(high, low)), low);
});

/** Normal with mean `a` and standard deviation `b`. */
export const keyedNormal: KeyedDraw = keyedDraw("keyedNormal", 0, 1, (key, shape, mean, stddev) =>
  p.add(p.mul(normalOf(key, shape), stddev), mean),
);

/** Normal with mean `a` and standard deviation `b`, cut to two standard deviations. */
export const keyedTruncatedNormal: KeyedDraw = keyedDraw(
  "keyedTruncatedNormal",
  0,
  1,
  (key, shape, mean, stddev) => p.add(p.mul(truncatedNormalOf(key, shape), stddev), mean),
);

/** Draws of fewer elements are cut from one program's; of more, put together. */
const [leastDrawn, mostDrawn] = [2 ** 14, 2 ** 22];

/**
 * What `draw(key, shape, a, b)` gives, for a draw whose elements depend on their positions alone, in float32: by programs of
 * fewer sizes, so that small shapes need none of their own, and large ones no room in the engine's memory.
 */
export function drawInPieces(
  draw: KeyedDraw,
  key: Tensor,
  shape: readonly number[],
  a: number,
  b: number,
): Tensor {
  if (currentBuilder() !== null) return draw(key, shape, a, b);
  const words = Array.from(toNumbers(key.dataSync(), "uint32"));
  const size = sizeOf(shape);
  let values: Float32Array | undefined;
  for (let start = 0; start < size; start += mostDrawn) {
    const count = Math.max(leastDrawn, Math.min(size - start, mostDrawn));
    const piece = draw(Tensor.fromData(Uint32Array.of(...words, start), [3], "uint32"), [count], a, b);
    const drawn = piece.dataSync() as Float32Array; // SAFETY: draws are float32 if not told otherwise
    if (count === size) return Tensor.fromData(drawn, shape, "float32");
    values ??= new Float32Array(size);
    values.set(drawn.subarray(0, size - start), start);
  }
  return Tensor.fromData(values ?? new Float32Array(0), shape, "float32");
}

/** A key from an integer seed: for draws whose seed never moves on. */
export function keyOf(seed: number): Tensor {
  return Tensor.fromData(
    new Uint32Array([seed % 2 ** 32, Math.floor(seed / 2 ** 32) % 2 ** 32]),
    [2],
    "uint32",
  );
}
