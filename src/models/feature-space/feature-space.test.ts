import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import * as antler from "../../index.ts";

const { layers, utils } = antler;
const { Dataset, FeatureSpace } = utils;

const tenths = Array.from({ length: 10 }, (_, i) => i / 10);
const digits = Array.from({ length: 10 }, (_, i) => i);
const texts = digits.map(String);
const table = {
  float_1: tenths, float_2: tenths, float_3: tenths,
  int_1: digits, int_2: digits, int_3: digits,
  string_1: texts, string_2: texts,
}; // prettier-ignore
const kinds = {
  float_1: "float", float_2: "float_normalized", float_3: "float_discretized",
  string_1: "string_categorical", string_2: "string_hashed",
  int_1: "integer_categorical", int_2: "integer_hashed", int_3: "integer_categorical",
} as const; // prettier-ignore
const crosses = [
  ["float_3", "string_1"],
  ["string_2", "int_2"],
];
const quiet = { verbose: 0 } as const;
const rowOf = (i: number): Record<string, unknown> =>
  Object.fromEntries(Object.entries(table).map(([name, values]) => [name, values[i]]));
const numbers = (value: antler.Tensor): unknown => value.arraySync();

describe("FeatureSpace", () => {
  beforeEach(() => antler.utils.clearSession());

  it("joins all features side by side, batches and single rows alike", async () => {
    const space = FeatureSpace({ features: kinds, crosses });
    space.adapt(table, quiet);
    const all = space(table);
    // The size that Keras's own test expects: 1 + 1 + 32 + 11 + 32 + 11 + 11 + 32, and two crosses of 32.
    expect(all.shape).toEqual([10, 195]);
    expect(all.dtype).toBe("float32");
    expect(space(rowOf(3)).shape).toEqual([195]);
    expect(numbers(space(rowOf(3)))).toEqual((numbers(all) as unknown[])[3]);
    const columns = Object.fromEntries(
      Object.entries(table).map(([name, values]) => [name, (values as unknown[]).map((x) => [x])]),
    );
    expect(numbers(space(columns))).toEqual(numbers(all));
  });

  it("gives what the layers of the features give, in the order of names, then crosses", () => {
    const space = FeatureSpace({ features: kinds, crosses });
    space.adapt(table, quiet);
    const row = (numbers(space(table)) as number[][])[4] ?? [];
    const hot = (size: number, at: number): number[] =>
      Array.from({ length: size }, (_, i) => Number(i === at));
    const mean = 0.45;
    const deviation = Math.sqrt(tenths.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 10);
    const place = (name: "int_1" | "string_1", value: unknown): number =>
      (space.preprocessors[name] as ReturnType<typeof layers.StringLookup>)
        .getVocabulary()
        .indexOf(value as string);
    const bin = (value: number): number =>
      (
        (space.preprocessors["float_3"] as ReturnType<typeof layers.Discretization>).binBoundaries ?? []
      ).filter((edge) => Math.fround(edge) <= Math.fround(value)).length;
    const hashed = (value: string | number): number =>
      (layers.Hashing(32)([value]).arraySync() as unknown as number[])[0] ?? -1;
    const crossed = (a: number, b: number): number =>
      (
        layers
          .HashedCrossing(32)([[a], [b]])
          .arraySync() as unknown as number[]
      )[0] ?? -1;
    const expected = [
      0.4,
      (0.4 - mean) / deviation,
      ...hot(32, bin(0.4)),
      ...hot(11, place("int_1", 4)),
      ...hot(32, hashed(4)),
      ...hot(11, place("int_1", 4)),
      ...hot(11, place("string_1", "4")),
      ...hot(32, hashed("4")),
      ...hot(32, crossed(bin(0.4), place("string_1", "4"))),
      ...hot(32, crossed(hashed("4"), hashed(4))),
    ];
    expect(row).toHaveLength(expected.length);
    row.forEach((value, i) => expect(value, `place ${i}`).toBeCloseTo(expected[i] ?? Number.NaN, 5));
  });

  it("learns the same from columns, from rows and from batches", async () => {
    const make = () => FeatureSpace({ features: kinds, crosses });
    const [columns, rows, batches, again] = [make(), make(), make(), make()];
    columns.adapt(table, quiet);
    await rows.adapt(Dataset.fromTensors(table), quiet);
    await batches.adapt(Dataset.fromTensors(table).batch(10), quiet);
    again.adapt({ ...table, string_1: digits.map(() => "other"), float_2: digits }, quiet);
    expect(numbers(again(table))).not.toEqual(numbers(columns(table)));
    again.adapt([table].values(), quiet);
    for (const space of [rows, batches, again])
      expect(numbers(space(table))).toEqual(numbers(columns(table)));
  });

  it("learns from many rows in batches of 32, as from a data set of such", async () => {
    const count = 100;
    const many = {
      a: Array.from({ length: count }, (_, i) => Math.sin(i)),
      b: Array.from({ length: count }, (_, i) => String(i % 7)),
      c: Array.from({ length: count }, (_, i) => i / count),
    };
    const make = () =>
      FeatureSpace(
        { a: "float_discretized", b: "string_categorical", c: "float_normalized" },
        { outputMode: "dict" },
      );
    const [columns, rows, batches] = [make(), make(), make()];
    columns.adapt(many, quiet);
    await rows.adapt(Dataset.fromTensors(many), quiet);
    await batches.adapt(Dataset.fromTensors(many).batch(32), quiet);
    const [expected, ...others] = [columns, rows, batches].map((space) => {
      const { a, b, c } = space(many);
      return [a, b, c].map((value) => value?.arraySync());
    });
    for (const other of others) expect(other).toEqual(expected);
    expect(columns(many)["a"]?.shape).toEqual([100, 32]);
    const spread = (columns(many)["c"]?.dataSync() ?? []) as Float32Array;
    expect(spread.reduce((sum, value) => sum + value * value, 0) / count).toBeCloseTo(1, 4);
  });

  it("keeps features apart with outputMode dict, as whole numbers where asked", () => {
    const options = { outputMode: "int" } as const;
    const space = FeatureSpace({
      features: {
        float_1: FeatureSpace.floatRescaled({ scale: 2, offset: 1 }),
        float_3: FeatureSpace.floatDiscretized(null, { binBoundaries: [0.25, 0.5], ...options }),
        int_1: FeatureSpace.integerCategorical({ maxTokens: 3, numOovIndices: 2, ...options }),
        int_2: FeatureSpace.integerHashed(8),
        string_1: FeatureSpace.stringCategorical(options),
        string_2: FeatureSpace.stringHashed(4, options),
      },
      crosses: [FeatureSpace.cross(["int_1", "string_2"], 16, "int"), ["int_2", "string_1"]],
      crossingDim: 5,
      outputMode: "dict",
    });
    const { float_1, float_3, int_1, int_2, string_1, string_2 } = table;
    const data = { float_1, float_3, int_1, int_2, string_1, string_2 };
    space.adapt(data, quiet);
    const out = space(data);
    const shapes = Object.fromEntries(
      Object.entries(out).map(([name, { shape, dtype }]) => [name, [shape, dtype]]),
    );
    expect(shapes).toEqual({
      float_1: [[10, 1], "float32"],
      float_3: [[10, 1], "int32"],
      int_1: [[10, 1], "int32"],
      int_2: [[10, 8], "float32"],
      string_1: [[10, 1], "int32"],
      string_2: [[10, 1], "int32"],
      int_1_X_string_2: [[10, 1], "int32"],
      int_2_X_string_1: [[10, 5], "float32"],
    });
    expect(numbers(out["float_1"] as antler.Tensor)).toEqual(
      tenths.map((x) => [Math.fround(Math.fround(x) * 2 + 1)]),
    );
    expect(numbers(out["float_3"] as antler.Tensor)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 2, 2].map((x) => [x]));
    const one = space({ float_1: 0.5, float_3: 0.3, int_1: 99, int_2: 1, string_1: "?", string_2: "a" });
    expect(numbers(one["float_1"] as antler.Tensor)).toEqual([2]);
    expect(numbers(one["string_1"] as antler.Tensor)).toEqual([0]);
    expect(numbers(one["int_1"] as antler.Tensor)).toEqual([1]);
  });

  it("takes layers of one's own", () => {
    const preprocessor = layers.TextVectorization({ outputMode: "tf_idf" });
    const space = FeatureSpace({
      features: { text: FeatureSpace.feature({ dtype: "string", preprocessor, outputMode: "float" }) },
    });
    const text = ["one two", "two three", "three"];
    space.adapt({ text }, quiet);
    expect(numbers(space({ text }))).toEqual(numbers(preprocessor(text)));
  });

  it("gives a model its inputs, and trains it on a data set", async () => {
    antler.setRandomSeed(5);
    const space = FeatureSpace({ features: kinds, crosses });
    space.adapt(table, quiet);
    const encoded = space.getEncodedFeatures();
    expect(encoded.shape).toEqual([null, 195]);
    expect(space.getEncodedFeatures()).toBe(encoded);
    const model = antler.Model({
      inputs: encoded,
      outputs: layers.Dense(1, { activation: "sigmoid" })(encoded),
    }) as unknown as antler.Model;
    model.compile({ optimizer: antler.optimizers.Adam(0.1), loss: "binary_crossentropy" });
    const labels = digits.map((i) => i % 2);
    const data = Dataset.fromTensors(table, labels).map(([x, y]) => [space(x), y] as const);
    const { history } = await model.fit(data.batch(5), { epochs: 30, verbose: 0 });
    expect(history["loss"]?.at(-1)).toBeLessThan(0.1);
    expect(() => space.getInputs()).toThrow(/getEncodedFeatures/);
  });

  it("is part of a graph where its features are numbers", () => {
    const space = FeatureSpace({
      features: { a: "float", b: "float_normalized", c: FeatureSpace.floatDiscretized(4) },
    });
    const data = { a: tenths, b: tenths, c: tenths };
    space.adapt(data, quiet);
    const inputs = space.getInputs();
    const model = antler.Model({ inputs, outputs: space.getEncodedFeatures() });
    expect(Object.keys(inputs)).toEqual(["a", "b", "c"]);
    const columns = { a: tenths.map((x) => [x]), b: tenths.map((x) => [x]), c: tenths.map((x) => [x]) };
    expect(numbers(model(columns) as antler.Tensor)).toEqual(numbers(space(data)));
    expect((model.output as antler.KerasTensor).shape).toEqual([null, 6]);
  });

  it("is saved and loaded", async () => {
    const space = FeatureSpace({
      features: { ...kinds, int_1: FeatureSpace.integerCategorical({ maxTokens: 5 }) },
      crosses: [["float_3", "string_1"], FeatureSpace.cross(["string_2", "int_2"], 7)],
      hashingDim: 9,
      name: "table",
    });
    space.adapt(table, quiet);
    const folder = await mkdtemp(join(tmpdir(), "space-"));
    const path = join(folder, "space.keras");
    await space.save(path);
    await expect(space.save(path, { overwrite: false })).rejects.toThrow(/exists already/);
    const read = (await antler.models.loadModel(path)) as unknown as typeof space;
    await rm(folder, { recursive: true });
    expect(read).toBeInstanceOf(FeatureSpace);
    expect(read.name).toBe("table");
    expect(numbers(read(table))).toEqual(numbers(space(table)));
    expect(numbers(read(rowOf(7)))).toEqual(numbers(space(rowOf(7))));
    expect(antler.layers.serialize(read)).toEqual(antler.layers.serialize(space));
  });

  it("is written as Keras writes it", () => {
    const space = FeatureSpace({
      features: { n: "float_normalized", s: "string_hashed", f: "float" },
      crosses: [["s", "s"]],
    });
    space.adapt({ n: tenths, s: texts, f: tenths }, quiet);
    const description = antler.layers.serialize(space) as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
    const module = "keras.src.layers.preprocessing.feature_space";
    expect(description).toMatchObject({
      module: "keras.utils",
      class_name: "FeatureSpace",
      config: {
        output_mode: "concat",
        crossing_dim: 32,
        hashing_dim: 32,
        num_discretization_bins: 32,
        crosses: [
          {
            module,
            class_name: "Cross",
            config: { feature_names: ["s", "s"], crossing_dim: 32, output_mode: "one_hot" },
            registered_name: "Cross",
          },
        ],
        features: {
          n: {
            module,
            class_name: "Feature",
            registered_name: "Feature",
            config: {
              dtype: "float32",
              output_mode: "float",
              preprocessor: {
                module: "keras.layers",
                class_name: "Normalization",
                config: { name: "n_preprocessor" },
              },
            },
          },
          s: { config: { dtype: "string", output_mode: "one_hot", preprocessor: { class_name: "Hashing" } } },
          f: {
            config: { preprocessor: { module, class_name: "TFDIdentity", registered_name: "TFDIdentity" } },
          },
        },
      },
      build_config: { n: { input_shape: [null, 1] }, s: null },
    });
  });

  it("refuses what it cannot encode", () => {
    const make = (features: antler.utils.FeatureSpaceOptions["features"], options = {}) =>
      FeatureSpace(features, options);
    expect(() => make({ a: "float" }, { crosses: [["a", "b"]] })).toThrow(/no feature "b"/);
    // @ts-expect-error an unknown kind
    expect(() => make({ a: "flot" })).toThrow(/"float"/);
    expect(() => make({})).toThrow(/features/);
    expect(() => make({ a: "float" }, { output_mode: "dict" })).toThrow(/outputMode/);
    const asInt = make({ a: FeatureSpace.integerHashed(4, { outputMode: "int" }) });
    expect(() => asInt({ a: [1] })).toThrow(/outputMode "one_hot".*outputMode "dict"/);
    const floatCross = make({ a: "float", b: "integer_hashed" }, { crosses: [["a", "b"]] });
    expect(() => floatCross({ a: [1], b: [1] })).toThrow(/whole numbers of "a", received float32/);
    const oneHot = make({
      a: FeatureSpace.feature({ dtype: "float32", preprocessor: layers.Rescaling(2), outputMode: "one_hot" }),
    });
    expect(() => oneHot({ a: [1] })).toThrow(/whole numbers; .* gives float32/);
    const unadapted = make({ a: "float_normalized" });
    expect(() => unadapted({ a: [1] })).toThrow(/call adapt/);
    expect(() => unadapted.getEncodedFeatures()).toThrow(/call adapt/);
    expect(() => unadapted.adapt({ b: [1] }, quiet)).toThrow(/no feature "a"/);
    // @ts-expect-error no table
    expect(() => unadapted.adapt([1, 2], quiet)).toThrow(/Dataset, or an object of columns/);
    const plain = make({ a: "float", b: "float" });
    expect(() => plain({ a: [1] })).toThrow(/no feature "b"/);
    expect(() => plain({ a: [1], b: [1], c: [1] })).toThrow(/no feature "c"/);
  });
});
