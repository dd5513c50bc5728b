import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { ops } from "../../src/index.ts";
import type { Model } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { loadModel, modelToBytes } from "../../src/saving/index.ts";
import { FormatError } from "../../src/util/errors.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { customObjects, registerCustomModels } from "../support/custom-models.ts";
import {
  decodeTensors,
  describeGolden,
  goldenFiles,
  type GoldenTensor,
  goldenPath,
  hasGolden,
  readGoldenJson,
} from "../support/golden.ts";
import { isGoldenTensor, toTensor } from "../support/golden-tensors.ts";

interface Entry {
  readonly files?: readonly string[];
  readonly input?: unknown;
  readonly output?: unknown;
}

/** Files that are refused, and what the error must say. */
const refused: Readonly<Record<string, RegExp>> = {
  "subclassed.h5": /code of its own/,
  "extra/npz_weights.keras": /model\.weights\.h5/,
  "extra/many_children.h5": /weights alone/,
  "extra/many_children_latest.h5": /weights alone/,
};

/** Weights that were rounded to half precision. */
const rounded: ReadonlySet<string> = new Set(["extra/float16.weights.h5"]);

/** Models whose code is not in the corpus: they load, and their outputs cannot be compared. */
const opaque: ReadonlySet<string> = new Set(["custom_block"]);

/** Computed partly in half precision. */
const half: ReadonlySet<string> = new Set(["mixed_precision"]);

function goldens(value: unknown): GoldenTensor[] {
  if (isGoldenTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(goldens);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(goldens) : [];
}

function toInputs(value: unknown): unknown {
  if (isGoldenTensor(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(toInputs);
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toInputs(child)]))
    : value;
}

function expectOutputs(model: Model, { input, output }: Entry, isHalf: boolean): Tensor[] {
  const call = model as unknown as (inputs: unknown, options: object) => unknown; // SAFETY: a model is callable
  const outputs = valuesIn(call(toInputs(decodeTensors(input)), { training: false })) as Tensor[]; // SAFETY: tensors in, tensors out
  const expected = goldens(decodeTensors(output));
  expect(outputs.length).toBe(expected.length);
  expected.forEach((tensor, i) => {
    const actual = outputs[i];
    if (actual === undefined) throw new Error(`output ${i} is missing`);
    const values = { values: toNumbers(actual.dataSync(), actual.dtype), shape: actual.dims };
    expectClose(values, tensor, tolerance(isHalf ? "float16" : "float32", "model"), `output ${i}`);
  });
  return outputs;
}

