import { bytesOf, type DType, isDType, type TypedArray, viewOf } from "../../ir/dtypes.ts";
import { float16FromBits } from "../../ir/numbers.ts";
import { FormatError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";

/** How the numbers of a weight were made smaller: `value = stored · scale + min`, or half precision. */
type Quantization =
  | { readonly dtype: "uint8" | "uint16"; readonly scale: number; readonly min: number }
  | { readonly dtype: "float16" };

/** A weight as the manifest announces it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly quantization: Quantization | null;
  /** `"optimizer"` for the optimizer's state. */
  readonly group: string | null;
  readonly size: number;
  readonly byteLength: number;
}

/** Weights whose bytes lie one after the other in the named files. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

/** A weight with its numbers. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly group: string | null;
  readonly data: TypedArray;
}

/** Most axes that a weight may have. */
const rankLimit = 32;

/**
 * Reads a `weightsManifest`.
 *
 * @throws {FormatError} when it is malformed, or names a file outside the model's folder.
 * @see TensorFlow.js `tfjs-core/src/io/types.ts`, `WeightsManifestConfig`
 */
export function readManifest(manifest: unknown, where: string): readonly ManifestGroup[] {
  if (!Array.isArray(manifest))
    throw new FormatError(
      `${where}: it has no weightsManifest, so it is an architecture without weights. Make the model with models.modelFromJson from Keras's form, or save it with its weights.`,
    );
  const seen = new Set<string>();
  return manifest.map((group: unknown, i): ManifestGroup => {
    const place = `${where}: weightsManifest.${i}`;
    const { paths, weights } = isPlainObject(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights))
      throw new FormatError(`${place}: expected { paths, weights }.`);
    const checked = paths.map((path: unknown) => checkPath(path, place));
    for (const path of checked) {
      if (seen.has(path)) throw new FormatError(`${place}: the file "${path}" is listed twice.`);
      seen.add(path);
    }
    return { paths: checked, weights: readSpecs(weights, place) };
  });
}

/** A file's name relative to the model's folder, which it may not leave. */
function checkPath(path: unknown, place: string): string {
  if (typeof path !== "string" || path === "")
    throw new FormatError(`${place}.paths: expected names of files, received ${JSON.stringify(path)}.`);
  const steps = path.split("/").filter((step) => step !== "." && step !== "");
  const leaves =
    path.startsWith("/") || /[\\:\u0000]/.test(path) || steps.includes("..") || steps.length === 0;
  if (leaves)
    throw new FormatError(
      `${place}.paths: "${path}" leads out of the model's folder; it must be the name of a file in it.`,
    );
  return steps.join("/");
}

/** Reads the entries of a group. */
export function readSpecs(weights: readonly unknown[], place: string): readonly WeightSpec[] {
  return weights.map((entry, i) => readSpec(entry, `${place}.weights.${i}`));
}

function readSpec(entry: unknown, place: string): WeightSpec {
  const { name, shape, dtype, quantization: rawQuantization, group } = isPlainObject(entry) ? entry : {};
  if (typeof name !== "string") throw new FormatError(`${place}: expected a weight's name.`);
  const named = `${place} ("${name}")`;
  const isShape =
    Array.isArray(shape) &&
    shape.length <= rankLimit &&
    shape.every((size: unknown) => typeof size === "number" && Number.isSafeInteger(size) && size >= 0);
  if (!isShape)
    throw new FormatError(`${named}: expected a shape of whole numbers, received ${JSON.stringify(shape)}.`);
  const sizes: readonly number[] = shape;
  if (!isDType(dtype) || dtype.endsWith("64") || dtype === "bfloat16")
    throw new FormatError(
      `${named}: expected the dtype float32, int32 or bool, received ${JSON.stringify(dtype)}.`,
    );
  const quantization = readQuantization(rawQuantization, dtype, named);
  const size = sizes.reduce((product, one) => product * one, 1);
  const byteLength = size * bytesOf(quantization?.dtype ?? dtype);
  if (!Number.isSafeInteger(byteLength))
    throw new FormatError(`${named}: a weight of shape [${sizes.join(", ")}] cannot be.`);
  const owner = typeof group === "string" ? group : null;
  return { name, shape: sizes, dtype, quantization, group: owner, size, byteLength };
}

function readQuantization(value: unknown, dtype: DType, place: string): Quantization | null {
  if (value === undefined || value === null) return null;
  const { dtype: stored, scale, min, original_dtype: _original } = isPlainObject(value) ? value : {};
  if (stored === "float16" && dtype === "float32") return { dtype: stored };
  const isLinear = (stored === "uint8" || stored === "uint16") && (dtype === "float32" || dtype === "int32");
  if (isLinear && typeof scale === "number" && typeof min === "number") return { dtype: stored, scale, min };
  throw new FormatError(
    `${place}: expected a quantization of uint8 or uint16 with scale and min, or of float16, received ${JSON.stringify(value)} for ${dtype}.`,
  );
}

/**
 * The weights of a group, from the bytes of its files.
 *
 * @throws {FormatError} when there are more or fewer bytes than the weights' shapes need.
 */
export function decodeWeights(
  specs: readonly WeightSpec[],
  shards: readonly Uint8Array[],
  where: string,
): readonly StoredWeight[] {
  const needed = specs.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const found = shards.reduce((sum, { length }) => sum + length, 0);
  if (needed !== found) {
    const last = specs.at(-1);
    throw new FormatError(
      `${where}: the weights${last === undefined ? "" : ` up to "${last.name}"`} need ${needed} bytes, the files have ${found}.`,
    );
  }
  const reader = new ShardReader(shards);
  return specs.map((spec): StoredWeight => {
    const { name, shape, dtype, group } = spec;
    return { name, shape, dtype, group, data: dequantize(spec, reader.take(spec.byteLength)) };
  });
}

/** Bytes one after the other, though they lie in several pieces. */
class ShardReader {
  readonly #shards: readonly Uint8Array[];
  #shard = 0;
  #offset = 0;

  constructor(shards: readonly Uint8Array[]) {
    this.#shards = shards;
  }

  /** The next bytes, copied to a buffer of their own. */
  take(count: number): ArrayBuffer {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const shard = this.#shards[this.#shard];
      if (shard === undefined) break;
      const part = shard.subarray(this.#offset, this.#offset + count - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === shard.length) {
        this.#shard += 1;
        this.#offset = 0;
      }
    }
    return bytes.buffer;
  }
}

function dequantize({ dtype, quantization, size }: WeightSpec, buffer: ArrayBuffer): TypedArray {
  if (quantization === null) {
    const data = viewOf(dtype, buffer, 0, size);
    return dtype === "bool" ? Uint8Array.from(data as Uint8Array, (value) => (value === 0 ? 0 : 1)) : data; // SAFETY: bool's array
  }
  if (quantization.dtype === "float16") return Float32Array.from(new Uint16Array(buffer), float16FromBits);
  const { scale, min } = quantization;
  const stored = quantization.dtype === "uint8" ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return dtype === "int32"
    ? Int32Array.from(stored, (value) => Math.round(value * scale + min))
    : Float32Array.from(stored, (value) => value * scale + min);
}
