import { Dataset } from "../data/dataset.ts";
import type { ArrayLeaf } from "../data/elements.ts";
import { allocate, type DType, type TypedArray } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import { isTensorHolder, isTypedArray, makeTensor, type NestedArray } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { bindArguments, isPlainObject } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { Permutations } from "../util/permutations.ts";
import { nextSeed } from "../util/seed.ts";

const where = "utils.timeseriesDatasetFromArray";

const names = ["data", "targets", "sequenceLength", "sequenceStride", "samplingRate", "batchSize", "shuffle", "seed", "startIndex", "endIndex"] as const; // prettier-ignore

export interface TimeseriesOptions {
  /** Steps between the beginnings of two windows. Default 1. */
  readonly sequenceStride?: number | undefined;
  /** Steps between two that a window takes. Default 1. */
  readonly samplingRate?: number | undefined;
  /** Windows of a batch; null: elements are single windows. Default 128. */
  readonly batchSize?: number | null | undefined;
  /** Default false. */
  readonly shuffle?: boolean | undefined;
  /** Of the order. Default: drawn from the global seed. */
  readonly seed?: number | null | undefined;
  /** Steps before it are not used. Default 0. */
  readonly startIndex?: number | null | undefined;
  /** This step and those after it are not used. Default: all are. */
  readonly endIndex?: number | null | undefined;
}

/** One array over time. */
export type TimeseriesInput = ArrayLeaf | NestedArray;

/**
 * Windows of a series, in batches, for `fit`: `[batch, sequenceLength, …]`, and with targets pairs of these and
 * `[batch, …]`.
 *
 * The window that begins at step `i` takes `i, i + samplingRate, …`; its target is `targets[i]`, counted from `startIndex`
 * both. Windows that would go beyond the end are left out.
 *
 * @param data - Its first axis is time.
 * @param targets - Null: there are none.
 * @param sequenceLength - Steps of a window.
 * @throws {OptionError} for an option that does not fit the series.
 * @throws {DataError} when there is no window.
 * @example
 * // From ten steps the next.
 * const windows = timeseriesDatasetFromArray(series.slice(0, -10), series.slice(10), 10, { batchSize: 32 });
 * @see Keras `utils/timeseries_dataset_utils.py`
 */
export function timeseriesDatasetFromArray(
  data: TimeseriesInput,
  targets: null | undefined,
  sequenceLength: number,
  options?: TimeseriesOptions,
): Dataset<Tensor>;
export function timeseriesDatasetFromArray(
  data: TimeseriesInput,
  targets: TimeseriesInput,
  sequenceLength: number,
  options?: TimeseriesOptions,
): Dataset<[Tensor, Tensor]>;
export function timeseriesDatasetFromArray(
  data: TimeseriesInput,
  targets: null | undefined,
  options: TimeseriesOptions & { readonly sequenceLength: number },
): Dataset<Tensor>;
export function timeseriesDatasetFromArray(
  data: TimeseriesInput,
  targets: TimeseriesInput,
  options: TimeseriesOptions & { readonly sequenceLength: number },
): Dataset<[Tensor, Tensor]>;
export function timeseriesDatasetFromArray(
  ...args: readonly unknown[]
): Dataset<Tensor> | Dataset<[Tensor, Tensor]> {
  const given = bindArguments(where, names, args, [], (name) => name === "data" || name === "targets");
  const series = readSeries("data", given["data"]);
  const targets = given["targets"];
  const answers = targets === undefined || targets === null ? null : readSeries("targets", targets);
  const length = positiveInteger(where, "sequenceLength", given["sequenceLength"]);
  const stride = checkStep("sequenceStride", given["sequenceStride"], series.count);
  const rate = checkStep("samplingRate", given["samplingRate"], series.count);
  const size = given["batchSize"] ?? (given["batchSize"] === null ? null : 128);
  const batchSize = size === null ? null : positiveInteger(where, "batchSize", size);
  const start = checkIndex("startIndex", given["startIndex"], 0, series.count - 1) ?? 0;
  const end = checkIndex("endIndex", given["endIndex"], start + 1, series.count - 1) ?? series.count;
  const seed = given["seed"] ?? null;
  if (seed !== null && !Number.isInteger(seed))
    throw new OptionError(`${where}: expected \`seed\` to be an integer, received ${String(seed)}.`);
  const firsts = Math.min(end - start - (length - 1) * rate, (answers?.count ?? Infinity) - start);
  if (firsts <= 0) {
    throw new DataError(
      `${where}: no window of ${length} steps at samplingRate = ${rate} fits into ${end - start} steps${answers === null ? "" : ` with ${answers.count} targets`}.`,
    );
  }
  const starts = Int32Array.from({ length: Math.ceil(firsts / stride) }, (_, i) => start + i * stride);
  const positions = shuffled(starts, given["shuffle"] === true, seed as number | null, batchSize); // SAFETY: by the check
  const rows = Int32Array.from({ length }, (_, i) => i * rate);
  const element = (first: Tensor): Tensor | [Tensor, Tensor] => {
    const windows = gather(series, first, rows);
    return answers === null ? windows : [windows, gather(answers, first, null)];
  };
  const grouped = batchSize === null ? positions : positions.batch(batchSize);
  // SAFETY: all elements are pairs, or none, as the overloads say.
  return grouped.map(element) as Dataset<Tensor> | Dataset<[Tensor, Tensor]>;
}

