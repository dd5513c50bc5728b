/** The pieces of a file in the making, each at its address. */
export class FileImage {
  readonly #pieces: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;

  /** Puts bytes at the end, at a multiple of 8, and returns where. They may still be changed until the file is finished. */
  append(bytes: Uint8Array): number {
    const address = this.#end + (-this.#end & 7);
    this.#pieces.push({ address, bytes });
    this.#end = address + bytes.length;
    return address;
  }

  /** Where the next piece will go. */
  get next(): number {
    return this.#end + (-this.#end & 7);
  }

  finish(): Uint8Array {
    const file = new Uint8Array(this.next);
    for (const { address, bytes } of this.#pieces) file.set(bytes, address);
    return file;
  }
}
