import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../test/support/cases.ts";
import { makeTensor } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, DTypeError, OptionError } from "../util/errors.ts";
import { setGlobalSeed } from "../util/seed.ts";
import { Dataset } from "./dataset.ts";

async function collect<T>(data: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of data) all.push(element);
  return all;
}

/** Tensors as nested numbers, whatever they are nested in. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.arraySync();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 1));

/** The same elements at once and, by an async generator, later. */
const kinds: readonly [string, (n: number) => Dataset<number>][] = [
  ["at once", (n) => Dataset.fromIterable(numbers(n))],
  [
    "later",
    (n) =>
      Dataset.fromIterable(async function* () {
        for (let i = 0; i < n; i++) yield await Promise.resolve(i);
      }),
  ],
];

describe.each(kinds)("a pipeline over elements that come %s", (_name, of) => {
  it("maps, filters, takes and skips", async () => {
    const data = of(10).map((i) => i * 2).filter((i) => i % 4 === 0).skip(1).take(3); // prettier-ignore
    expect(await collect(data)).toEqual([4, 8, 12]);
    expect(await collect(data)).toEqual([4, 8, 12]);
    const late = of(6).map((i) => later(i + 1)).filter((i) => later(i > 2)); // prettier-ignore
    expect(await collect(late)).toEqual([3, 4, 5, 6]);
    expect(await collect(of(3).take(9))).toEqual([0, 1, 2]);
    expect(await collect(of(3).skip(9))).toEqual([]);
    expect(await collect(of(3).take(0))).toEqual([]);
  });

  it("batches and unbatches, whatever the sizes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 8 }), async (n, size) => {
        const batches = await collect(of(n).batch(size));
        expect(batches.length).toBe(Math.ceil(n / size));
        expect(batches.flatMap((batch) => batch.arraySync())).toEqual(numbers(n));
        const whole = await collect(of(n).batch(size, { dropRemainder: true }));
        expect(whole.map((batch) => batch.shape)).toEqual(numbers(Math.floor(n / size)).map(() => [size]));
        const again = await collect(of(n).batch(size).unbatch());
        expect(again.map((element) => element.item())).toEqual(numbers(n));
      }),
      cases(30),
    );
  });

  it("repeats, also without end, and never over nothing", async () => {
    expect(await collect(of(2).repeat(3))).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await collect(of(2).repeat().take(5))).toEqual([0, 1, 0, 1, 0]);
    expect(await collect(of(2).repeat(0))).toEqual([]);
    expect(await collect(of(0).repeat())).toEqual([]);
    expect(await collect(of(4).repeat().skip(6).take(2))).toEqual([2, 3]);
  });

  it("prefetches and maps in parallel without changing what comes, or its order", async () => {
    expect(await collect(of(20).prefetch(3))).toEqual(numbers(20));
    expect(await collect(of(20).prefetch(1))).toEqual(numbers(20));
    expect(await collect(of(0).prefetch(2))).toEqual([]);
    let now = 0;
    let most = 0;
    const slow = of(12).map(
      async (i) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 12 - i));
        now--;
        return i;
      },
      { parallel: 3 },
    );
    expect(await collect(slow.prefetch(2))).toEqual(numbers(12));
    expect(most).toBe(3);
  });

  it("zips to the shortest", async () => {
    expect(await collect(of(3).zip(of(5), of(4).map(String)))).toEqual([
      [0, 0, "0"],
      [1, 1, "1"],
      [2, 2, "2"],
    ]);
  });

  it("hands errors on", async () => {
    const failing = of(5).map((i) => {
      if (i === 3) throw new RangeError("three");
      return i;
    });
    for (const data of [failing, failing.prefetch(2), failing.batch(5), failing.shuffle(2), failing.repeat()])
      await expect(collect<unknown>(data)).rejects.toThrow(RangeError);
    await expect(collect(of(5).map((i) => (i === 3 ? Promise.reject(new RangeError("three")) : i), { parallel: 2 }))).rejects.toThrow(RangeError); // prettier-ignore
  });

  it("shuffles within its buffer, by seed", async () => {
    const data = of(30).shuffle(30, { seed: 5 });
    const [first, second] = [await collect(data), await collect(data)];
    for (const order of [first, second]) {
      expect(order).not.toEqual(numbers(30));
      expect(order.toSorted((a, b) => a - b)).toEqual(numbers(30));
    }
    expect(second).not.toEqual(first);
    const again = of(30).shuffle(Infinity, { seed: 5 });
    expect([await collect(again), await collect(again)]).toEqual([first, second]);
    const fixed = of(30).shuffle(30, { seed: 5, reshuffleEachIteration: false });
    expect([await collect(fixed), await collect(fixed)]).toEqual([first, first]);
    // An element cannot come before it is in the buffer.
    const near = await collect(of(30).shuffle(4, { seed: 1 }));
    near.forEach((element, place) => expect(element).toBeLessThan(place + 4));
    expect(await collect(of(5).shuffle(1))).toEqual(numbers(5));
  });
});

