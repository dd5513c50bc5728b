import { FormatError } from "../util/errors.ts";
import { ByteReader, decodeLatin1, decodeUtf8 } from "./byte-reader.ts";
import { crc32 } from "./checksums.ts";
import { loadInflater, maxDeflateRatio } from "./inflate.ts";

/** What an archive may claim before anything of it is inflated. */
export interface ZipLimits {
  /** Most members; default 20,000. */
  readonly members?: number;
  /** Most bytes of one member after inflating; default 8 GiB. */
  readonly memberBytes?: number;
  /** Most bytes of all members together after inflating; default 16 GiB. */
  readonly totalBytes?: number;
}

/** One member, as the archive's directory lists it. */
export interface ZipMember {
  readonly name: string;
  /** Bytes after inflating. */
  readonly size: number;
  readonly compressedSize: number;
  readonly method: "stored" | "deflated";
  readonly crc32: number;
  /** Date and time in DOS form: `date << 16 | time`. */
  readonly modified: number;
}

interface Entry extends ZipMember {
  readonly flags: number;
  readonly rawName: Uint8Array;
  readonly headerOffset: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const GiB = 2 ** 30;

/** A zip archive whose directory was read and checked; members are inflated when they are asked for. */
export class ZipArchive {
  readonly #reader: ByteReader;
  readonly #entries: Map<string, Entry>;
  readonly #starts = new Map<string, number>();

  private constructor(reader: ByteReader, entries: Entry[], directoryOffset: number) {
    this.#reader = reader;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.#checkLocalHeaders(entries, directoryOffset);
  }

  /**
   * Reads the directory of an archive.
   *
   * @param where - What the errors call it: a file's name.
   * @throws {FormatError} when it is not a zip archive, cut short, beyond the limits, or in any way contradictory:
   *   members that overlap or appear twice, names that leave the archive, headers that differ from the directory.
   */
  static open(bytes: Uint8Array, where: string, limits: ZipLimits = {}): ZipArchive {
    const reader = new ByteReader(bytes, where);
    const end = findEnd(reader);
    const { members = 20_000, memberBytes = 8 * GiB, totalBytes = 16 * GiB } = limits;
    if (end.count > members) reader.fail(`refused: ${end.count} members, at most ${members} are allowed`);
    const entries = readDirectory(reader, end);
    const names = new Set<string>();
    let total = 0;
    for (const entry of entries) {
      const fail = (message: string): never => reader.fail(`member "${entry.name}": ${message}`);
      if (names.has(entry.name)) fail("damaged: it is listed twice");
      names.add(entry.name);
      if (entry.size > memberBytes) fail(`refused: ${entry.size} bytes, at most ${memberBytes} are allowed`);
      total += entry.size;
      if (total > totalBytes) fail(`refused: the members take more than ${totalBytes} bytes together`);
      if (entry.method === "stored" && entry.size !== entry.compressedSize)
        fail("damaged: its two sizes contradict each other");
      if (entry.size > entry.compressedSize * maxDeflateRatio + 64) {
        fail(`refused: ${entry.compressedSize} compressed bytes cannot hold ${entry.size}`);
      }
    }
    return new ZipArchive(reader, entries, end.offset);
  }

