import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { describeSharedData, sharedDataPath } from "../../test/support/golden.ts";
import type { FileArray } from "../codec/array.ts";
import { gzip } from "../codec/inflate.ts";
import { writeNpy } from "../codec/npy.ts";
import { writeNpz } from "../codec/npz.ts";
import { writeZip } from "../codec/zip-write.ts";
import { DataError, FormatError, OptionError } from "../util/errors.ts";
import { readCifarBatch, joinCifarBatches } from "./cifar.ts";
import {
  bostonHousing,
  californiaHousing,
  cifar100,
  digits,
  fashionMnist,
  imdb,
  mnist,
  reuters,
} from "./index.ts";

let home = "";
const put = (name: string, bytes: Uint8Array): Promise<void> =>
  writeFile(join(home, "datasets", name), bytes);
const bytes = (shape: number[], data: number[]): FileArray => ({
  shape,
  dtype: "uint8",
  data: Uint8Array.from(data),
});
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A pickled NumPy array of lists, as `np.savez` writes it (protocol 0, for legibility). */
function pickledLists(lists: number[][]): Uint8Array {
  const items = lists.map((list) => `(l${list.map((word) => `I${word}\na`).join("")}a`).join("");
  const pickle = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I${lists.length}\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI63\ntbI00\n(l${items}tb.`;
  const header = writeNpy({ shape: [lists.length], dtype: "uint8", data: new Uint8Array(lists.length) });
  const text = String.fromCharCode(...header.subarray(0, header.length - lists.length)).replace(
    "'|u1'",
    "'|O' ",
  );
  return latin1(text + pickle);
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "antler-datasets-"));
  await mkdir(join(home, "datasets", "fashion-mnist"), { recursive: true });
  vi.stubEnv("KERAS_HOME", home);
  return async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  };
});

describe("datasets", () => {
  test("mnist, from a file in the cache", async () => {
    const images = bytes(
      [2, 28, 28],
      Array.from({ length: 2 * 784 }, (_, i) => i % 251),
    );
    const one = bytes(
      [1, 28, 28],
      Array.from({ length: 784 }, () => 9),
    );
    await put(
      "mnist.npz",
      writeNpz({ x_train: images, y_train: bytes([2], [3, 7]), x_test: one, y_test: bytes([1], [5]) }),
    );
    const [[xTrain, yTrain], [xTest, yTest]] = await mnist.loadData();
    expect([xTrain.shape, xTrain.dtype, yTrain.shape, xTest.shape]).toEqual([
      [2, 28, 28],
      "uint8",
      [2],
      [1, 28, 28],
    ]);
    expect(await xTrain.data()).toEqual(images.data);
    expect(await yTest.data()).toEqual(Uint8Array.of(5));
    await put("other.npz", writeNpz({ x_train: one }));
    await expect(mnist.loadData("other.npz")).rejects.toThrow(/other.npz: member "y_train.npy" is missing/);
    await put("other.npz", writeNpz({ x_train: bytes([2, 2], [1, 2, 3, 4]) }));
    await expect(mnist.loadData({ path: "other.npz" })).rejects.toThrow(
      /expected an array of shape \(…, 28, 28\), received \(2, 2\)/,
    );
    await expect(mnist.loadData("../x")).rejects.toThrow(OptionError);
  });

  test("fashionMnist, from four idx files", async () => {
    for (const [name, count] of [
      ["train", 3],
      ["t10k", 1],
    ] as const) {
      const images = [
        0,
        0,
        8,
        3,
        0,
        0,
        0,
        count,
        0,
        0,
        0,
        28,
        0,
        0,
        0,
        28,
        ...Array.from({ length: count * 784 }, (_, i) => i & 255),
      ];
      await put(`fashion-mnist/${name}-images-idx3-ubyte.gz`, await gzip(Uint8Array.from(images)));
      const labels = Array.from({ length: count }, (_, i) => i);
      await put(
        `fashion-mnist/${name}-labels-idx1-ubyte.gz`,
        await gzip(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, count, ...labels])),
      );
    }
    const [[xTrain, yTrain], [xTest]] = await fashionMnist.loadData();
    expect([xTrain.shape, xTest.shape]).toEqual([
      [3, 28, 28],
      [1, 28, 28],
    ]);
    expect(await yTrain.data()).toEqual(Uint8Array.of(0, 1, 2));
  });

  test("cifar batches: planes become pixels", async () => {
    const planes = String.fromCharCode(
      ...Array.from({ length: 3072 }, (_, i) => (i < 1024 ? 1 : i < 2048 ? 2 : i === 2048 ? 7 : 3)),
    );
    const dtype = "cnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb";
    const array = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I1\nI3072\nt${dtype}I00\nT\x00\x0c\x00\x00${planes}tb`;
    const batch = readCifarBatch(latin1(`(dS'data'\n${array}sS'labels'\n(lI4\nas.`), "labels", "batch");
    const [x, y] = joinCifarBatches([batch, batch]);
    expect([x.shape, y.shape]).toEqual([
      [2, 32, 32, 3],
      [2, 1],
    ]);
    expect((await x.data()).slice(0, 6)).toEqual(Uint8Array.of(1, 2, 7, 1, 2, 3));
    expect(await y.data()).toEqual(Uint8Array.of(4, 4));
    expect(() => readCifarBatch(latin1("(dS'data'\nI1\ns."), "labels", "batch")).toThrow(FormatError);
    // @ts-expect-error: not one of the two
    await expect(cifar100.loadData("rough")).rejects.toThrow(/"fine", "coarse"/);
  });

  test("housing tables are shuffled and split as by NumPy", async () => {
    const x: FileArray = {
      shape: [10, 13],
      dtype: "float64",
      data: Float64Array.from({ length: 130 }, (_, i) => Math.floor(i / 13)),
    };
    const y: FileArray = {
      shape: [10],
      dtype: "float64",
      data: Float64Array.from({ length: 10 }, (_, i) => i),
    };
    await put("boston_housing.npz", writeNpz({ x, y }));
    const [[xTrain, yTrain], [, yTest]] = await bostonHousing.loadData();
    // np.random.RandomState(113).shuffle(np.arange(10))
    expect([...(await yTrain.data()), ...(await yTest.data())]).toEqual(housingOrder);
    expect([xTrain.shape, (await xTrain.data())[13]]).toEqual([[8, 13], housingOrder[1]]);
    const [[, all], [, none]] = await bostonHousing.loadData({ testSplit: 0 });
    expect([all.shape, none.shape]).toEqual([[10], [0]]);
    await expect(bostonHousing.loadData({ testSplit: 1 })).rejects.toThrow(/`testSplit`/);
    // @ts-expect-error: not one of the two
    await expect(californiaHousing.loadData("medium")).rejects.toThrow(OptionError);
  });

  test("imdb and reuters: the options that shape sequences", async () => {
    const lists = pickledLists([[1, 2, 3], [4, 900, 6, 7], [5]]);
    const labels = writeNpy({ shape: [3], dtype: "int64", data: BigInt64Array.of(0n, 1n, 0n) });
    await put(
      "imdb.npz",
      writeZip([
        { name: "x_train.npy", data: lists },
        { name: "y_train.npy", data: labels },
        { name: "x_test.npy", data: lists },
        { name: "y_test.npy", data: labels },
      ]),
    );
    // np.random.RandomState(113).shuffle(np.arange(3)) gives sequenceOrder
    const [[x, y], [xTest]] = await imdb.loadData();
    const plain = [
      [1, 4, 5, 6],
      [1, 7, 2, 9, 10],
      [1, 8],
    ];
    expect(x).toEqual(sequenceOrder.map((i) => plain[i]));
    expect(xTest).toEqual(x);
    expect([...(await y.data())]).toEqual(sequenceOrder.map((i) => [0n, 1n, 0n][i]));
    const [[limited]] = await imdb.loadData({
      numWords: 8,
      skipTop: 5,
      oovChar: null,
      startChar: null,
      indexFrom: 0,
    });
    expect(limited).toEqual(sequenceOrder.map((i) => [[], [6, 7], [5]][i]));
    const [[short, shortLabels]] = await imdb.loadData("imdb.npz", { maxlen: 4 });
    expect([short, shortLabels.shape]).toEqual([[[1, 2]], [1]]); // 5 + 3 is the largest word left, and "below the largest" leaves it out
    await expect(imdb.loadData({ maxlen: 1 })).rejects.toThrow(DataError);
    await put(
      "reuters.npz",
      writeZip([
        { name: "x.npy", data: lists },
        { name: "y.npy", data: labels },
      ]),
    );
    const [[train, trainLabels], [test]] = await reuters.loadData({ testSplit: 0.4 });
    expect([train.length, trainLabels.shape, test.length]).toEqual([1, [1], 2]);
    expect(reuters.getLabelNames()).toHaveLength(46);
    // @ts-expect-error: Keras's spelling of another language
    await expect(imdb.loadData({ num_words: 10 })).rejects.toThrow(/Did you mean `numWords`/);
  });
});