/** The beginnings of windows in the order in which they come. */
function shuffled(
  starts: Int32Array,
  isShuffled: boolean,
  given: number | null,
  batchSize: number | null,
): Dataset<Tensor> {
  if (!isShuffled) return Dataset.fromTensors(starts);
  const seed = given ?? nextSeed();
  const order = Uint32Array.from({ length: starts.length }, (_, i) => i);
  // All together once, then near ones anew in each pass, as in Keras.
  new Permutations(seed).shuffle(order);
  const mixed = Int32Array.from(order, (i) => starts[i] ?? 0);
  return Dataset.fromTensors(mixed).shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
}

/** An array over time. */
interface Series {
  readonly data: TypedArray;
  readonly dtype: DType;
  readonly count: number;
  /** Of one step. */
  readonly shape: readonly number[];
}

function readSeries(name: string, value: unknown): Series {
  const tensor = toTensor(name, value);
  const [count, ...shape] = tensor.dims;
  if (count === undefined || count === 0) {
    throw new DataError(
      `${where}: expected \`${name}\` to have time as its first axis, received ${count === 0 ? "no steps" : "one number"}.`,
    );
  }
  // SAFETY: a tensor's elements are a typed array of its dtype.
  return { data: tensor.storedSync() as TypedArray, dtype: tensor.dtype, count, shape };
}

function toTensor(name: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (isTensorHolder(value)) return value.toTensor();
  if (isTypedArray(value) || Array.isArray(value)) return makeTensor(value as NestedArray | TypedArray); // SAFETY: checked there
  if (isPlainObject(value) && isTypedArray(value["data"]) && Array.isArray(value["shape"]))
    return makeTensor(value["data"], { shape: value["shape"] as readonly number[] }); // SAFETY: checked there
  throw new DataError(
    `${where}: expected \`${name}\` to be a tensor, a typed array, { data, shape } or numbers, received ${String(value)}.`,
  );
}

/** The steps at `first + rows`, for one beginning or several; the step at `first` itself without rows. */
function gather({ data, dtype, shape }: Series, first: Tensor, rows: Int32Array | null): Tensor {
  const size = sizeOf(shape);
  const firsts = first.dataSync();
  const offsets = rows ?? [0];
  // SAFETY: source and target are arrays of one kind; numbers stand for bigints here.
  const out = allocate(dtype, firsts.length * offsets.length * size) as Float32Array;
  let at = 0;
  for (const begin of firsts) {
    for (const offset of offsets) {
      const from = (Number(begin) + offset) * size;
      out.set(data.subarray(from, from + size) as Float32Array, at); // SAFETY: as above
      at += size;
    }
  }
  return Tensor.fromData(out, [...first.dims, ...(rows === null ? [] : [rows.length]), ...shape], dtype);
}

function checkStep(name: string, value: unknown, count: number): number {
  if (value === undefined) return 1;
  const step = positiveInteger(where, name, value);
  if (step < count) return step;
  throw new OptionError(
    `${where}: expected \`${name}\` below the length of the data, ${count}, received ${step}.`,
  );
}

function checkIndex(name: string, value: unknown, from: number, to: number): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be an integer from ${from} to ${to}, received ${String(value)}.`,
  );
}
