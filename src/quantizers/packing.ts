import { normalizeAxis } from "../ir/shape.ts";
import { add, floorDivide, mod, multiply, subtract } from "../ops/arithmetic.ts";
import { bitwiseAnd, bitwiseXor, rightShift } from "../ops/bitwise.ts";
import { slice } from "../ops/blocks.ts";
import { cast } from "../ops/cast.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { stack } from "../ops/joining.ts";
import { pad } from "../ops/rearranging.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { clip, round } from "../ops/unary-math.ts";
import { DTypeError, OptionError } from "../util/errors.ts";

/** Packed bytes, their shape, and how long the packed axis was. */
export type Packed = readonly [packed: Tensor, packedShape: readonly number[], originalLength: number];

/** Bytes as which small integers are packed. */
export type ByteDType = "int8" | "uint8";

export interface PackOptions {
  /** The axis along which neighbours share a byte. Default 0. */
  readonly axis?: number;
  /** Dtype of the bytes. Default `"int8"`. */
  readonly dtype?: ByteDType;
}

function checkBytes(where: string, dtype: unknown): void {
  if (dtype === "int8" || dtype === "uint8") return;
  throw new OptionError(
    `${where}: expected \`dtype\` to be "int8" or "uint8", received ${JSON.stringify(dtype)}.`,
  );
}

/** The axis first, and the axes by which what is done with it goes back. */
function axisFirst(
  where: string,
  x: Tensor,
  axis: number,
): { readonly turned: Tensor; readonly back: number[] } {
  const at = normalizeAxis(axis, x.dims.length, where);
  const order = [at, ...x.dims.keys().filter((i) => i !== at)];
  const back = order.map((_, i) => order.indexOf(i));
  return { turned: turn(x, order), back };
}

function turn(x: Tensor, order: readonly number[]): Tensor {
  return order.every((from, to) => from === to) ? x : (transpose(x, { axes: order }) as Tensor); // SAFETY: tensors in, tensors out
}

/** Bytes of `count` integers each, along the first axis: `∑ digit(i) · base^i`. */
function packDigits(digits: Tensor, count: number, base: number): Tensor {
  const [length = 0, ...rest] = digits.dims;
  const bytes = Math.ceil(length / count);
  const padding = digits.dims.map((_, i): [number, number] => [0, i === 0 ? bytes * count - length : 0]);
  const groups: Tensor = reshape(pad(digits, padding) as Tensor, [bytes, count, ...rest]); // SAFETY: tensors in, tensors out
  let sum: Tensor | null = null;
  for (let i = 0; i < count; i++) {
    const start = groups.dims.map((_, axis) => (axis === 1 ? i : 0));
    const one: Tensor = reshape(slice(groups, start, [bytes, 1, ...rest]) as Tensor, [bytes, ...rest]); // SAFETY: as above
    const placed: Tensor = multiply(one, base ** i);
    sum = sum === null ? placed : (add(sum, placed) as Tensor); // SAFETY: as above
  }
  return sum ?? groups;
}

/** Integers of each byte (`digit(bytes, i)`), one after another along the first axis, as many as there were. */
function unpackDigits(
  bytes: Tensor,
  count: number,
  length: number,
  digit: (bytes: Tensor, i: number) => Tensor,
): Tensor {
  const [n = 0, ...rest] = bytes.dims;
  const digits = Array.from({ length: count }, (_, i) => digit(bytes, i));
  const all: Tensor = reshape(stack(digits, { axis: 1 }) as Tensor, [n * count, ...rest]); // SAFETY: tensors in, tensors out
  return slice(
    all,
    all.dims.map(() => 0),
    [length, ...rest],
  ) as Tensor; // SAFETY: as above
}

/** Packs integers of so many bits; negative ones by their two's complement. */
function packBits(
  where: string,
  bits: 2 | 4,
  input: TensorInput,
  { axis = 0, dtype = "int8" }: PackOptions,
): Packed {
  const arr = toValue(input) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  checkBytes(where, dtype);
  if (arr.dtype !== dtype)
    throw new DTypeError(`${where}: expected ${dtype}, received ${arr.dtype}. Cast it, or give its dtype.`);
  const { turned, back } = axisFirst(where, arr, axis);
  const mask = 2 ** bits - 1;
  const digits: Tensor = bitwiseAnd(cast(turned, "int32") as Tensor, mask); // SAFETY: tensors in, tensors out
  const sums = packDigits(digits, 8 / bits, 2 ** bits);
  // 128 … 255 are the negative ones among signed bytes.
  const signed: Tensor = dtype === "int8" ? subtract(bitwiseXor(sums, 128), 128) : sums;
  const packed = turn(cast(signed, dtype) as Tensor, back); // SAFETY: as above
  return [packed, packed.dims, turned.dims[0] ?? 0];
}

