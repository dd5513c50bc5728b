import { describe, expect, it } from "vitest";
import { Dataset } from "../data/dataset.ts";
import { Add, Dense, Input } from "../layers/index.ts";
import { makeTensor } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { getSourceInputs } from "./get-source-inputs.ts";
import { splitDataset } from "./split-dataset.ts";
import { timeseriesDatasetFromArray } from "./timeseries-dataset-from-array.ts";

async function collect<T>(data: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of data) all.push(element);
  return all;
}

function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.arraySync();
  return Array.isArray(value) ? value.map(plain) : value;
}

const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

describe("timeseriesDatasetFromArray", () => {
  it("takes the windows that Keras's documentation lists", async () => {
    const data = timeseriesDatasetFromArray(Int32Array.from(range(99)), null, 10, {
      samplingRate: 2,
      sequenceStride: 3,
    });
    const [batch] = await collect(data);
    expect(data.cardinality).toBe(1);
    expect([batch?.shape, batch?.dtype]).toEqual([[27, 10], "int32"]);
    const rows = plain(batch) as number[][];
    expect(rows[0]).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(rows[1]?.[0]).toBe(3);
    expect(rows.at(-1)).toEqual([78, 80, 82, 84, 86, 88, 90, 92, 94, 96]);
  });

  it("pairs windows with the targets of their beginnings", async () => {
    const series = makeTensor(range(12).map((i) => [i, -i]));
    const data = timeseriesDatasetFromArray(series, range(8, 100), 3, { batchSize: 5 });
    const all = await collect(data);
    expect(all.map(([x, y]) => [x.shape, y.shape])).toEqual([
      [[5, 3, 2], [5]],
      [[3, 3, 2], [3]],
    ]);
    expect(plain(all[1]?.[0].at(2))).toEqual([[7, -7], [8, -8], [9, -9]]); // prettier-ignore
    expect(plain(all[1]?.[1])).toEqual([105, 106, 107]);
  });

  it("counts both from startIndex and ends before endIndex", async () => {
    const data = timeseriesDatasetFromArray(range(20), range(20, 50), {
      sequenceLength: 2,
      startIndex: 4,
      endIndex: 8,
      batchSize: null,
    });
    expect(plain(await collect(data))).toEqual([
      [[4, 5], 54],
      [[5, 6], 55],
      [[6, 7], 56],
    ]);
    const few = timeseriesDatasetFromArray(range(20), range(6), 2, { startIndex: 4, batchSize: null });
    expect(few.cardinality).toBe(2);
  });

  it("keeps 64-bit integers and shapes of flat data", async () => {
    const wide = timeseriesDatasetFromArray(BigInt64Array.of(1n, 2n ** 53n + 1n, 3n), null, 2);
    expect((await collect(wide))[0]?.dataSync()).toEqual(
      BigInt64Array.of(1n, 2n ** 53n + 1n, 2n ** 53n + 1n, 3n),
    );
    const flat = timeseriesDatasetFromArray({ data: Float32Array.from(range(6)), shape: [3, 2] }, null, 2);
    expect(plain(await collect(flat))).toEqual([[[[0, 1], [2, 3]], [[2, 3], [4, 5]]]]); // prettier-ignore
  });

  it("shuffles by seed, windows and targets alike", async () => {
    const of = (seed: number): Dataset<[Tensor, Tensor]> =>
      timeseriesDatasetFromArray(range(40), range(40), 2, { shuffle: true, seed, batchSize: 40 });
    const first = plain(await collect(of(1))) as [number[][], number[]][];
    const [[x, y] = [[], []]] = first;
    expect(x.map(([begin]) => begin)).toEqual(y);
    expect(y).not.toEqual(range(39));
    expect(y.toSorted((a, b) => a - b)).toEqual(range(39));
    expect(plain(await collect(of(1)))).toEqual(first);
    expect(plain(await collect(of(2)))).not.toEqual(first);
  });

  it("says what is wrong", () => {
    const make = (options: object): unknown => timeseriesDatasetFromArray(range(10), null, 3, options);
    expect(() => make({ sequenceStride: 10 })).toThrow(/below the length of the data, 10/);
    expect(() => make({ samplingRate: 0 })).toThrow(OptionError);
    expect(() => make({ startIndex: 10 })).toThrow(/from 0 to 9/);
    expect(() => make({ startIndex: 4, endIndex: 4 })).toThrow(/from 5 to 9/);
    expect(() => make({ batchsize: 2 })).toThrow(/did you mean `batchSize`/i);
    expect(() => make({ format: "tf" })).toThrow(/unknown option/);
    expect(() => make({ samplingRate: 5 })).toThrow(DataError);
    expect(() => timeseriesDatasetFromArray("abc" as never, null, 3)).toThrow(DataError);
    expect(() => timeseriesDatasetFromArray(makeTensor(3), null, 3)).toThrow(/first axis/);
  });
});

