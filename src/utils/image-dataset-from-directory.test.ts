import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Input, layers, Model, preprocessing, utils } from "../index.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { imageDatasetFromDirectory } from "./image-dataset-from-directory.ts";
import { saveImg } from "./image.ts";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "antler-images-"));
  for (const [name, value, count] of [
    ["cats", 40, 4],
    ["dogs", 200, 3],
  ] as const) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < count; i++) {
      const image = makeTensor(new Float32Array(4 * 6 * 3).fill(value + i), { shape: [4, 6, 3] });
      await saveImg(join(folder, name, `${i}.png`), image, { scale: false });
    }
  }
  writeFileSync(join(folder, "cats/note.txt"), "no image");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { verbose: false, imageSize: [4, 6] } as const;

async function collect<T>(data: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of data) all.push(element);
  return all;
}

const numbers = (tensor: Tensor): number[] => Array.from(tensor.dataSync(), Number);

describe("imageDatasetFromDirectory", () => {
  it("gives batches of images with the numbers of their folders", async () => {
    const data = await imageDatasetFromDirectory(folder, { ...quiet, shuffle: false, batchSize: 5 });
    expect([data.classNames, data.cardinality]).toEqual([["cats", "dogs"], 2]);
    expect(data.filePaths.map((path) => path.slice(folder.length + 1))).toEqual([
      "cats/0.png", "cats/1.png", "cats/2.png", "cats/3.png", "dogs/0.png", "dogs/1.png", "dogs/2.png",
    ]); // prettier-ignore
    const [first, second] = await collect(data);
    expect([first?.[0].dims, first?.[0].dtype]).toEqual([[5, 4, 6, 3], "float32"]);
    expect(numbers(first?.[1] ?? makeTensor(0))).toEqual([0, 0, 0, 0, 1]);
    expect(new Set(numbers(second?.[0] ?? makeTensor(0)))).toEqual(new Set([201, 202]));
  });

  it("takes sizes, colours, formats and labels of all kinds", async () => {
    const [gray] = await collect(
      await imageDatasetFromDirectory(folder, {
        ...quiet,
        imageSize: 3,
        colorMode: "grayscale",
        labels: null,
        batchSize: 7,
      }),
    );
    expect(gray?.dims).toEqual([7, 3, 3, 1]);
    const options = {
      ...quiet,
      dataFormat: "channels_first",
      colorMode: "rgba",
      labelMode: "categorical",
    } as const;
    const [one] = await collect(
      await imageDatasetFromDirectory(folder, { ...options, batchSize: null, shuffle: false }),
    );
    expect([one?.[0].dims, numbers(one?.[1] ?? makeTensor(0))]).toEqual([
      [4, 4, 6],
      [1, 0],
    ]);
    const padded = {
      ...quiet,
      imageSize: [6, 6],
      padToAspectRatio: true,
      batchSize: 1,
      shuffle: false,
    } as const;
    const [first] = await collect(await imageDatasetFromDirectory(folder, padded));
    const column = numbers(first?.[0] ?? makeTensor(0)).filter((_, i) => i % 18 === 0);
    expect(column).toEqual([0, 40, 40, 40, 40, 0]);
    const cropped = { ...quiet, imageSize: [4, 4], cropToAspectRatio: true, batchSize: 1 } as const;
    const [square] = await collect(await imageDatasetFromDirectory(folder, cropped));
    expect(square?.[0].dims).toEqual([1, 4, 4, 3]);
  });

  it("reads files of several formats beside each other", async () => {
    const mixed = mkdtempSync(join(tmpdir(), "antler-mixed-"));
    mkdirSync(join(mixed, "a"));
    for (const ending of ["png", "jpg", "JPEG"]) {
      const image = makeTensor(new Float32Array(4 * 6 * 3).fill(90), { shape: [4, 6, 3] });
      await saveImg(join(mixed, `a/0.${ending}`), image, { scale: false });
    }
    const [images] = await collect(await imageDatasetFromDirectory(mixed, { ...quiet, labels: null }));
    expect(images?.dims).toEqual([3, 4, 6, 3]);
    expect(new Set(numbers(images ?? makeTensor(0)))).toEqual(new Set([90]));
    rmSync(mixed, { recursive: true });
  });

  it("splits into parts without files in common, on which a model trains", async () => {
    utils.setRandomSeed(2);
    const options = { ...quiet, validationSplit: 0.3, subset: "both", seed: 1, batchSize: 2 } as const;
    const [train, validation] = await imageDatasetFromDirectory(folder, options);
    expect(new Set([...train.filePaths, ...validation.filePaths]).size).toBe(7);
    expect(validation.filePaths.length).toBe(2);
    const inputs = Input({ shape: [4, 6, 3] });
    const flat = layers.Flatten()(layers.Rescaling(1 / 255)(inputs));
    const model = Model({ inputs, outputs: layers.Dense(1, { activation: "sigmoid" })(flat) });
    model.compile({ optimizer: "adam", loss: "binary_crossentropy" });
    const { history } = await model.fit(train, { validationData: validation, epochs: 5, verbose: 0 });
    expect(history["loss"]?.at(-1)).toBeLessThan(Number(history["loss"]?.[0]));
    expect(history["val_loss"]?.length).toBe(5);
  });

  it("refuses options that do not go together, and files that are no pictures", async () => {
    const both = { ...quiet, padToAspectRatio: true, cropToAspectRatio: true } as const;
    await expect(imageDatasetFromDirectory(folder, both)).rejects.toThrow(/only one can be true/);
    await expect(imageDatasetFromDirectory(folder, { colormode: "rgb" } as never)).rejects.toThrow(
      /`colorMode`/,
    ); // SAFETY: a mistake on purpose
    await expect(imageDatasetFromDirectory(folder, { imageSize: [0, 2] })).rejects.toThrow(/imageSize/);
    const other = mkdtempSync(join(tmpdir(), "antler-jpeg-"));
    mkdirSync(join(other, "a"));
    await expect(imageDatasetFromDirectory(other, quiet)).rejects.toThrow(/\.png in/);
    writeFileSync(join(other, "a/x.jpg"), new Uint8Array([0xff, 0xd8, 0xff, 0xe0]));
    const data = await imageDatasetFromDirectory(other, quiet);
    await expect(collect(data)).rejects.toThrow(/JPEG/);
    rmSync(other, { recursive: true });
  });
});