/** As NumPy 2.4 gives it. */
const housingOrder = [9, 3, 6, 1, 0, 7, 4, 8, 2, 5];
const sequenceOrder = [2, 0, 1];

describe("digits", () => {
  test("are the same for the same seed, begin alike in any number, and differ between train and test", async () => {
    const [[x, y], [xTest, yTest]] = await digits.loadData({ train: 300, test: 50, seed: 5 });
    expect([x.shape, x.dtype, y.shape, xTest.shape]).toEqual([[300, 28, 28], "uint8", [300], [50, 28, 28]]);
    const [[again]] = await digits.loadData(40, 0, 5);
    expect(await again.data()).toEqual((await x.data()).slice(0, 40 * 784));
    const [[other]] = await digits.loadData({ train: 40, test: 0, seed: 6 });
    expect(await other.data()).not.toEqual(await again.data());
    expect(await xTest.data()).not.toEqual((await x.data()).slice(0, 50 * 784));
    expect(new Set([...(await y.data()), ...(await yTest.data())]).size).toBe(10);
    await expect(digits.loadData({ train: -1 })).rejects.toThrow(OptionError);
  });

  test("are dark ground with a connected-looking amount of ink near the middle", async () => {
    const [[x]] = await digits.loadData({ train: 500, test: 0 });
    const data = await x.data();
    for (let image = 0; image < 500; image++) {
      let [ink, column, border] = [0, 0, 0];
      for (let i = 0; i < 784; i++) {
        const value = Number(data[image * 784 + i]) / 255;
        ink += value;
        column += value * (i % 28);
        if (i < 28 || i >= 756) border += value;
      }
      expect(ink).toBeGreaterThan(15);
      expect(ink).toBeLessThan(260);
      expect(Math.abs(column / ink - 14)).toBeLessThan(4);
      expect(border).toBeLessThan(6);
    }
  });

  test("can be told apart, but not by a look at the average", async () => {
    const [[x, y], [xTest, yTest]] = await digits.loadData({ train: 3000, test: 500 });
    const means = Array.from({ length: 10 }, () => new Float64Array(784));
    const counts = new Array<number>(10).fill(0);
    const [train, labels] = [await x.data(), await y.data()];
    for (let image = 0; image < 3000; image++) {
      const mean = means[Number(labels[image])];
      counts[Number(labels[image])] = (counts[Number(labels[image])] ?? 0) + 1;
      if (mean !== undefined)
        for (let i = 0; i < 784; i++) mean[i] = (mean[i] ?? 0) + Number(train[image * 784 + i]);
    }
    const [test, truth] = [await xTest.data(), await yTest.data()];
    let right = 0;
    for (let image = 0; image < 500; image++) {
      const distances = means.map((mean, digit) => {
        let sum = 0;
        for (let i = 0; i < 784; i++)
          sum += ((mean[i] ?? 0) / (counts[digit] ?? 1) - Number(test[image * 784 + i])) ** 2;
        return sum;
      });
      if (distances.indexOf(Math.min(...distances)) === Number(truth[image])) right++;
    }
    expect(right / 500).toBeGreaterThan(0.6);
    expect(right / 500).toBeLessThan(0.92);
  });
});

describeSharedData("datasets, real files", "keras_home", () => {
  beforeEach(() => vi.stubEnv("KERAS_HOME", sharedDataPath("keras_home")));

  test("mnist", async () => {
    const [[xTrain, yTrain], [xTest, yTest]] = await mnist.loadData();
    expect([xTrain.shape, yTrain.shape, xTest.shape, yTest.shape]).toEqual([
      [60000, 28, 28],
      [60000],
      [10000, 28, 28],
      [10000],
    ]);
    expect((await yTrain.data()).slice(0, 5)).toEqual(Uint8Array.of(5, 0, 4, 1, 9));
    expect((await yTest.data()).slice(0, 5)).toEqual(Uint8Array.of(7, 2, 1, 0, 4));
  });

  test("bostonHousing", async () => {
    const [[xTrain, yTrain], [xTest]] = await bostonHousing.loadData();
    expect([xTrain.shape, xTest.shape, yTrain.dtype]).toEqual([[404, 13], [102, 13], "float64"]);
    // The first targets that Python Keras gives for this file.
    expect([...(await yTrain.data())].slice(0, 3)).toEqual([15.2, 42.3, 50]);
  });
});