  /** The members in the archive's order. */
  get members(): readonly ZipMember[] {
    return [...this.#entries.values()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of a member, its checksum verified. A stored member is a view into the archive.
   *
   * @throws {FormatError} when there is no such member, or its data is damaged.
   */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.#entries.get(name);
    const start = this.#starts.get(name);
    if (entry === undefined || start === undefined) {
      const known = [...this.#entries.keys()].slice(0, 20).join(", ");
      return this.#reader.fail(`member "${name}" is missing; there are: ${known}`);
    }
    const where = `${this.#reader.where}: member "${name}"`;
    const packed = this.#reader.bytes.subarray(start, start + entry.compressedSize);
    const data = entry.method === "stored" ? packed : (await loadInflater()).raw(packed, entry.size, where);
    if (crc32(data) !== entry.crc32)
      throw new FormatError(
        `${where}: damaged: its checksum does not match. Copy or download the file again.`,
      );
    return data;
  }

  #checkLocalHeaders(entries: readonly Entry[], directoryOffset: number): void {
    let free = 0;
    for (const entry of [...entries].sort((a, b) => a.headerOffset - b.headerOffset)) {
      const where = `${this.#reader.where}: member "${entry.name}"`;
      const reader = new ByteReader(this.#reader.bytes, where, entry.headerOffset);
      if (entry.headerOffset < free) reader.fail("damaged: it overlaps another member");
      const start = readLocalHeader(reader, entry);
      free = start + entry.compressedSize;
      if (free > directoryOffset)
        reader.fail("damaged or cut short: its data runs into the archive's directory");
      this.#starts.set(entry.name, start);
    }
  }
}

function findEnd(reader: ByteReader): { offset: number; size: number; count: number } {
  const { bytes } = reader;
  if (bytes.length < 22) reader.fail("this is not a zip archive: it is too short");
  const lowest = Math.max(0, bytes.length - 22 - 0xffff);
  for (let at = bytes.length - 22; at >= lowest; at--) {
    if (bytes[at] !== 0x50) continue;
    const end = new ByteReader(bytes, reader.where, at);
    if (end.u32() !== endSignature) continue;
    const disks = end.u32();
    const countHere = end.u16();
    const count = end.u16();
    const size = end.u32();
    const offset = end.u32();
    if (at + 22 + end.u16() !== bytes.length) continue;
    const at64 = at - 20;
    const isZip64 = at64 >= 0 && new ByteReader(bytes, reader.where, at64).u32() === locatorSignature;
    const found = isZip64
      ? readEnd64(new ByteReader(bytes, reader.where, at64 + 8))
      : { offset, size, count, end: at };
    if (disks !== 0 || countHere !== count) reader.fail("archives in several parts are not supported");
    if (found.offset + found.size !== found.end)
      reader.fail("damaged: the directory is not where the archive's end says");
    return found;
  }
  return reader.fail("this is not a zip archive, or it is cut short: its end record is missing");
}

function readEnd64(locator: ByteReader): { offset: number; size: number; count: number; end: number } {
  const at = locator.u64();
  const end = new ByteReader(locator.bytes, locator.where, at);
  if (end.u32() !== end64Signature) end.fail("damaged: the 64-bit end record is missing");
  end.take(8 + 4 + 8); // own size, versions, disk numbers
  const countHere = end.u64();
  const count = end.u64();
  if (countHere !== count) end.fail("archives in several parts are not supported");
  const size = end.u64();
  return { count, size, offset: end.u64(), end: at };
}

function readDirectory(reader: ByteReader, end: { offset: number; size: number; count: number }): Entry[] {
  const directory = new ByteReader(
    reader.bytes.subarray(0, end.offset + end.size),
    `${reader.where}: directory`,
    end.offset,
  );
  const entries: Entry[] = [];
  for (let i = 0; i < end.count; i++) entries.push(readEntry(directory));
  if (directory.remaining !== 0) directory.fail("damaged: it does not end where the archive says");
  return entries;
}

/** What the directory and a member's own header say alike, in this order. */
function readFields(reader: ByteReader): {
  readonly flags: number;
  readonly methodNumber: number;
  readonly modified: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly nameLength: number;
  readonly extraLength: number;
} {
  const [flags, methodNumber, time, date] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  const [crc, compressedSize, size] = [reader.u32(), reader.u32(), reader.u32()];
  const [nameLength, extraLength] = [reader.u16(), reader.u16()];
  return {
    flags,
    methodNumber,
    modified: (date << 16) | time,
    crc,
    compressedSize,
    size,
    nameLength,
    extraLength,
  };
}

function readEntry(reader: ByteReader): Entry {
  if (reader.u32() !== directorySignature) reader.fail(`damaged: no entry at ${reader.position - 4}`);
  reader.take(4); // versions
  const { flags, methodNumber, modified, crc, nameLength, extraLength, ...sizes } = readFields(reader);
  const commentLength = reader.u16();
  if (reader.u16() !== 0) reader.fail("archives in several parts are not supported");
  reader.take(6); // attributes
  const offset = reader.u32();
  const rawName = reader.view(nameLength);
  const extra = zip64Extra(new ByteReader(reader.view(extraLength), reader.where));
  reader.take(commentLength);
  const name = checkName(rawName, reader);
  const wide = (value: number): number => (value === 0xffffffff && extra !== undefined ? extra.u64() : value);
  // In the order of the zip64 block.
  const [size, compressedSize, headerOffset] = [wide(sizes.size), wide(sizes.compressedSize), wide(offset)];
  if (flags & 1) reader.fail(`member "${name}": encrypted members are not supported`);
  if (methodNumber !== 0 && methodNumber !== 8) {
    reader.fail(
      `member "${name}": compression method ${methodNumber} is not supported; only stored and deflated are`,
    );
  }
  const method = methodNumber === 0 ? "stored" : "deflated";
  return { name, size, compressedSize, method, crc32: crc, modified, flags, rawName, headerOffset };
}

function checkName(raw: Uint8Array, reader: ByteReader): string {
  const name = decodeUtf8(raw) ?? decodeLatin1(raw);
  const segments = name.split("/");
  const leaves =
    name.startsWith("/") || /^[A-Za-z]:/.test(name) || segments.includes("..") || segments.includes(".");
  // A colon, a backslash or a control character means another path on some systems.
  if (name === "" || leaves || /[\\\u0000-\u001f]/.test(name)) {
    reader.fail(`refused: the member name ${JSON.stringify(name)} is not a plain relative path`);
  }
  return name;
}

/** The zip64 block among the extra fields. */
function zip64Extra(reader: ByteReader): ByteReader | undefined {
  while (reader.remaining >= 4) {
    const id = reader.u16();
    const body = reader.view(reader.u16());
    if (id === 1) return new ByteReader(body, reader.where);
  }
  return undefined;
}

/** Checks a member's own header against the directory and returns where its data starts. */
function readLocalHeader(reader: ByteReader, entry: Entry): number {
  if (reader.u32() !== localSignature) reader.fail("damaged: its header is not where the directory says");
  reader.take(2);
  const { flags, methodNumber, modified, crc, nameLength, extraLength, ...sizes } = readFields(reader);
  let { size, compressedSize } = sizes;
  const rawName = reader.view(nameLength);
  const extra = zip64Extra(new ByteReader(reader.view(extraLength), reader.where));
  if (extra !== undefined) {
    if (size === 0xffffffff) size = extra.u64();
    if (compressedSize === 0xffffffff) compressedSize = extra.u64();
  }
  const sameName =
    rawName.length === entry.rawName.length && rawName.every((byte, i) => byte === entry.rawName[i]);
  const sameMethod = methodNumber === (entry.method === "stored" ? 0 : 8);
  if (!sameName || !sameMethod || flags !== entry.flags || modified !== entry.modified) {
    reader.fail("damaged: its header and the archive's directory contradict each other");
  }
  const followed = (flags & 8) !== 0; // sizes and checksum may follow the data
  const sizesAgree = crc === entry.crc32 && size === entry.size && compressedSize === entry.compressedSize;
  if (!sizesAgree && !(followed && crc === 0 && size === 0 && compressedSize === 0)) {
    reader.fail("damaged: its header and the archive's directory give different sizes or checksums");
  }
  return reader.position;
}
