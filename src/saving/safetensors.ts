import { bytesOf, type DType, type TypedArray, viewOf } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";

/** A named tensor of a safetensors file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const dtypeNames: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  int8: "I8",
  int16: "I16",
  int32: "I32",
  int64: "I64",
  uint8: "U8",
  uint16: "U16",
  uint32: "U32",
  uint64: "U64",
  float16: "F16",
  bfloat16: "BF16",
  float32: "F32",
  float64: "F64",
};
const dtypeOf: ReadonlyMap<unknown, DType> = new Map(
  Object.entries(dtypeNames).map(([dtype, name]) => [name, dtype as DType]), // SAFETY: keys of the record above
);

/** Longest header that is read. */
const headerLimit = 100_000_000;

/** Whether bytes begin as a safetensors file does: the header's length, then JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && bytes[8] === 0x7b && headerLength(bytes) <= bytes.length - 8;
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** The bytes of a safetensors file. Tensors whose elements are wide come first, so that each is aligned. */
export function writeSafetensors(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = tensors.toSorted((a, b) => bytesOf(b.dtype) - bytesOf(a.dtype));
  let offset = 0;
  const entries = ordered.map(({ name, dtype, shape, data }): [string, object] => {
    const start = offset;
    offset += data.byteLength;
    return [name, { dtype: dtypeNames[dtype], shape, data_offsets: [start, offset] }];
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a safetensors file.
 *
 * @throws {FormatError} when the header is malformed, or tensors overlap, leave gaps or leave the file.
 */
export function readSafetensors(bytes: Uint8Array, where: string): readonly StoredTensor[] {
  const length = bytes.length < 8 ? Number.POSITIVE_INFINITY : headerLength(bytes);
  if (length > headerLimit || 8 + length > bytes.length)
    throw new FormatError(`${where}: it is cut short, or no safetensors file.`);
  const header = parseHeader(bytes.subarray(8, 8 + length), where);
  const body = bytes.subarray(8 + length);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readEntry(name, entry, body.length, where))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, start, end } of tensors) {
    if (start !== at)
      throw new FormatError(`${where}: tensor "${name}" begins at byte ${start}, expected ${at}.`);
    at = end;
  }
  if (at !== body.length) throw new FormatError(`${where}: ${body.length - at} bytes belong to no tensor.`);
  return tensors.map(({ name, dtype, shape, start, end }) => {
    const copy = body.slice(start, end);
    return { name, dtype, shape, data: viewOf(dtype, copy.buffer, 0, sizeOf(shape)) };
  });
}

function parseHeader(bytes: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError(`${where}: its header is not JSON.`, { cause: error });
  }
  if (!isPlainObject(header)) throw new FormatError(`${where}: its header is no JSON object.`);
  return header;
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, entry: unknown, available: number, where: string): Entry {
  const { dtype: rawDtype, shape, data_offsets: offsets } = isPlainObject(entry) ? entry : {};
  const dtype = dtypeOf.get(rawDtype);
  if (dtype === undefined)
    throw new FormatError(`${where}: tensor "${name}" has the unknown dtype ${JSON.stringify(rawDtype)}.`);
  if (!(Array.isArray(shape) && shape.every(isCount)))
    throw new FormatError(`${where}: tensor "${name}" has no valid shape.`);
  const [start, end] = Array.isArray(offsets) ? offsets : [];
  if (!isCount(start) || !isCount(end) || end > available || start > end)
    throw new FormatError(`${where}: tensor "${name}" lies outside the file.`);
  if (end - start !== sizeOf(shape) * bytesOf(dtype)) {
    throw new FormatError(
      `${where}: tensor "${name}" of shape [${shape.join(", ")}] has ${end - start} bytes, expected ${sizeOf(shape) * bytesOf(dtype)}.`,
    );
  }
  return { name, dtype, shape, start, end };
}