describe("Dataset", () => {
  it("follows the global seed", async () => {
    const orders: number[][] = [];
    for (const seed of [7, 7, 8]) {
      setGlobalSeed(seed);
      orders.push(await collect(Dataset.fromIterable(numbers(20)).shuffle(20)));
    }
    setGlobalSeed(null);
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).not.toEqual(orders[0]);
  });

  it("shuffles uniformly", async () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const rounds = 4000;
    const data = Dataset.fromIterable(numbers(4)).shuffle(4, { seed: 11 });
    for (let round = 0; round < rounds; round++) {
      (await collect(data)).forEach((element, place) => {
        const row = counts[place] ?? [];
        row[element] = (row[element] ?? 0) + 1;
      });
    }
    const allowed = 4 * Math.sqrt(rounds * 0.25 * 0.75);
    for (const n of counts.flat()) expect(Math.abs(n - rounds / 4)).toBeLessThan(allowed);
  });

  it("slices tensors, typed arrays with shapes, and objects, and stacks them again", async () => {
    const x = { a: makeTensor([[1, 2], [3, 4], [5, 6]]), b: { data: Uint8Array.of(7, 8, 9), shape: [3, 1] } }; // prettier-ignore
    const data = Dataset.fromTensors(x, [0, 1, 0]);
    expect(plain(await collect(data.take(1)))).toEqual([[{ a: [1, 2], b: [7] }, 0]]);
    const [[first, y]] = (await collect(data.batch(2))) as [[{ a: Tensor; b: Tensor }, Tensor]];
    expect([first.a.shape, first.a.dtype, first.b.shape, first.b.dtype, y.shape]).toEqual([
      [2, 2],
      "float32",
      [2, 1],
      "uint8",
      [2],
    ]);
    expect(plain(await collect(data.batch(3)))).toEqual([
      [{ a: [[1, 2], [3, 4], [5, 6]], b: [[7], [8], [9]] }, [0, 1, 0]],
    ]); // prettier-ignore
    const wide = Dataset.fromTensors(BigInt64Array.of(1n, 2n ** 53n + 1n)).batch(2);
    expect((await collect(wide))[0]?.dataSync()).toEqual(BigInt64Array.of(1n, 2n ** 53n + 1n));
    expect(plain(await collect(Dataset.fromTensors([Float32Array.of(1, 2), Int32Array.of(3, 4)])))).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it("stacks nested numbers inside of tuples and objects", async () => {
    const data = Dataset.fromIterable([
      [[1, 2], 0],
      [[3, 4], 1],
    ]).batch(2);
    expect(plain(await collect(data))).toEqual([[[[1, 2], [3, 4]], [0, 1]]]); // prettier-ignore
    const flags = Dataset.fromIterable([{ x: [1], ok: true }, { x: [2], ok: false }]).batch(2); // prettier-ignore
    expect((await collect(flags))[0]?.ok.dtype).toBe("bool");
  });

  it("reads files, several at once, in order", async () => {
    const read: string[] = [];
    const data = Dataset.fromFiles(["a", "bb", "ccc"], async (path) => {
      read.push(path);
      return later(path.length);
    });
    expect(data.cardinality).toBe(3);
    expect(read).toEqual([]);
    expect(await collect(data)).toEqual([1, 2, 3]);
  });

  it("keeps what a whole pass gave", async () => {
    let calls = 0;
    const data = Dataset.fromIterable(numbers(4)).filter(() => ++calls > 0).cache(); // prettier-ignore
    expect(await collect(data.take(2))).toEqual([0, 1]);
    expect(data.cardinality).toBeNull();
    const before = calls;
    expect(await collect(data)).toEqual(numbers(4));
    expect(calls).toBe(before + 4);
    expect(await collect(data)).toEqual(numbers(4));
    expect(calls).toBe(before + 4);
    expect(data.cardinality).toBe(4);
  });

  it("runs ahead no further than asked, and closes what it opened", async () => {
    let made = 0;
    let closed = 0;
    const source = Dataset.fromIterable(async function* () {
      try {
        for (;;) yield await later(made++);
      } finally {
        closed++;
      }
    });
    const iterator = source.prefetch(3)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(made).toBe(4);
    await iterator.return?.(undefined);
    expect(closed).toBe(1);
    await collect(source.take(2));
    await collect(source.batch(2).repeat().map((batch) => batch, { parallel: 2 }).take(1)); // prettier-ignore
    expect(closed).toBe(3);
  });

  it("knows its cardinality where it can be known", () => {
    const ten = Dataset.fromIterable(numbers(10));
    const many = ten.batch(4).map((x) => x).shuffle(2).prefetch(); // prettier-ignore
    expect(many.cardinality).toBe(3);
    expect(ten.batch(4, { dropRemainder: true }).cardinality).toBe(2);
    expect([ten.repeat(2).cardinality, ten.repeat().cardinality, ten.repeat().take(7).cardinality]).toEqual([20, Infinity, 7]); // prettier-ignore
    expect([ten.skip(3).cardinality, ten.skip(11).cardinality, ten.take(4).cardinality]).toEqual([7, 0, 4]);
    expect([ten.filter(() => true).cardinality, ten.batch(2).unbatch().cardinality]).toEqual([null, null]);
    expect([ten.zip(ten.repeat()).cardinality, ten.zip(ten.filter(() => true)).cardinality]).toEqual([10, null]); // prettier-ignore
    expect(Dataset.fromIterable(() => numbers(3)).cardinality).toBeNull();
  });

  it("says what is wrong", async () => {
    const ten = Dataset.fromIterable(numbers(10));
    expect(() => ten.batch(0)).toThrow(OptionError);
    expect(() => ten.batch(2, { dropReminder: true } as object)).toThrow(/did you mean `dropRemainder`/i);
    expect(() => ten.shuffle(2.5)).toThrow(OptionError);
    expect(() => ten.shuffle(2, { seed: 0.5 })).toThrow(OptionError);
    expect(() => ten.take(-1)).toThrow(OptionError);
    expect(() => ten.map(3 as never)).toThrow(OptionError);
    expect(() => Dataset.fromTensors(makeTensor([1, 2]), makeTensor([1, 2, 3]))).toThrow(/as many samples/);
    expect(() => Dataset.fromTensors({ a: [1, 2], b: [1] })).toThrow(/x\.b.*2 samples/);
    expect(() => Dataset.fromTensors(3)).toThrow(/first axis/);
    expect(() => Dataset.fromTensors({ data: new Float32Array(5), shape: [2, 3] })).toThrow(/6 elements/);
    expect(() => Dataset.fromIterable(3 as never)).toThrow(DataError);
    await expect(collect(Dataset.fromIterable([null]).batch(1))).rejects.toThrow(/received null/);
    await expect(collect(Dataset.fromIterable([[[1, 2]], [[1]]]).batch(2))).rejects.toThrow(/element\[0\]: expected shape \[2\]/); // prettier-ignore
    await expect(collect(Dataset.fromIterable([{ a: 1 }, { b: 1 }]).batch(2))).rejects.toThrow(/alike/);
    const mixed = Dataset.fromIterable<Float32Array | Int32Array>([Float32Array.of(1), Int32Array.of(1)]);
    await expect(collect(mixed.batch(2))).rejects.toThrow(DTypeError);
    const once = Dataset.fromIterable(numbers(3).values());
    expect(await collect(once)).toEqual([0, 1, 2]);
    await expect(collect(once)).rejects.toThrow(/only once/);
  });
});

