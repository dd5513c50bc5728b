import { appendToFile } from "../util/platform/index.ts";

/** A named number at a step. */
export interface ScalarEvent {
  readonly tag: string;
  readonly value: number;
  readonly step: number;
}

/** How values are spread: counts of those below each limit and not below the one before. */
export interface HistogramEvent {
  readonly tag: string;
  readonly step: number;
  readonly values: ArrayLike<number>;
}

const crcTable: readonly number[] = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32C (Castagnoli). */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** As TFRecord files have it, so that checksums of checksums do not go wrong. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One record of a TFRecord file: length, its checksum, data, their checksum. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** Writes protocol buffers, field by field. */
class Message {
  readonly #bytes: number[] = [];

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  integer(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#varint(field * 8 + 1);
    this.#bytes.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#bytes.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  bytes(field: number, content: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(content.length);
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }

  text(field: number, content: string): this {
    return this.bytes(field, new TextEncoder().encode(content));
  }

  doubles(field: number, values: readonly number[]): this {
    return this.bytes(field, new Uint8Array(Float64Array.from(values).buffer));
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** A file of events that TensorBoard reads. @see tensorboard `event.proto`, `summary.proto`, TFRecord's format */
export class EventFile {
  readonly #path: string;
  readonly #now: () => number;
  #pending: Uint8Array[] = [];

  /** @param now - The wall clock, in seconds. */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#add(new Message().double(1, now()).text(3, "brain.Event:2"));
  }

  scalar({ tag, value, step }: ScalarEvent): void {
    const content = new Message().text(1, tag).float(2, value).finish();
    this.#add(
      new Message()
        .double(1, this.#now())
        .integer(2, step)
        .bytes(5, new Message().bytes(1, content).finish()),
    );
  }

  histogram({ tag, values, step }: HistogramEvent): void {
    const content = new Message().text(1, tag).bytes(5, histogramOf(values)).finish();
    this.#add(
      new Message()
        .double(1, this.#now())
        .integer(2, step)
        .bytes(5, new Message().bytes(1, content).finish()),
    );
  }

  /** A model's description, from which TensorBoard draws its layers. */
  kerasModel(tag: string, json: string, step: number): void {
    const stringType = 7; // DT_STRING
    const tensor = new Message().integer(1, stringType).bytes(2, new Uint8Array()).text(8, json).finish();
    const plugin = new Message().text(1, "graph_keras_model").text(2, "1").finish();
    const metadata = new Message().bytes(1, plugin).finish();
    const content = new Message().text(1, tag).bytes(8, tensor).bytes(9, metadata).finish();
    this.#add(
      new Message()
        .double(1, this.#now())
        .integer(2, step)
        .bytes(5, new Message().bytes(1, content).finish()),
    );
  }

  /** Writes what has been added since the last time. */
  async flush(): Promise<void> {
    const records = this.#pending;
    if (records.length === 0) return;
    this.#pending = [];
    const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const record of records) {
      bytes.set(record, at);
      at += record.length;
    }
    await appendToFile(this.#path, bytes);
  }

  #add(event: Message): void {
    this.#pending.push(tfRecord(event.finish()));
  }
}

/** `HistogramProto` with 30 buckets of equal width. */
function histogramOf(values: ArrayLike<number>): Uint8Array {
  let [low, high, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i] ?? 0;
    low = Math.min(low, x);
    high = Math.max(high, x);
    sum += x;
    squares += x * x;
  }
  if (values.length === 0) [low, high] = [0, 0];
  const count = 30;
  const width = (high - low) / count || 1;
  const buckets = Array.from({ length: count }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const bucket = Math.min(count - 1, Math.floor(((values[i] ?? 0) - low) / width));
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  const limits = buckets.map((_, i) =>
    i === count - 1 ? Math.max(high, low + width) : low + (i + 1) * width,
  );
  return new Message()
    .double(1, low)
    .double(2, high)
    .double(3, values.length)
    .double(4, sum)
    .double(5, squares)
    .doubles(6, limits)
    .doubles(7, buckets)
    .finish();
}
