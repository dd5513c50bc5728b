import { ByteReader } from "../byte-reader.ts";
import { bytesFor } from "./btree2.ts";
import type { Hdf5File } from "./file.ts";
import { undefinedAddress } from "./file.ts";

/** A fractal heap: where newer files keep the links and attributes of large objects. */
export class FractalHeap {
  readonly #file: Hdf5File;
  readonly #part: string;
  readonly #isChecked: boolean;
  readonly #width: number;
  readonly #startSize: number;
  readonly #maxDirectSize: number;
  readonly #offsetBytes: number;
  readonly #lengthBytes: number;
  readonly #root: number;
  readonly #rootRows: number;
  /** Bytes of a heap identifier. */
  readonly idLength: number;

  constructor(file: Hdf5File, address: number, part: string) {
    this.#file = file;
    this.#part = part;
    const reader = file.at(address, part);
    file.spend(reader);
    const start = reader.position;
    reader.signature("FRHP");
    if (reader.u8() !== 0) reader.fail("unknown version of a fractal heap");
    this.idLength = reader.u16();
    const filterBytes = reader.u16();
    if (filterBytes !== 0) reader.fail("compressed heaps are not supported");
    this.#isChecked = (reader.u8() & 2) !== 0;
    const maxObject = reader.u32();
    reader.take(2 * (file.lengthSize + file.offsetSize)); // huge objects, free space
    reader.take(8 * file.lengthSize); // statistics
    this.#width = reader.u16();
    this.#startSize = file.length(reader);
    this.#maxDirectSize = file.length(reader);
    this.#offsetBytes = Math.ceil(reader.u16() / 8);
    reader.take(2);
    this.#root = file.address(reader);
    this.#rootRows = reader.u16();
    file.verifyChecksum(reader, start);
    this.#lengthBytes = Math.min(bytesFor(this.#maxDirectSize), bytesFor(maxObject));
    if (this.#width === 0 || this.#startSize === 0 || this.#offsetBytes > 8 || this.#rootRows > 64) {
      reader.fail("damaged: absurd sizes in a fractal heap");
    }
  }

  /** The bytes of the object that an identifier stands for. */
  object(id: ByteReader): ByteReader {
    const kind = id.u8();
    if (kind >> 6 !== 0) id.fail("unknown version of a heap identifier");
    if (((kind >> 4) & 3) === 2) return new ByteReader(id.view((kind & 15) + 1), id.where);
    if (((kind >> 4) & 3) === 1) id.fail("objects beyond the heap's largest size are not supported");
    const offset = id.uint(this.#offsetBytes);
    const length = id.uint(this.#lengthBytes);
    if (this.#root === undefinedAddress) id.fail("damaged: an object of an empty heap");
    if (this.#rootRows === 0) return this.#inBlock(this.#root, offset, length, this.#startSize);
    return this.#inIndirect(this.#root, this.#rootRows, offset, length);
  }

  #inBlock(address: number, offset: number, length: number, size: number): ByteReader {
    const block = this.#file.at(address, this.#part);
    const start = block.position;
    block.signature("FHDB");
    block.take(1 + this.#file.offsetSize + this.#offsetBytes + (this.#isChecked ? 4 : 0));
    if (start + offset < block.position || offset + length > Math.max(size, this.#maxDirectSize)) {
      block.fail("damaged: a heap object outside its block");
    }
    block.position = start + offset;
    return new ByteReader(block.view(length), block.where);
  }

  /** Row 0 and 1 have blocks of the starting size, each later row of twice the size before. */
  #inIndirect(address: number, rows: number, offset: number, length: number): ByteReader {
    const block = this.#file.at(address, this.#part);
    this.#file.spend(block);
    block.signature("FHIB");
    block.take(1 + this.#file.offsetSize + this.#offsetBytes);
    let rest = offset;
    for (let row = 0; row < rows; row++) {
      const size = this.#startSize * 2 ** Math.max(0, row - 1);
      for (let column = 0; column < this.#width; column++) {
        const child = this.#file.address(block);
        if (rest >= size) {
          rest -= size;
          continue;
        }
        if (child === undefinedAddress) block.fail("damaged: an object of a heap block that does not exist");
        if (size <= this.#maxDirectSize) return this.#inBlock(child, rest, length, size);
        const childRows = Math.round(Math.log2(size / (this.#startSize * this.#width))) + 1;
        return this.#inIndirect(child, childRows, rest, length);
      }
    }
    return block.fail("damaged: a heap object beyond the heap's end");
  }
}