function unpackBits(
  where: string,
  bits: 2 | 4,
  input: TensorInput,
  length: number,
  { axis = 0, dtype = "int8" }: PackOptions,
): Tensor {
  const packed = toValue(input) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  checkBytes(where, dtype);
  if (packed.dtype !== "int8" && packed.dtype !== "uint8")
    throw new DTypeError(`${where}: expected bytes (int8 or uint8), received ${packed.dtype}.`);
  const { turned, back } = axisFirst(where, packed, axis);
  const [mask, sign] = [2 ** bits - 1, 2 ** (bits - 1)];
  const unpacked = unpackDigits(turned, 8 / bits, length, (bytes, i): Tensor => {
    const shifted: Tensor = i === 0 ? bytes : rightShift(bytes, bits * i);
    const low: Tensor = bitwiseAnd(shifted, mask);
    return dtype === "int8" ? (subtract(bitwiseXor(low, sign), sign) as Tensor) : low; // SAFETY: tensors in, tensors out
  });
  return turn(cast(unpacked, dtype) as Tensor, back); // SAFETY: as above
}

/**
 * Two integers of 4 bits in a byte, the first in the lower half. An odd one out is followed by 0.
 *
 * @throws {DTypeError} when the integers are not of the bytes' dtype.
 * @see Keras `quantizers/quantizers.py`, `pack_int4`
 */
export function packInt4(arr: TensorInput, options: PackOptions = {}): Packed {
  return packBits("packInt4", 4, arr, options);
}

/** The integers that `packInt4` packed: signed ones for `"int8"`, 0 … 15 for `"uint8"`. @see Keras `quantizers/quantizers.py`, `unpack_int4` */
export function unpackInt4(packed: TensorInput, originalLength: number, options: PackOptions = {}): Tensor {
  return unpackBits("unpackInt4", 4, packed, originalLength, options);
}

/** Four integers of 2 bits in a byte, the first in the lowest bits. @see Keras `quantizers/quantizers.py`, `pack_int2` */
export function packInt2(arr: TensorInput, options: PackOptions = {}): Packed {
  return packBits("packInt2", 2, arr, options);
}

/** The integers that `packInt2` packed. @see Keras `quantizers/quantizers.py`, `unpack_int2` */
export function unpackInt2(packed: TensorInput, originalLength: number, options: PackOptions = {}): Tensor {
  return unpackBits("unpackInt2", 2, packed, originalLength, options);
}

/** Five of −1, 0 and 1 in a byte, as digits to the base 3. @see Keras `quantizers/quantizers.py`, `pack_ternary` */
export function packTernary(arr: TensorInput, { axis = 0 }: { readonly axis?: number } = {}): Packed {
  const { turned, back } = axisFirst("packTernary", toValue(arr) as Tensor, axis); // SAFETY: quantizers take tensors
  const rounded = cast(clip(round(turned), -1, 1) as Tensor, "int32") as Tensor; // SAFETY: tensors in, tensors out
  const [length = 0] = turned.dims;
  // What a byte is filled up with is the digit of 0 as well.
  const missing = (5 - (length % 5)) % 5;
  const padding = turned.dims.map((_, i): [number, number] => [0, i === 0 ? missing : 0]);
  const digits: Tensor = add(pad(rounded, padding) as Tensor, 1); // SAFETY: as above
  const packed = turn(cast(packDigits(digits, 5, 3), "uint8") as Tensor, back); // SAFETY: as above
  return [packed, packed.dims, length];
}

/** The numbers −1, 0 and 1 that `packTernary` packed, as int8. @see Keras `quantizers/quantizers.py`, `unpack_ternary` */
export function unpackTernary(
  packed: TensorInput,
  originalLength: number,
  { axis = 0 }: { readonly axis?: number } = {},
): Tensor {
  const bytes = toValue(packed) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  if (bytes.dtype !== "uint8" && bytes.dtype !== "int8")
    throw new DTypeError(
      `unpackTernary: expected bytes (uint8 or int8), as packTernary gives, received ${bytes.dtype}.`,
    );
  const { turned, back } = axisFirst("unpackTernary", bytes, axis);
  const codes: Tensor = bitwiseAnd(cast(turned, "int32") as Tensor, 255); // SAFETY: tensors in, tensors out
  const unpacked = unpackDigits(codes, 5, originalLength, (all, i): Tensor => {
    const digit: Tensor = mod(floorDivide(all, 3 ** i), 3);
    return subtract(digit, 1) as Tensor; // SAFETY: as above
  });
  return turn(cast(unpacked, "int8") as Tensor, back); // SAFETY: as above
}
