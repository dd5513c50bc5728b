import { joinBytes } from "../util/join-bytes.ts";

/**
 * Writes a message of protocol buffers, field by field. Bytes given to it are kept, not copied, until `finish`.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #byteLength = 0;
  #pending: number[] = [];

  get byteLength(): number {
    return this.#byteLength + this.#pending.length;
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#pending.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#pending.push(Number(rest));
  }

  #tag(field: number, wireType: 0 | 1 | 2 | 5): void {
    this.#varint(BigInt(field * 8 + wireType));
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    this.#parts.push(Uint8Array.from(this.#pending));
    this.#byteLength += this.#pending.length;
    this.#pending = [];
  }

  /** A field of type int32, int64, bool or an enum; negative numbers as two's complement of 64 bits. */
  int(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#varint(BigInt(value));
    return this;
  }

  /** A field of type float. */
  float(field: number, value: number): this {
    this.#tag(field, 5);
    this.#pending.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  /** A field of type double. */
  double(field: number, value: number): this {
    this.#tag(field, 1);
    this.#pending.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.byteLength));
    this.#flush();
    this.#parts.push(value);
    this.#byteLength += value.byteLength;
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtoWriter): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.byteLength));
    this.#flush();
    value.#flush();
    for (const part of value.#parts) this.#parts.push(part);
    this.#byteLength += value.#byteLength;
    return this;
  }

  finish(): Uint8Array {
    this.#flush();
    return joinBytes(this.#parts);
  }
}
