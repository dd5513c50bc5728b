import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** A tensor of the golden corpus, decoded. `bool` is 0/1, `int64` is rounded to a double, `complex64` is interleaved. */
export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Encoded form: `data` for up to 40 elements, else little-endian `b64`. */
interface EncodedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data?: readonly (number | string | boolean)[];
  readonly b64?: string;
}

/** JSON with its tensors decoded. */
export type GoldenValue =
  | null
  | boolean
  | number
  | string
  | GoldenTensor
  | readonly GoldenValue[]
  | { readonly [key: string]: GoldenValue };

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const root = join(projectRoot, "../shared/golden");

/** Path of a file or folder of the corpus of values computed by real Keras, which lies beside the project. */
export function goldenPath(relative: string): string {
  return join(root, relative);
}

/** Path of a file or folder of the data (images, models of other projects) beside the project. */
export function sharedDataPath(relative: string): string {
  return join(projectRoot, "../shared/data", relative);
}

/** Whether the golden corpus is there. */
export const hasGolden: boolean = existsSync(root);

function skipAll(name: string, reason: string): void {
  describe(name, () => {
    it.skip(`skipped: ${reason}`, () => {});
  });
}

/** A `describe` that is skipped, with the reason in its name, where the golden corpus is absent. */
export function describeGolden(name: string, define: () => void): void {
  if (hasGolden) describe(name, define);
  else skipAll(name, "../shared/golden is not beside the project");
}

/** A `describe` that is skipped, with the reason in its name, where `../shared/data/<relative>` is absent. */
export function describeSharedData(name: string, relative: string, define: () => void): void {
  if (existsSync(sharedDataPath(relative))) describe(name, define);
  else skipAll(name, `../shared/data/${relative} is not beside the project`);
}

/** The names in a folder of the corpus that end in `extension`, sorted; empty where the corpus is absent. */
export function goldenFiles(folder: string, extension: string): readonly string[] {
  const path = goldenPath(folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(extension))
    .toSorted();
}

/** Parses a JSON file of the corpus and leaves its tensors encoded; the caller states the form it relies on. */
export function readGoldenJson<T>(relative: string): T {
  return JSON.parse(readFileSync(goldenPath(relative), "utf8")) as T; // SAFETY: the corpus's form is documented beside it
}

/** Parses a JSON file of the corpus and decodes all of its tensors. */
export function readGolden<T = GoldenValue>(relative: string): T {
  return decodeTensors(readGoldenJson<unknown>(relative)) as T; // SAFETY: as readGoldenJson
}

/** Reads a binary file of the corpus. */
export function readGoldenBytes(relative: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(goldenPath(relative)));
}

/** Whether a JSON value is an encoded tensor. */
export function isEncodedTensor(value: unknown): value is EncodedTensor {
  return (
    typeof value === "object" &&
    value !== null &&
    "dtype" in value &&
    "shape" in value &&
    Array.isArray(value.shape) &&
    ("data" in value || "b64" in value)
  );
}

/** Replaces every encoded tensor in a JSON value by its decoded form. */
export function decodeTensors(value: unknown): unknown {
  if (isEncodedTensor(value)) return decodeTensor(value);
  if (Array.isArray(value)) return value.map(decodeTensors);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, decodeTensors(child)]));
  }
  return value;
}

const nonFinite: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

/** Decodes one tensor. */
export function decodeTensor(tensor: unknown): GoldenTensor {
  if (!isEncodedTensor(tensor))
    throw new Error(`not a golden tensor: ${JSON.stringify(tensor)?.slice(0, 80)}`);
  const { dtype, shape, data, b64 } = tensor;
  if (data !== undefined) return { dtype, shape, values: data.map(decodeElement) };
  const bytes = new Uint8Array(Buffer.from(b64 ?? "", "base64"));
  const reader = readers[dtype];
  if (reader === undefined) throw new Error(`golden tensor of unknown dtype ${dtype}`);
  return { dtype, shape, values: reader(bytes.buffer) };
}

function decodeElement(element: number | string | boolean): number {
  if (typeof element !== "string") return Number(element);
  const value = nonFinite[element];
  if (value === undefined)
    throw new Error(`golden tensor with element ${JSON.stringify(element)}; read it raw`);
  return value;
}

const readers: Readonly<Record<string, (buffer: ArrayBuffer) => number[]>> = {
  float64: (buffer) => [...new Float64Array(buffer)],
  float32: (buffer) => [...new Float32Array(buffer)],
  float16: (buffer) => [...new Float16Array(buffer)],
  bfloat16: (buffer) => [
    ...new Float32Array(Uint32Array.from(new Uint16Array(buffer), (x) => x << 16).buffer),
  ],
  int8: (buffer) => [...new Int8Array(buffer)],
  uint8: (buffer) => [...new Uint8Array(buffer)],
  int16: (buffer) => [...new Int16Array(buffer)],
  uint16: (buffer) => [...new Uint16Array(buffer)],
  int32: (buffer) => [...new Int32Array(buffer)],
  uint32: (buffer) => [...new Uint32Array(buffer)],
  int64: (buffer) => Array.from(new BigInt64Array(buffer), Number),
  uint64: (buffer) => Array.from(new BigUint64Array(buffer), Number),
  bool: (buffer) => [...new Uint8Array(buffer)],
  complex64: (buffer) => [...new Float32Array(buffer)],
  complex128: (buffer) => [...new Float64Array(buffer)],
};
