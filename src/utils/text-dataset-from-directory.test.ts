import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { textDatasetFromDirectory } from "./text-dataset-from-directory.ts";

let folder = "";
const write = (path: string, text: string): void => {
  const full = join(folder, path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, text);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-texts-"));
  for (let i = 0; i < 6; i++) write(`good/${i}.txt`, `good ${i}`);
  for (let i = 0; i < 4; i++) write(`bad/${i}.TXT`, `bad ${i}`);
  write("bad/deep/er.txt", "bad deep");
  write("bad/note.md", "no text");
  write(".hidden/x.txt", "hidden");
  mkdirSync(join(folder, "../", `${folder.split("/").at(-1)}-linked`));
  writeFileSync(join(`${folder}-linked`, "far.txt"), "good far");
  symlinkSync(`${folder}-linked`, join(folder, "good/link"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${folder}-linked`, { recursive: true, force: true });
});

const quiet = { verbose: false } as const;

async function collect<T>(data: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of data) all.push(element);
  return all;
}

const numbers = (tensor: Tensor): number[] => Array.from(tensor.dataSync(), Number);

describe("textDatasetFromDirectory", () => {
  it("takes folders for classes, in order of name and path", async () => {
    const data = await textDatasetFromDirectory(folder, { ...quiet, shuffle: false, batchSize: 8 });
    expect([data.classNames, data.cardinality]).toEqual([["bad", "good"], 2]);
    const all = await collect(data);
    expect(all.flatMap(([texts]) => texts)).toEqual([
      "bad 0", "bad 1", "bad 2", "bad 3", "bad deep", "good 0", "good 1", "good 2", "good 3", "good 4", "good 5",
    ]); // prettier-ignore
    expect(all.map(([, labels]) => [labels.shape, labels.dtype])).toEqual([[[8], "int32"], [[3], "int32"]]); // prettier-ignore
    expect(all.flatMap(([, labels]) => numbers(labels))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  it("encodes labels, orders classes, cuts texts, follows links", async () => {
    const classNames = ["good", "bad"];
    const binary = await textDatasetFromDirectory(folder, {
      ...quiet, shuffle: false, labelMode: "binary", classNames, batchSize: 20, maxLength: 6, followLinks: true,
    }); // prettier-ignore
    const [[texts = [], labels] = []] = await collect(binary);
    expect(texts.slice(5)).toEqual(["good 5", "good f", "bad 0", "bad 1", "bad 2", "bad 3", "bad de"]);
    expect([labels?.shape, labels?.dtype]).toEqual([[12, 1], "float32"]);
    const categorical = await textDatasetFromDirectory(folder, {
      ...quiet, shuffle: false, labelMode: "categorical", batchSize: null,
    }); // prettier-ignore
    const singles = await collect(categorical);
    expect([singles.length, singles[5]?.[0]]).toEqual([11, "good 0"]);
    expect(singles.map(([, label]) => numbers(label).join(""))).toEqual(["10", "10", "10", "10", "10", "01", "01", "01", "01", "01", "01"]); // prettier-ignore
  });

  it("takes labels as given, or none", async () => {
    const labels = Array.from({ length: 12 }, (_, i) => (i % 3) * 10);
    const given = await textDatasetFromDirectory(folder, { ...quiet, shuffle: false, labels });
    expect(given.classNames).toEqual(["0", "10", "20"]);
    expect((await collect(given)).flatMap(([, own]) => numbers(own))).toEqual(labels);
    const none = await textDatasetFromDirectory(folder, { ...quiet, labels: null, batchSize: 5 });
    const texts = (await collect(none)).flat();
    expect([texts.length, none.classNames, texts.includes("hidden")]).toEqual([12, null, true]);
  });

  it("shuffles texts and labels alike, and splits without a file in common", async () => {
    const split = { ...quiet, validationSplit: 0.3, seed: 3, batchSize: 4 } as const;
    const [train, test] = await textDatasetFromDirectory(folder, { ...split, subset: "both" });
    const [one, other] = [await collect(train), await collect(test)];
    const all = [...one, ...other];
    for (const [texts, labels] of all)
      expect(texts.map((text) => (text.startsWith("good") ? 1 : 0))).toEqual(numbers(labels));
    const left = one.flatMap(([texts]) => texts);
    const right = other.flatMap(([texts]) => texts);
    expect([left.length, right.length, new Set([...left, ...right]).size]).toEqual([8, 3, 11]);
    expect(left).not.toEqual(left.toSorted());
    const training = await textDatasetFromDirectory(folder, { ...split, subset: "training" });
    const validation = await textDatasetFromDirectory(folder, { ...split, subset: "validation" });
    expect((await collect(training)).flatMap(([texts]) => texts)).toEqual(left);
    expect((await collect(validation)).flatMap(([texts]) => texts).toSorted()).toEqual(right.toSorted());
  });

  it("says what is wrong", async () => {
    const load = (options: object, path = folder): Promise<unknown> =>
      textDatasetFromDirectory(path, { ...quiet, ...options });
    await expect(load({}, join(folder, "none"))).rejects.toThrow(DataError);
    await expect(load({ classNames: ["good", "ugly"] })).rejects.toThrow(/"ugly"/);
    await expect(load({ classNames: ["good"], labelMode: "binary" })).rejects.toThrow(/exactly 2 classes/);
    await expect(load({ labels: [1, 2] })).rejects.toThrow(/12 files/);
    await expect(load({ labels: null, classNames: ["good"] })).rejects.toThrow(/classNames/);
    await expect(load({ labelMode: "float" })).rejects.toThrow(OptionError);
    await expect(load({ validationSplit: 0.2 })).rejects.toThrow(/`subset`/);
    await expect(load({ validationSplit: 0.2, subset: "training" })).rejects.toThrow(/`seed`/);
    await expect(load({ validationSplit: 1.2, subset: "both" })).rejects.toThrow(/between 0 and 1/);
    await expect(load({ validationSplit: 0.01, subset: "both" })).rejects.toThrow(/received none/);
    await expect(load({ batch: 2 })).rejects.toThrow(/unknown option `batch`/);
  });
});
