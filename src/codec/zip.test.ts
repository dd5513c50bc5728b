import { deflateSync } from "fflate";
import { describe, expect, test } from "vitest";
import { FormatError } from "../util/errors.ts";
import { crc32 } from "./checksums.ts";
import { ZipArchive } from "./zip-read.ts";
import { writeZip } from "./zip-write.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const sample = (): Uint8Array =>
  writeZip([
    { name: "metadata.json", data: text('{"a": 1}') },
    { name: "config.json", data: text("{}") },
    { name: "ä/weights.bin", data: Uint8Array.from({ length: 300 }, (_, i) => i) },
  ]);

/** Rewrites the only member of an archive of one as a deflated one. */
function deflated(data: Uint8Array, change: Partial<{ size: number; packed: Uint8Array }> = {}): Uint8Array {
  const packed = change.packed ?? deflateSync(data);
  const bytes = writeZip([{ name: "m", data: packed }]);
  const view = new DataView(bytes.buffer);
  for (const start of [8, 31 + packed.length + 10]) {
    view.setUint16(start, 8, true);
    view.setUint32(start + 6, crc32(data), true);
    view.setUint32(start + 14, change.size ?? data.length, true);
  }
  return bytes;
}

describe("zip", () => {
  test("keeps order, names, content and the earliest date", async () => {
    const archive = ZipArchive.open(sample(), "a.keras");
    expect(archive.members.map((m) => [m.name, m.size, m.method])).toEqual([
      ["metadata.json", 8, "stored"],
      ["config.json", 2, "stored"],
      ["ä/weights.bin", 300, "stored"],
    ]);
    expect(archive.members.every((m) => m.modified === 0x210000)).toBe(true);
    expect(new TextDecoder().decode(await archive.read("metadata.json"))).toBe('{"a": 1}');
    expect((await archive.read("ä/weights.bin"))[299]).toBe(299 & 255);
    await expect(archive.read("nothing")).rejects.toThrow(/"nothing" is missing; there are: metadata.json/);
  });

  test("inflates, and refuses sizes that are not true", async () => {
    const data = new Uint8Array(50_000).fill(7);
    expect(await ZipArchive.open(deflated(data), "z").read("m")).toEqual(data);
    for (const size of [49_999, 50_001, 40]) {
      const archive = ZipArchive.open(deflated(data, { size }), "z");
      await expect(archive.read("m")).rejects.toThrow(FormatError);
    }
    expect(() => ZipArchive.open(deflated(data, { size: 4_000_000_000 }), "z")).toThrow(
      /member "m": refused/,
    );
    const cut = deflateSync(data).slice(0, -3);
    await expect(ZipArchive.open(deflated(data, { packed: cut }), "z").read("m")).rejects.toThrow(
      /member "m"/,
    );
  });

  test("every cut and every flipped bit of the content is found", async () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => ZipArchive.open(bytes.slice(0, length), "cut")).toThrow(FormatError);
    }
    let unseen = 0;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      try {
        const archive = ZipArchive.open(flipped, "flip");
        for (const { name } of archive.members) await archive.read(name);
        unseen++;
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    // Fields that carry no meaning: in each header the version needed (2 bytes);
    // in each directory entry the versions (4) and the attributes (6).
    expect(unseen).toBe(3 * (2 + 10));
  });

  test("refuses names that leave the archive, duplicates, overlaps and too much", () => {
    for (const name of ["../up", "/root", "a/../../b", "C:/x", "a\\b", "", "./a"]) {
      expect(() => ZipArchive.open(writeZip([{ name, data: text("x") }]), "z")).toThrow(
        /not a plain relative path/,
      );
    }
    const member = { name: "a", data: text("x") };
    expect(() => ZipArchive.open(writeZip([member, member]), "z")).toThrow(/listed twice/);
    const two = writeZip([member, { name: "b", data: text("x") }]);
    new DataView(two.buffer).setUint32(two.length - 22 - 5, 0, true); // the second entry points at the first's header
    expect(() => ZipArchive.open(two, "z")).toThrow(FormatError);
    expect(() => ZipArchive.open(sample(), "z", { members: 2 })).toThrow(/at most 2/);
    expect(() => ZipArchive.open(sample(), "z", { memberBytes: 299 })).toThrow(/at most 299/);
    expect(() => ZipArchive.open(sample(), "z", { totalBytes: 305 })).toThrow(/more than 305/);
  });
});