describe("rows of arrays", () => {
  const width = 40;
  const x = Float32Array.from({ length: 23 * width }, (_, i) => i);
  const y = { data: BigInt64Array.from({ length: 23 }, (_, i) => BigInt(i)), shape: [23] };
  const image = { data: Uint8Array.from({ length: 23 * 6 }, (_, i) => i), shape: [23, 2, 3] };
  const forms: Readonly<Record<string, Dataset<unknown>>> = {
    "an array": Dataset.fromTensors({ data: x, shape: [23, width] }),
    "inputs and targets": Dataset.fromTensors({ data: x, shape: [23, width] }, y),
    "nested inputs": Dataset.fromTensors({ a: image, b: [y, image] }, y, { data: x, shape: [23, 5, 8] }),
  };

  it.each(Object.entries(forms))("make the same batches as their elements: %s", async (_name, rows) => {
    const elements = Dataset.fromIterable(await collect(rows));
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("shuffle" as const),
        size: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(Infinity)),
        seed: fc.nat(),
      }),
      fc.record({
        kind: fc.constantFrom("take" as const, "skip" as const),
        size: fc.nat({ max: 25 }),
        seed: fc.nat(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 3 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (steps, size, dropRemainder) => {
          const [expected, actual] = [elements, rows].map((source) =>
            steps
              .reduce<Dataset<unknown>>(
                (data, { kind, size: n, seed }) =>
                  kind === "shuffle" ? data.shuffle(n, { seed }) : data[kind](n),
                source,
              )
              .batch(size, { dropRemainder }),
          );
          if (expected === undefined || actual === undefined) return;
          // Two passes: orders differ from one to the next.
          for (let pass = 0; pass < 2; pass++)
            expect((await collect(actual)).map(plain)).toEqual((await collect(expected)).map(plain));
        },
      ),
      cases(60),
    );
  });

  it("keeps texts as lists beside arrays", async () => {
    const rows = Dataset.fromTensors({ kind: ["a", "b", "c"], size: [1, 2, 3] }, [0, 1, 0]);
    const [first] = await collect(rows);
    expect(first?.[0].kind).toBe("a");
    const batches = await collect(
      rows.batch(2).map(([{ kind, size }, y]) => [kind.join(), size.arraySync(), y.arraySync()]),
    );
    expect(batches).toEqual([
      ["a,b", [1, 2], [0, 1]],
      ["c", [3], [0]],
    ]);
    expect(await collect(Dataset.fromIterable(["x", "y", "z"]).batch(2))).toEqual([["x", "y"], ["z"]]);
    expect(
      await collect(
        rows
          .batch(2)
          .unbatch()
          .map(([{ kind }]) => kind),
      ),
    ).toEqual(["a", "b", "c"]);
    await expect(collect(Dataset.fromIterable<unknown>(["x", 1]).batch(2))).rejects.toThrow(
      /numbers in some/,
    );
  });
});
