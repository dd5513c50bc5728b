import { ByteReader } from "../byte-reader.ts";
import { lookup3 } from "../checksums.ts";

/** "No address": all bits set. */
export const undefinedAddress = -1;

/** The bytes of a file with the two sizes that its superblock declares. */
export class Hdf5File {
  readonly bytes: Uint8Array;
  readonly name: string;
  offsetSize = 8;
  lengthSize = 8;
  /** Added to every address in the file. */
  baseAddress = 0;
  /** Objects of the global heaps read so far, by address and index. */
  readonly globalHeaps: Map<number, ReadonlyMap<number, Uint8Array>> = new Map<
    number,
    ReadonlyMap<number, Uint8Array>
  >();
  /** What may still be visited before the file counts as absurd; real files stay far below. */
  #budget: number;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    this.#budget = 1000 + bytes.length;
  }

  /** A reader at an address of the file. `part` says what is read, for errors. */
  at(address: number, part: string): ByteReader {
    const reader = new ByteReader(this.bytes, `${this.name}: ${part}`, this.baseAddress + address);
    if (address < 0 || reader.position > this.bytes.length)
      reader.fail(`damaged: it is said to lie at ${address}, outside the file`);
    return reader;
  }

  /** An address, or {@link undefinedAddress}. */
  address(reader: ByteReader): number {
    const start = reader.take(this.offsetSize);
    let isUndefined = true;
    for (let i = 0; i < this.offsetSize; i++) isUndefined &&= reader.bytes[start + i] === 255;
    if (isUndefined) return undefinedAddress;
    reader.position = start;
    return reader.uint(this.offsetSize);
  }

  /** A length or size. */
  length(reader: ByteReader): number {
    return reader.uint(this.lengthSize);
  }

  /** Counts one visited structure; loops through the file end here. */
  spend(reader: ByteReader, amount = 1): void {
    this.#budget -= amount;
    if (this.#budget < 0) reader.fail("refused: the file's structures lead in circles, or are absurdly many");
  }

  /** Verifies the lookup3 checksum that follows the bytes from `start` to the reader's position. */
  verifyChecksum(reader: ByteReader, start: number): void {
    const computed = lookup3(reader.bytes.subarray(start, reader.position));
    if (reader.u32() !== computed) reader.fail("damaged: a checksum does not match");
  }
}
