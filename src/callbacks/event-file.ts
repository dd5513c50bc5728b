import { crc32c } from "../codec/checksums.ts";
import { ProtoWriter } from "../codec/proto-writer.ts";
import { joinBytes } from "../util/join-bytes.ts";
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

/** A file of events that TensorBoard reads. @see tensorboard `event.proto`, `summary.proto`, TFRecord's format */
export class EventFile {
  readonly #path: string;
  readonly #now: () => number;
  #pending: Uint8Array[] = [];

  /** @param now - The wall clock, in seconds. */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#add(new ProtoWriter().double(1, now()).text(3, "brain.Event:2"));
  }

  scalar({ tag, value, step }: ScalarEvent): void {
    const content = new ProtoWriter().text(1, tag).float(2, value).finish();
    this.#add(
      new ProtoWriter()
        .double(1, this.#now())
        .int(2, step)
        .bytes(5, new ProtoWriter().bytes(1, content).finish()),
    );
  }

  histogram({ tag, values, step }: HistogramEvent): void {
    const content = new ProtoWriter().text(1, tag).bytes(5, histogramOf(values)).finish();
    this.#add(
      new ProtoWriter()
        .double(1, this.#now())
        .int(2, step)
        .bytes(5, new ProtoWriter().bytes(1, content).finish()),
    );
  }

  /** A model's description, from which TensorBoard draws its layers. */
  kerasModel(tag: string, json: string, step: number): void {
    const stringType = 7; // DT_STRING
    const tensor = new ProtoWriter().int(1, stringType).bytes(2, new Uint8Array()).text(8, json).finish();
    const plugin = new ProtoWriter().text(1, "graph_keras_model").text(2, "1").finish();
    const metadata = new ProtoWriter().bytes(1, plugin).finish();
    const content = new ProtoWriter().text(1, tag).bytes(8, tensor).bytes(9, metadata).finish();
    this.#add(
      new ProtoWriter()
        .double(1, this.#now())
        .int(2, step)
        .bytes(5, new ProtoWriter().bytes(1, content).finish()),
    );
  }

  /** Writes what has been added since the last time. */
  async flush(): Promise<void> {
    const records = this.#pending;
    if (records.length === 0) return;
    this.#pending = [];
    await appendToFile(this.#path, joinBytes(records));
  }

  #add(event: ProtoWriter): void {
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
  return new ProtoWriter()
    .double(1, low)
    .double(2, high)
    .double(3, values.length)
    .double(4, sum)
    .double(5, squares)
    .bytes(6, new Uint8Array(Float64Array.from(limits).buffer))
    .bytes(7, new Uint8Array(Float64Array.from(buckets).buffer))
    .finish();
}
