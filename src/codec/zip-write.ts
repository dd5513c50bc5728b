import { DataError } from "../util/errors.ts";
import { joinBytes } from "../util/join-bytes.ts";
import { ByteWriter } from "./byte-writer.ts";
import { crc32 } from "./checksums.ts";

/** A member to write. */
export interface ZipInput {
  readonly name: string;
  readonly data: Uint8Array;
  /** Shown as its time of change; by default 1980-01-01, so that equal content gives equal bytes. */
  readonly modified?: Date;
}

/** 1980-01-01 00:00 in DOS form, the earliest there is. */
const epoch = (1 << 21) | (1 << 16);

function dosTime(date: Date | undefined): number {
  if (date === undefined) return epoch;
  const year = Math.min(2107, Math.max(1980, date.getFullYear())) - 1980;
  const day = (year << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}

/**
 * A zip archive of members in the order given, each stored as it is, as Keras writes its `.keras` files:
 * no compression, no data descriptors.
 *
 * @throws {DataError} when it would pass 4 GiB or 65,535 members, where another form of archive begins.
 */
export function writeZip(members: readonly ZipInput[]): Uint8Array {
  const encoder = new TextEncoder();
  const entries = members.map((member): Entry => ({
    ...member,
    rawName: encoder.encode(member.name),
    crc: crc32(member.data),
  }));
  const size = entries.reduce(
    (sum, { rawName, data }) => sum + 30 + 46 + 2 * rawName.length + data.length,
    22,
  );
  if (size >= 0xffffffff || entries.length >= 0xffff) {
    throw new DataError(
      `zip: an archive of ${entries.length} members and ${size} bytes is beyond the format's 4 GiB; shard the weights`,
    );
  }
  const pieces: Uint8Array[] = [];
  const directory = new ByteWriter();
  let at = 0;
  for (const entry of entries) {
    const header = new ByteWriter().u32(0x04034b50);
    writeFields(header, entry).bytes(entry.rawName);
    pieces.push(header.finish(), entry.data);
    directory.u32(0x02014b50).u16((3 << 8) | 20); // made on Unix, version 2.0
    writeFields(directory, entry)
      .u16(0) // no comment
      .u16(0) // first disk
      .u16(0) // internal attributes
      .u32(0o600 * 2 ** 16) // permissions
      .u32(at)
      .bytes(entry.rawName);
    at += header.length + entry.data.length;
  }
  const { length } = directory;
  directory
    .u32(0x06054b50)
    .u32(0) // disks
    .u16(entries.length)
    .u16(entries.length)
    .u32(length)
    .u32(at)
    .u16(0);
  return joinBytes([...pieces, directory.finish()]);
}

interface Entry extends ZipInput {
  readonly rawName: Uint8Array;
  readonly crc: number;
}

/** Writes what a member's own header and its entry in the directory have in common. */
function writeFields(to: ByteWriter, { rawName, modified, crc, data }: Entry): ByteWriter {
  const isAscii = rawName.every((byte) => byte < 128);
  return to
    .u16(20) // needs version 2.0
    .u16(isAscii ? 0 : 0x800) // the name is UTF-8
    .u16(0) // stored
    .u32(dosTime(modified))
    .u32(crc)
    .u32(data.length)
    .u32(data.length)
    .u16(rawName.length)
    .u16(0); // no extra fields
}