describe("smartResize", () => {
  const { smartResize } = preprocessing.image;

  it("cuts off what does not fit, as Keras does", () => {
    const x = makeTensor(
      Float32Array.from({ length: 48 }, (_, i) => i),
      { shape: [4, 6, 2] },
    );
    // Computed by Keras 3.16.
    expect(numbers(smartResize(x, [2, 2]))).toEqual([9, 10, 13, 14, 33, 34, 37, 38]);
    expect(numbers(smartResize(x, [3, 6]))).toEqual(Array.from({ length: 36 }, (_, i) => i));
    const tall = [4, 5, 4, 5, 12.4, 13.4, 12.4, 13.4, 22, 23, 22, 23, 31.6, 32.6, 31.6, 32.6, 40, 41, 40, 41];
    numbers(smartResize(x, [5, 2])).forEach((value, i) => expect(value).toBeCloseTo(tall[i] ?? 0, 4));
    const batch = makeTensor(
      Float32Array.from({ length: 30 }, (_, i) => i),
      { shape: [2, 3, 5, 1] },
    );
    const small = smartResize(batch, [2, 1], { interpolation: "nearest" });
    expect([small.dims, numbers(small)]).toEqual([
      [2, 2, 1, 1],
      [2, 12, 17, 27],
    ]);
    const first = smartResize(batch, [2, 2], { dataFormat: "channels_first" });
    expect(first.dims).toEqual([2, 3, 2, 2]);
  });

  it("refuses other ranks and sizes", () => {
    expect(() => smartResize([[1]], [2, 2])).toThrow(/batch of images/);
    expect(() => smartResize([[[1]]], [2] as never)).toThrow(/\[height, width\]/); // SAFETY: a mistake on purpose
  });
});
