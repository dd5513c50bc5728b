import { ByteReader, decodeLatin1 } from "./byte-reader.ts";

/**
 * The plain files of a tar archive, by path. Directories, links and devices are left out.
 *
 * @throws {FormatError} when a header's checksum does not match, the archive is cut short, or a path leaves it.
 */
export function readTar(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const reader = new ByteReader(bytes, where);
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  while (reader.remaining >= 512) {
    const header = reader.view(512);
    if (header.every((byte) => byte === 0)) return files;
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    if (octal(header, 148, 8) !== sum)
      reader.fail(`damaged: the checksum of the header at ${reader.position - 512} does not match`);
    const size = octal(header, 124, 12);
    const content = reader.view(size);
    reader.take(Math.min(-size & 511, reader.remaining));
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === "L") {
      longName = field(content, 0, content.length);
      continue;
    }
    const prefix = field(header, 257, 5) === "ustar" ? field(header, 345, 155) : "";
    const path = longName ?? (prefix === "" ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`);
    longName = undefined;
    if (kind !== "0" && kind !== "\0") continue;
    const name = path.replace(/^(\.\/)+/, "");
    if (name.startsWith("/") || name.split("/").includes("..") || /[\\:]/.test(name)) {
      reader.fail(`refused: the path ${JSON.stringify(path)} leaves the archive`);
    }
    files.set(name, content);
  }
  return reader.fail("cut short: the archive's end is missing");
}

function field(bytes: Uint8Array, start: number, length: number): string {
  const text = decodeLatin1(bytes.subarray(start, start + length));
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** A number in octal digits, or (large ones) in base 256. */
function octal(header: Uint8Array, start: number, length: number): number {
  if ((header[start] ?? 0) & 128)
    return header.subarray(start + 1, start + length).reduce((value, byte) => value * 256 + byte, 0);
  return Number.parseInt(field(header, start, length).trim() || "0", 8);
}
