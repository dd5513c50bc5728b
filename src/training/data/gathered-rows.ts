import type { ScatteredArray } from "../../backend/contract.ts";
import { type HostArray, mapArrays } from "../../graph/compiled-function.ts";
import type { DType, TypedArray } from "../../ir/dtypes.ts";
import { RowCopier } from "../../ir/rows.ts";
import { sizeOf } from "../../ir/shape.ts";
import { type Batch, batchOf } from "./batch.ts";
import type { ArrayData } from "./array-data.ts";

/** An array of samples, of which batches take some. */
export class Samples {
  readonly array: HostArray;
  /** Numbers of one sample. */
  readonly rowSize: number;
  readonly #rows: RowCopier;
  /** Room for batches that are made before they are used, and while the one before is. */
  readonly #rooms: (TypedArray | undefined)[] = [];

  constructor(array: HostArray) {
    this.array = array;
    this.rowSize = sizeOf(array.shape.slice(1));
    this.#rows = new RowCopier(array.data, this.rowSize);
  }

  /** Room for one of two batches at a time. */
  roomFor(samples: number, which: 0 | 1): TypedArray {
    const size = samples * this.rowSize;
    let room = this.#rooms[which];
    if (room === undefined || room.length < size) {
      room = this.array.data.slice(0, size);
      this.#rooms[which] = room;
    }
    return room.subarray(0, size);
  }

  /** Writes the samples at `order[from … to − 1]` one after the other. */
  write(target: TypedArray, order: Uint32Array, from: number, to: number): void {
    this.#rows.write(target, order, from, to);
  }
}

/** Some samples, in the order of a permutation: written where a program reads them, without an array in between. */
export class GatheredRows implements HostArray, ScatteredArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly length: number;
  readonly #samples: Samples;
  readonly #order: Uint32Array;
  readonly #from: number;
  readonly #to: number;
  readonly #room: 0 | 1;
  #data: TypedArray | null = null;

  /** The samples at `order[from … to − 1]`; `room` tells which of two batches this is. */
  constructor(samples: Samples, order: Uint32Array, from: number, to: number, room: 0 | 1) {
    const { shape, dtype } = samples.array;
    this.shape = [to - from, ...shape.slice(1)];
    this.dtype = dtype;
    this.length = (to - from) * samples.rowSize;
    this.#samples = samples;
    this.#order = order;
    this.#from = from;
    this.#to = to;
    this.#room = room;
  }

  get whole(): HostArray {
    return this.#samples.array;
  }

  get data(): TypedArray {
    if (this.#data === null) {
      this.#data = this.#samples.roomFor(this.#to - this.#from, this.#room);
      this.#samples.write(this.#data, this.#order, this.#from, this.#to);
    }
    return this.#data;
  }

  writeTo(target: TypedArray): void {
    // SAFETY: arrays of one dtype.
    if (this.#data !== null) (target as Float32Array).set(this.#data as Float32Array);
    else this.#samples.write(target, this.#order, this.#from, this.#to);
  }
}

/** Makes batches of samples in any order. */
export class Gatherer {
  readonly #samples = new Map<HostArray, Samples>();
  /** Which of two batches has the room. */
  #room: 0 | 1 = 0;

  /** The samples at `order[from … to − 1]`. */
  take({ x, y, sampleWeight }: ArrayData, order: Uint32Array, from: number, to: number): Batch {
    this.#room = this.#room === 0 ? 1 : 0;
    const take = (array: HostArray): HostArray =>
      new GatheredRows(this.#samplesOf(array), order, from, to, this.#room);
    return batchOf(
      mapArrays(x, take),
      y === null ? null : mapArrays(y, take),
      sampleWeight === null ? null : mapArrays(sampleWeight, take),
    );
  }

  #samplesOf(array: HostArray): Samples {
    let samples = this.#samples.get(array);
    if (samples === undefined) {
      samples = new Samples(array);
      this.#samples.set(array, samples);
    }
    return samples;
  }
}

/** Brings the samples of a batch together now, where that is still to be done. */
export function gatherNow(batch: Batch): void {
  mapArrays({ ...batch }, ({ data }) => data);
}
