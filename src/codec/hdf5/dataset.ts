import { elementCount } from "../array.ts";
import { ByteReader } from "../byte-reader.ts";
import { type Inflater, maxDeflateRatio } from "../inflate.ts";
import { readAttributes } from "./attributes.ts";
import { type ChunkIndex, listChunks } from "./chunks.ts";
import { type Datatype, readDataspace, readDatatype } from "./datatype.ts";
import { type Hdf5File, undefinedAddress } from "./file.ts";
import { type Filter, readFilters, undoFilters } from "./filters.ts";
import { findMessage, type Message, messageType } from "./object-header.ts";
import type { Hdf5Dataset, Hdf5Layout, Hdf5Value } from "./tree.ts";
import { decodeValue } from "./values.ts";

type Storage =
  | { readonly kind: "compact"; readonly bytes: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number; readonly size: number | undefined }
  | { readonly kind: "chunked"; readonly index: ChunkIndex };

/** What datasets of a file share: the inflating code is loaded after it is known that any needs it. */
export interface ReadState {
  inflater: Inflater | undefined;
  needsInflater: boolean;
}

/** Reads the description of a dataset; everything that can be checked without its elements is. */
export function readDataset(
  file: Hdf5File,
  messages: readonly Message[],
  path: string,
  state: ReadState,
): Hdf5Dataset {
  const where = `${file.name}: dataset "${path}"`;
  const need = (type: number, what: string): ByteReader => {
    const body = findMessage(messages, type);
    if (body === undefined) return new ByteReader(new Uint8Array(), where).fail(`damaged: it has no ${what}`);
    return body;
  };
  const reader = need(messageType.datatype, "datatype");
  const type = readDatatype(reader);
  if (type.kind === "unsupported") reader.fail(`its type (${type.name}) is not supported`);
  const shape = readDataspace(need(messageType.dataspace, "shape"), file.lengthSize) ?? [0];
  if (findMessage(messages, messageType.externalFiles) !== undefined)
    reader.fail("refused: its data lies in another file");
  const filterMessage = findMessage(messages, messageType.filters);
  const filters = filterMessage === undefined ? [] : readFilters(filterMessage);
  const storage = readLayout(file, need(messageType.layout, "layout"), type.size, filters.length > 0);
  const attributes = readAttributes(file, messages, `dataset "${path}"`);
  const fill = readFill(messages, type.size);
  const layout: Hdf5Layout = storage.kind;
  state.needsInflater ||= filters.some((filter) => filter.id === 1);
  checkSize(file, reader, storage, shape, type.size);

  const isBfloat16 = type.kind === "opaque" && type.size === 2 && isText(attributes.get("dtype"), "bfloat16");
  const read = (): Hdf5Value => {
    const raw = readStorage({ file, storage, shape, type, filters, fill, reader, state });
    if (isBfloat16) return { shape, dtype: "bfloat16", data: new Uint16Array(raw) };
    return decodeValue(file, type, shape, raw, where);
  };
  const dtype = isBfloat16
    ? "bfloat16"
    : type.kind === "number"
      ? type.dtype
      : type.kind === "opaque"
        ? "opaque"
        : "string";
  return {
    kind: "dataset",
    path,
    attributes,
    shape,
    dtype,
    layout,
    filters: filters.map((filter) => filter.name),
    read,
  };
}

function isText(value: Hdf5Value | undefined, text: string): boolean {
  return value?.dtype === "string" && value.data[0] === text;
}

/** Compares the declared size with the bytes that are there, before any memory is taken. */
function checkSize(
  file: Hdf5File,
  reader: ByteReader,
  storage: Storage,
  shape: readonly number[],
  itemBytes: number,
): void {
  const total = elementCount(shape) * itemBytes;
  const declared = `its shape [${shape.join(", ")}] needs ${total} bytes`;
  if (storage.kind === "compact" && storage.bytes.length < total)
    reader.fail(`damaged: ${declared}, ${storage.bytes.length} are there`);
  if (storage.kind === "contiguous" && storage.address !== undefinedAddress) {
    if (storage.size !== undefined && storage.size !== total)
      reader.fail(`damaged: ${declared}, ${storage.size} are kept for it`);
    const there = file.bytes.length - file.baseAddress - storage.address;
    if (total > there) reader.fail(`damaged or cut short: ${declared}, ${Math.max(0, there)} are there`);
  }
  // Chunks that were never written, and compressed ones, may be larger than the file: within reason.
  const most =
    2 ** 24 +
    file.bytes.length * (storage.kind === "chunked" && storage.index.isFiltered ? maxDeflateRatio : 1);
  if (total > most) reader.fail(`refused: ${declared}, far more than the file's ${file.bytes.length}`);
  if (storage.kind === "chunked" && storage.index.chunkBytes > most)
    reader.fail("refused: its chunks are absurdly large");
}

