/** Collects little-endian numbers and bytes of one small structure. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(...values: number[]): this {
    this.#grow(values.length);
    values.forEach((value, i) => this.#view.setUint8(this.#length - values.length + i, value));
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A 64-bit number, or all bits set for `undefined`: "no address". */
  u64(value: number | undefined): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value === undefined ? 0xffffffffffffffffn : BigInt(value), true);
    return this;
  }

  ascii(text: string): this {
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
    return this;
  }

  bytes(data: Uint8Array): this {
    const at = this.#grow(data.length);
    this.#bytes.set(data, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Zeros up to a multiple of 8. */
  pad(): this {
    return this.zeros(-this.#length & 7);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