describeGolden("files that Keras wrote", () => {
  registerCustomModels();
  const table: string[] = [];
  const { models, extra } = hasGolden
    ? readGoldenJson<{ readonly models: Readonly<Record<string, Entry>>; readonly extra: Entry }>(
        "formats/index.json",
      )
    : { models: {}, extra: {} };
  const numpy = hasGolden
    ? readGoldenJson<Readonly<Record<string, Entry & { readonly file: string }>>>(
        "formats/numpy_backend/index.json",
      )
    : {};
  const entries = new Map<string, { readonly name: string; readonly entry: Entry }>([
    ...Object.entries(models).flatMap(([name, entry]) =>
      (entry.files ?? []).map((file) => [file, { name, entry }] as const),
    ),
    ...(extra.files ?? []).map((file) => [`extra/${file}`, { name: "extra", entry: extra }] as const),
    ...Object.entries(numpy).map(
      ([name, entry]) => [entry.file.replace("formats/", ""), { name, entry }] as const,
    ),
  ]);
  const files = [...entries].map(([file, given]) => ({ file, ...given }));
  const isPart = (file: string): boolean => /sharded_\d+\.weights\.h5$/.test(file);
  const wholeModels = files.filter(({ file }) => /as_dir$|(?:\.keras|(?<!\.weights)\.h5)$/.test(file));
  const weights = files.filter(({ file }) => /\.weights\.(?:h5|json)$/.test(file) && !isPart(file));

  afterAll(() => {
    console.info(table.join("\n"));
  });

  it("are there, and each has a row of its own", () => {
    expect(wholeModels.length).toBeGreaterThan(80);
    expect(weights.length).toBeGreaterThan(35);
    const inFolder = readdirSync(goldenPath("formats"), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(?:keras|h5|weights\.json)$/.test(file) && !file.includes("as_dir/"))
      .filter((file) => !isPart(file));
    const rows = new Set([...wholeModels, ...weights].map(({ file }) => file));
    expect(inFolder.filter((file) => !rows.has(file))).toEqual([]);
  });

  for (const { name, file, entry } of wholeModels) {
    const why = refused[file];
    it(`${file} ${why === undefined ? "computes what Keras computed" : "is refused"}`, async () => {
      const load = async (source: string | Uint8Array): Promise<Model> =>
        loadModel(source, { customObjects });
      const path = goldenPath(`formats/${file}`);
      if (why !== undefined) {
        const error: unknown = await load(path).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(FormatError);
        expect(String(error)).toMatch(why);
        table.push(`${file} | refused | ${String(error).split("\n")[0]}`);
        return;
      }
      const model = await load(path);
      const isOpaque = opaque.has(name) || entry.input === null || entry.input === undefined;
      const outputs = isOpaque ? null : expectOutputs(model, entry, half.has(name));
      // What is written and read again has the same weights and computes the same, bit by bit.
      const again = await load(modelToBytes(model));
      expect(again.weights.map((weight) => weight.dataSync())).toEqual(
        model.weights.map((weight) => weight.dataSync()),
      );
      if (outputs !== null) {
        expectOutputs(again, entry, half.has(name)).forEach((output, i) =>
          expect(output.dataSync()).toEqual(outputs[i]?.dataSync()),
        );
      }
      table.push(`${file} | loaded | ${isOpaque ? "outputs not compared" : "outputs equal"}`);
    });
  }

  for (const { name, file, entry } of weights) {
    const why = refused[file];
    it(`${file} ${why === undefined ? "gives a model the weights that Keras had" : "is refused"}`, async () => {
      const path = goldenPath(`formats/${file}`);
      const base = name === "extra" ? "extra/base" : name;
      const fill = async (): Promise<Model> => {
        const model = await loadModel(goldenPath(`formats/${base}.keras`), { customObjects });
        for (const weight of model.weights) weight.assign(ops.zeros(weight.shape, { dtype: weight.dtype }));
        await model.loadWeights(path);
        return model;
      };
      if (why !== undefined) {
        await expect(fill()).rejects.toThrow(FormatError);
        await expect(fill()).rejects.toThrow(why);
        table.push(`${file} | refused | ${why.source}`);
        return;
      }
      const model = await fill();
      const isOpaque = opaque.has(name);
      if (!isOpaque) expectOutputs(model, entry, half.has(name) || rounded.has(file));
      if (!rounded.has(file)) {
        const whole = await loadModel(goldenPath(`formats/${base}.keras`), { customObjects });
        expect(model.weights.map((weight) => weight.dataSync())).toEqual(
          whole.weights.map((weight) => weight.dataSync()),
        );
      }
      table.push(`${file} | loaded | ${isOpaque ? "weights equal, outputs not compared" : "outputs equal"}`);
    });
  }

  it("parts of containers in containers are found where Keras had them before it kept these apart", async () => {
    const path = goldenPath("formats/pre_pr22362_nested_container.keras");
    const model = await loadModel(path, { customObjects });
    // The numbers that Keras's own test of this file expects.
    expect(model.weights.map((weight) => weight.dataSync()[0])).toEqual(
      [0.1, 0.2, 0.3, 0.5, 0].map(Math.fround),
    );
    await expect(loadModel(path)).rejects.toThrow(/NestedDenseModel/);
  });

  it("models that were compiled and not trained have an optimizer without slots", async () => {
    const names = goldenFiles("training", ".init.keras");
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const model = await loadModel(goldenPath(`training/${name}`), { customObjects });
      const steps = model.optimizer?.variables[0]?.dataSync();
      if (steps !== undefined) expect([...steps].map(Number), name).toEqual([0]);
    }
  });

  it("a file cut short is never a model", async () => {
    const bytes = new Uint8Array(readFileSync(goldenPath("formats/mnist_mlp.keras")));
    for (const length of [0, 1, 100, bytes.length >> 1, bytes.length - 1])
      await expect(loadModel(bytes.slice(0, length))).rejects.toThrow(FormatError);
  });
});