describe("splitDataset", () => {
  const x = makeTensor(range(10).map((i) => [i, i]));
  const ys = Float32Array.from(range(10, 50));

  it("splits arrays, data sets and their pairs", async () => {
    const [left, right] = await splitDataset([x, ys], { leftSize: 0.8 });
    expect([left.cardinality, right.cardinality]).toEqual([8, 2]);
    expect(plain(await collect(right))).toEqual([[[8, 8], 58], [[9, 9], 59]]); // prettier-ignore
    const [some, rest] = await splitDataset(Dataset.fromIterable(range(10)), { rightSize: 3 });
    expect([await collect(some), await collect(rest)]).toEqual([range(7), range(3, 7)]);
    // The last ones, whatever the first part leaves out.
    const [first, last] = await splitDataset(Dataset.fromIterable(range(10)), {
      leftSize: 2,
      rightSize: 0.3,
    });
    expect([await collect(first), await collect(last)]).toEqual([range(2), range(3, 7)]);
    const [half] = await splitDataset(Dataset.fromIterable(range(5)), { leftSize: 0.5 });
    expect(half.cardinality).toBe(2);
  });

  it("shuffles by seed and loses nothing", async () => {
    const orders: number[][] = [];
    for (const seed of [3, 3, 4]) {
      const parts = await splitDataset(Dataset.fromIterable(range(20)), { leftSize: 5, shuffle: true, seed });
      orders.push([...(await collect(parts[0])), ...(await collect(parts[1]))]);
    }
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    expect(orders[0]).not.toEqual(range(20));
    expect(orders[0]?.toSorted((a, b) => a - b)).toEqual(range(20));
  });

  it("says what is wrong", async () => {
    const data = Dataset.fromIterable(range(10));
    for (const options of [
      {},
      { leftSize: 0 },
      { leftSize: 10 },
      { leftSize: 1.5 },
      { leftSize: 0.01 },
      { leftSize: 0.7, rightSize: 0.4 },
      { leftSize: 7, rightSize: 4 },
      { leftSize: 2, shufle: true },
      { leftSize: 2, seed: 0.5 },
    ])
      await expect(splitDataset(data, options), JSON.stringify(options)).rejects.toThrow(OptionError);
    await expect(splitDataset(data.take(0), { leftSize: 1 })).rejects.toThrow(DataError);
    await expect(splitDataset(data.repeat(), { leftSize: 1 })).rejects.toThrow(/no end/);
  });
});

describe("getSourceInputs", () => {
  it("gives each Input once, in the order in which they are met", () => {
    const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
    const y = Add()([Dense(2)(b), Add()([a, b])]);
    const found = getSourceInputs(y);
    expect([found.length, found[0] === b, found[1] === a]).toEqual([2, true, true]);
    expect(getSourceInputs(a)[0]).toBe(a);
    expect(() => getSourceInputs(makeTensor(1) as never)).toThrow(DataError);
  });

  it("takes time linear in the graph", () => {
    const input = Input({ shape: [2] });
    let y = Add()([input, input]);
    for (let i = 0; i < 60; i++) y = Add()([y, y]);
    expect(getSourceInputs(y).length).toBe(1);
  });
});
