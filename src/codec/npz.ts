import { FormatError } from "../util/errors.ts";
import type { FileArray } from "./array.ts";
import { readNpy, writeNpy } from "./npy.ts";
import type { ObjectArray } from "./numpy-types.ts";
import { ZipArchive } from "./zip-read.ts";
import { writeZip } from "./zip-write.ts";

/** A `.npz` file: named arrays, read one by one. */
export class NpzFile {
  readonly #archive: ZipArchive;
  readonly #where: string;

  private constructor(archive: ZipArchive, where: string) {
    this.#archive = archive;
    this.#where = where;
  }

  /** @throws {FormatError} when the bytes are not a sound zip archive. */
  static open(bytes: Uint8Array, where: string): NpzFile {
    return new NpzFile(ZipArchive.open(bytes, where), where);
  }

  /** Names of the arrays. */
  get names(): string[] {
    return this.#archive.members
      .filter(({ name }) => name.endsWith(".npy"))
      .map(({ name }) => name.slice(0, -4));
  }

  /** The array of a name: numbers, or Python objects. */
  async read(name: string): Promise<FileArray | ObjectArray> {
    return readNpy(await this.#archive.read(`${name}.npy`), `${this.#where}: array "${name}"`);
  }

  /** @throws {FormatError} when the array is not one of numbers. */
  async readNumbers(name: string): Promise<FileArray> {
    const array = await this.read(name);
    if (array.dtype === "object")
      throw new FormatError(`${this.#where}: array "${name}": expected numbers, there are Python objects`);
    return array;
  }
}

/** A `.npz` file of named arrays, not compressed. */
export function writeNpz(arrays: Readonly<Record<string, FileArray>>): Uint8Array {
  return writeZip(
    Object.entries(arrays).map(([name, array]) => ({ name: `${name}.npy`, data: writeNpy(array) })),
  );
}