function readLayout(file: Hdf5File, reader: ByteReader, itemBytes: number, isFiltered: boolean): Storage {
  const version = reader.u8();
  if (version === 1 || version === 2) return readOldLayout(file, reader, itemBytes, isFiltered);
  if (version < 3 || version > 5) return reader.fail(`unknown version ${version} of a dataset layout`);
  const kind = reader.u8();
  if (kind === 0) return { kind: "compact", bytes: reader.view(reader.u16()) };
  if (kind === 1) return { kind: "contiguous", address: file.address(reader), size: file.length(reader) };
  if (kind !== 2)
    return reader.fail(
      kind === 3 ? "refused: virtual datasets lie in other files" : "damaged: unknown kind of layout",
    );
  return version === 3
    ? readChunked3(file, reader, itemBytes, isFiltered)
    : readChunked4(file, reader, itemBytes, isFiltered, version);
}

function chunkIndex(
  reader: ByteReader,
  dims: number[],
  itemBytes: number,
  rest: Omit<ChunkIndex, "chunkShape" | "chunkBytes">,
): Storage {
  const chunkShape = dims.slice(0, -1);
  if (dims.at(-1) !== itemBytes || chunkShape.some((size) => size === 0))
    reader.fail("damaged: absurd chunk sizes");
  const chunkBytes = elementCount(dims);
  if (!Number.isSafeInteger(chunkBytes)) reader.fail("refused: its chunks are absurdly large");
  return { kind: "chunked", index: { ...rest, chunkShape, chunkBytes } };
}

function readChunked3(file: Hdf5File, reader: ByteReader, itemBytes: number, isFiltered: boolean): Storage {
  const rank = reader.u8();
  const address = file.address(reader);
  const dims = Array.from({ length: rank }, () => reader.u32());
  return chunkIndex(reader, dims, itemBytes, { kind: "btree1", address, isFiltered, hasWideSizes: false });
}

const indexKinds = ["unsupported", "single", "implicit", "fixedArray", "unsupported", "btree2"] as const;

function readChunked4(
  file: Hdf5File,
  reader: ByteReader,
  itemBytes: number,
  isFiltered: boolean,
  version: number,
): Storage {
  const flags = reader.u8();
  const rank = reader.u8();
  const encodedBytes = reader.u8();
  if (encodedBytes < 1 || encodedBytes > 8) reader.fail("damaged: absurd chunk sizes");
  const dims = Array.from({ length: rank }, () => reader.uint(encodedBytes));
  const kindNumber = reader.u8();
  const kind = indexKinds[kindNumber] ?? "unsupported";
  let single: ChunkIndex["single"];
  if (kind === "single" && flags & 2) single = { size: file.length(reader), filterMask: reader.u32() };
  if (kind === "fixedArray") reader.take(1);
  if (kindNumber === 4) reader.take(5);
  if (kind === "btree2") reader.take(6);
  const address = file.address(reader);
  return chunkIndex(reader, dims, itemBytes, {
    kind,
    address,
    isFiltered,
    hasWideSizes: version > 4,
    ...(single === undefined ? {} : { single }),
  });
}

function readOldLayout(file: Hdf5File, reader: ByteReader, itemBytes: number, isFiltered: boolean): Storage {
  const rank = reader.u8();
  const kind = reader.u8();
  reader.take(5);
  const address = kind === 0 ? undefinedAddress : file.address(reader);
  const dims = Array.from({ length: rank }, () => reader.u32());
  if (kind === 0) return { kind: "compact", bytes: reader.view(reader.u32()) };
  if (kind === 1) return { kind: "contiguous", address, size: undefined };
  return chunkIndex(reader, dims, itemBytes, { kind: "btree1", address, isFiltered, hasWideSizes: false });
}

