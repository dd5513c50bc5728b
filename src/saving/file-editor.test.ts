import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeGolden, goldenPath } from "../../test/support/golden.ts";
import * as antler from "../index.ts";
import { FormatError, OptionError } from "../util/errors.ts";

const { layers, saving } = antler;

function build(units = 3): antler.Model {
  antler.utils.clearSession();
  antler.setRandomSeed(1);
  const inner = antler.Sequential([antler.Input({ shape: [4] }), layers.Dense(3)], { name: "inner" });
  const inputs = antler.Input({ shape: [4] });
  const outputs = layers.Dense(units, { name: "head" })(layers.Dense(5)(inner(inputs) as antler.KerasTensor));
  return antler.Model({ inputs, outputs }) as unknown as antler.Model;
}

const quiet = { printFn: (): void => undefined };
const valuesOf = (model: antler.Model): unknown[] => model.getWeights().map((weight) => weight.arraySync());

describe("KerasFileEditor", () => {
  let folder = "";
  let path = "";
  let editor: antler.saving.KerasFileEditor;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "editor-"));
    path = join(folder, "model.weights.h5");
    await build().saveWeights(path);
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    editor = await saving.KerasFileEditor(path);
  });

  /** What a model has after it has loaded what is edited. */
  async function loaded(model: antler.Model): Promise<unknown[]> {
    const edited = join(folder, "edited.weights.h5");
    await editor.save(edited);
    await model.loadWeights(edited);
    return valuesOf(model);
  }

  it("opens with and without new, and writes what it has read", async () => {
    expect(editor).toBeInstanceOf(saving.KerasFileEditor);
    expect(await new saving.KerasFileEditor(await readFile(path))).toBeInstanceOf(saving.KerasFileEditor);
    expect(await loaded(build())).toEqual(valuesOf(build()));
  });

  it("shows objects inside objects, with names, shapes and dtypes", () => {
    const texts: string[] = [];
    editor.summary({ printFn: (text) => texts.push(text) });
    expect(texts.join("\n").replaceAll(path, "FILE")).toBe(
      [
        "Keras model file 'FILE'",
        "Weights structure",
        "  └─ layers",
        "     ├─ dense ('dense_1')",
        "     │  ├─ 0: shape=[3, 5], dtype=float32",
        "     │  └─ 1: shape=[5], dtype=float32",
        "     ├─ dense_1 ('head')",
        "     │  ├─ 0: shape=[5, 3], dtype=float32",
        "     │  └─ 1: shape=[3], dtype=float32",
        "     └─ sequential ('inner')",
        "        └─ layers",
        "           └─ dense ('dense')",
        "              ├─ 0: shape=[4, 3], dtype=float32",
        "              └─ 1: shape=[3], dtype=float32",
      ].join("\n"),
    );
    const kernel = (editor.weightsDict["layers"] as antler.saving.WeightsDict)[
      "dense_1"
    ] as antler.saving.WeightsDict;
    expect((kernel["0"] as antler.Tensor).shape).toEqual([5, 3]);
  });

  it("renames objects, by path and by a name of its own", async () => {
    editor.renameObject("layers/dense", "dense_2");
    editor.renameObject("dense_1", "dense");
    editor.renameObject("layers/dense_2", "dense_1");
    // The two layers have changed places: their shapes do not fit any more.
    const { status, errorCount, matchCount } = editor.compare(build(), quiet);
    expect({ status, errorCount, matchCount }).toEqual({ status: "error", errorCount: 4, matchCount: 2 });
    await expect(loaded(build())).rejects.toThrow(/mis-shaped/);
  });

  it("makes a file that fits another model of what a file has", async () => {
    const wider = build(7);
    editor.deleteWeight("dense_1", "1");
    editor.addWeights("layers/dense_1", { "0": antler.ops.ones([5, 7]), "1": [1, 2, 3, 4, 5, 6, 7] });
    expect(editor.compare(wider, quiet)).toEqual({ status: "success", errorCount: 0, matchCount: 6 });
    const values = await loaded(wider);
    expect(values.slice(0, 4)).toEqual(valuesOf(build()).slice(0, 4));
    expect(values.slice(4)).toEqual([new Array(5).fill(new Array(7).fill(1)), [1, 2, 3, 4, 5, 6, 7]]);
  });

  it("deletes and adds objects, with all that is in them", async () => {
    editor.deleteObject("layers/sequential");
    expect(editor.compare(build(), quiet)).toEqual({ status: "error", errorCount: 1, matchCount: 4 });
    editor.addObject("layers/sequential", {});
    editor.addObject("layers/sequential/layers", {});
    editor.addObject("layers/sequential/layers/dense", { "0": antler.ops.zeros([4, 3]), "1": [0, 0, 0] });
    expect((await loaded(build())).slice(0, 2)).toEqual([new Array(4).fill([0, 0, 0]), [0, 0, 0]]);
  });

  it("tells what differs from a model", () => {
    editor.addObject("extra", { "0": [1] });
    editor.deleteWeight("dense_1", "1");
    editor.deleteObject("layers/dense");
    const texts: string[] = [];
    const { errorCount } = editor.compare(build(4), { printFn: (text) => texts.push(text) });
    expect(errorCount).toBe(4);
    const text = texts.join("\n");
    for (const told of [
      "Object extra is missing from the reference model",
      "Object layers/dense is missing from the saved file",
      "Weight layers/dense_1/0 has the shape [5, 4] in the reference model, [5, 3] in the saved file",
      "Weight layers/dense_1/1 is missing from the saved file",
      "Found 4 errors",
    ])
      expect(text).toContain(told);
  });

  it("keeps the file as it was until it is saved", async () => {
    const before = await readFile(path);
    const dict = editor.weightsDict as Record<string, unknown>;
    delete dict["layers"];
    editor.deleteObject("layers");
    expect(await readFile(path)).toEqual(before);
    expect((await saving.KerasFileEditor(path)).weightsDict["layers"]).toBeDefined();
  });

  it("reads .keras files, with what they say of themselves and the optimizer's state", async () => {
    const model = build();
    model.compile({ optimizer: "adam", loss: "mse" });
    await model.trainOnBatch([[1, 2, 3, 4]], [[1, 2, 3]]);
    const whole = await saving.KerasFileEditor(saving.modelToBytes(model));
    expect(whole.metadata?.["keras_version"]).toMatch(/^3\./);
    expect(whole.config?.["class_name"]).toBe("Functional");
    expect(whole.compare(model, quiet)).toEqual({ status: "success", errorCount: 0, matchCount: 6 + 2 + 12 });
    whole.deleteObject("optimizer");
    const plain = build();
    await plain.loadWeights(whole.toBytes());
    expect(valuesOf(plain)).toEqual(valuesOf(model));
  });

  it("keeps dtypes", async () => {
    const model = antler.Sequential([antler.Input({ shape: [2] }), layers.Dense(2, { dtype: "bfloat16" })]);
    const opened = await saving.KerasFileEditor(saving.modelToBytes(model));
    const again = await saving.KerasFileEditor(opened.toBytes());
    const texts: string[] = [];
    again.summary({ printFn: (text) => texts.push(text) });
    expect(texts.join()).toContain("shape=[2, 2], dtype=bfloat16");
    expect(again.weightsDict).toEqual(opened.weightsDict);
  });

  it("refuses what it cannot do", async () => {
    const wrong = (f: () => void): Error => {
      try {
        f();
      } catch (error) {
        return error as Error;
      }
      throw new Error("it was taken");
    };
    const mistakes: readonly (readonly [() => void, RegExp])[] = [
      [() => editor.deleteObject("dense"), /2 objects are called "dense".*layers\/sequential\/layers\/dense/],
      [() => editor.deleteObject("layers/dens"), /Did you mean "layers\/dense"/],
      [() => editor.renameObject("layers/dense", "layers/other"), /without a path/],
      [() => editor.renameObject("layers/dense", "dense_1"), /"dense_1" in this place already/],
      [() => editor.addObject("layers/dense", {}), /already/],
      [() => editor.addObject("nowhere/dense", {}), /no object "nowhere"/],
      [() => editor.deleteWeight("dense_1", "7"), /It has: 0, 1/],
      // @ts-expect-error no weights by name
      [() => editor.addWeights("dense_1", [[1]]), /weights by name.*received an array/],
      // @ts-expect-error no model
      [() => editor.compare("model"), /expected a model/],
    ];
    for (const [f, message] of mistakes) {
      const error = wrong(f);
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toMatch(message);
    }
    // @ts-expect-error no source of a file
    expect(() => saving.KerasFileEditor({ filepath: "model.keras" })).toThrow(/an object of options/);
    await expect(editor.save(join(folder, "model.keras"))).rejects.toThrow(/ends in .weights.h5/);
    const broken = join(folder, "broken.weights.h5");
    await writeFile(broken, (await readFile(path)).subarray(0, 300));
    await expect(saving.KerasFileEditor(broken)).rejects.toThrow(FormatError);
  });
});

describeGolden("KerasFileEditor opens what Keras wrote", () => {
  it.each([
    "formats/mnist_mlp.weights.h5",
    "formats/mnist_mlp_trained_adam.keras",
    "formats/autoencoder_nested.keras",
  ])("%s", async (file) => {
    const editor = await saving.KerasFileEditor(goldenPath(file));
    const model = await antler.models.loadModel(goldenPath(file.replace(".weights.h5", ".keras")));
    const { status, matchCount } = editor.compare(model, quiet);
    expect(status).toBe("success");
    expect(matchCount).toBeGreaterThanOrEqual(model.weights.length);
    const again = await saving.KerasFileEditor(editor.toBytes());
    expect(again.weightsDict).toEqual(editor.weightsDict);
  });

  it("refuses files of Keras 2", async () => {
    await expect(saving.KerasFileEditor(goldenPath("formats/mnist_mlp.h5"))).rejects.toThrow(
      /older .h5 file/,
    );
  });
});