/** The fill value's bytes, or `undefined` for zeros. */
function readFill(messages: readonly Message[], itemBytes: number): Uint8Array | undefined {
  const body = findMessage(messages, messageType.fillValue);
  if (body === undefined) return undefined;
  const version = body.u8();
  if (version < 1 || version > 3) body.fail("unknown version of a fill value");
  const flags = version === 3 ? body.u8() : (body.take(2), body.u8() === 0 ? 0 : 0x20);
  if ((flags & 0x20) === 0) return undefined;
  const size = body.u32();
  if (size === 0) return undefined;
  if (size !== itemBytes) body.fail("damaged: a fill value of another size than the elements");
  return body.view(size);
}

interface StorageRequest {
  readonly file: Hdf5File;
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly type: Datatype;
  readonly filters: readonly Filter[];
  readonly fill: Uint8Array | undefined;
  readonly reader: ByteReader;
  readonly state: ReadState;
}

function readStorage(request: StorageRequest): ArrayBuffer {
  const { file, storage, shape, type, reader } = request;
  const total = elementCount(shape) * type.size;
  if (storage.kind === "compact") return new ByteReader(storage.bytes, reader.where).copy(total);
  const isAbsent = storage.kind === "contiguous" ? storage.address === undefinedAddress : false;
  if (storage.kind === "contiguous" && !isAbsent) {
    return new ByteReader(file.bytes, reader.where, file.baseAddress + storage.address).copy(total);
  }
  const out = new Uint8Array(total);
  const { fill } = request;
  if (fill?.some((byte) => byte !== 0)) for (let at = 0; at < total; at += fill.length) out.set(fill, at);
  if (storage.kind === "chunked") readChunks(request, storage.index, out);
  return out.buffer;
}

function readChunks(
  { file, shape, type, filters, reader, state }: StorageRequest,
  index: ChunkIndex,
  out: Uint8Array,
): void {
  const part = reader.where.slice(file.name.length + 2);
  const { chunkShape, chunkBytes } = index;
  if (chunkShape.length !== shape.length) reader.fail("damaged: its chunks have another number of axes");
  const seen = new Set<string>();
  for (const chunk of listChunks(file, index, shape, part)) {
    const isMisplaced = chunk.start.some(
      (start, axis) => start >= (shape[axis] ?? 0) || start % (chunkShape[axis] ?? 1) !== 0,
    );
    const key = chunk.start.join();
    if (isMisplaced || seen.has(key))
      reader.fail("damaged: a chunk lies outside its shape, or is there twice");
    seen.add(key);
    const packed = file.at(chunk.address, part).view(chunk.size);
    copyChunk(
      undoFilters(
        packed,
        filters,
        chunk.filterMask,
        { size: chunkBytes, itemBytes: type.size },
        state.inflater,
        reader,
      ),
      chunk.start,
      chunkShape,
      shape,
      type.size,
      out,
    );
  }
}

/** Copies a chunk's rows into place; chunks at the edge reach beyond the shape. */
function copyChunk(
  chunk: Uint8Array,
  start: readonly number[],
  chunkShape: readonly number[],
  shape: readonly number[],
  itemBytes: number,
  out: Uint8Array,
): void {
  const rank = shape.length;
  const copyAxis = (axis: number, from: number, to: number): void => {
    const begin = start[axis] ?? 0;
    const count = Math.min(chunkShape[axis] ?? 0, (shape[axis] ?? 0) - begin);
    if (axis === rank - 1) {
      const source = from * (chunkShape[axis] ?? 0) * itemBytes;
      out.set(
        chunk.subarray(source, source + count * itemBytes),
        (to * (shape[axis] ?? 0) + begin) * itemBytes,
      );
      return;
    }
    for (let i = 0; i < count; i++) {
      copyAxis(axis + 1, from * (chunkShape[axis] ?? 0) + i, to * (shape[axis] ?? 0) + begin + i);
    }
  };
  if (rank === 0) out.set(chunk.subarray(0, itemBytes));
  else copyAxis(0, 0, 0);
}
