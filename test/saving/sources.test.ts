import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Layer } from "../../src/graph/layer.ts";
import { layers, Model, ops, Sequential } from "../../src/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { type FileSource, loadModel, modelFromJson } from "../../src/saving/index.ts";
import { DataError, FormatError } from "../../src/util/errors.ts";
import { describeGolden, goldenPath } from "../support/golden.ts";

function make(): Model {
  return Sequential([layers.Dense(3, { inputShape: [2] }), layers.Dense(1)]) as Model; // SAFETY: a sequential model is a model
}

function values(model: Model): unknown {
  return model.weights.map((weight) => weight.dataSync());
}

/** Every kind of thing that a file can be read from. */
const kinds: Readonly<Record<string, (path: string, server: string) => Promise<FileSource>>> = {
  "a path": async (path) => path,
  "a file: URL": async (path) => pathToFileURL(path),
  "the text of a file: URL": async (path) => pathToFileURL(path).href,
  "an http: URL": async (path, server) => new URL(encodeURIComponent(path), server),
  "the text of an http: URL with a query": async (path, server) =>
    `${server}${encodeURIComponent(path)}?token=1`,
  "a blob: URL": async (path) => URL.createObjectURL(new Blob([await readFile(path)])),
  bytes: async (path) => new Uint8Array(await readFile(path)),
  "bytes inside a larger buffer": async (path) => {
    const bytes = await readFile(path);
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 5);
    return larger.subarray(5, 5 + bytes.length);
  },
  "an ArrayBuffer": async (path) => new Uint8Array(await readFile(path)).buffer,
  "a Blob": async (path) => new Blob([await readFile(path)]),
  "a File": async (path) => new File([await readFile(path)], "picked"),
  "a list of one File": async (path) => [new File([await readFile(path)], "picked")],
};

describe("files are read from", () => {
  let folder = "";
  let server: Server | null = null;
  let address = "";
  const model = make();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sources é "));
    await model.save(join(folder, "a b.keras"));
    await model.saveWeights(join(folder, "a b.weights.h5"));
    await model.saveWeights(join(folder, "a b.safetensors"));
    await model.saveWeights(join(folder, "a b.weights.json"), { maxShardSize: 30 / 1024 ** 3 });
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://host");
      readFile(decodeURIComponent(pathname.slice(1))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const place = server.address();
    address = typeof place === "object" ? `http://127.0.0.1:${place?.port}/` : "";
  });
  afterAll(async () => {
    server?.close();
    await rm(folder, { recursive: true });
  });

  for (const [kind, source] of Object.entries(kinds)) {
    it(`${kind}: a model`, async () => {
      const again = await loadModel(await source(join(folder, "a b.keras"), address));
      expect(values(again)).toEqual(values(model));
    });

    it.each(["keras", "weights.h5", "safetensors"])(`${kind}: the weights of a .%s`, async (ending) => {
      const again = await loadModel(await source(join(folder, "a b.keras"), address));
      for (const weight of again.weights) weight.assign(ops.zeros(weight.shape));
      await again.loadWeights(await source(join(folder, `a b.${ending}`), address));
      expect(values(again)).toEqual(values(model));
    });
  }

  it.each(["a path", "a file: URL", "the text of a file: URL"])("%s: weights in shards", async (kind) => {
    const again = make();
    await again.loadWeights((await kinds[kind]?.(join(folder, "a b.weights.json"), address)) ?? "");
    expect(values(again)).toEqual(values(model));
  });

  it("an http: URL: weights in shards, each asked for with the same query", async () => {
    const asked: string[] = [];
    const shards = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://host");
      asked.push(url.search);
      readFile(join(folder, decodeURIComponent(url.pathname.slice(1)))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => shards.listen(0, "127.0.0.1", resolve));
    const place = shards.address();
    const port = typeof place === "object" ? place?.port : 0;
    const again = make();
    await again.loadWeights(`http://127.0.0.1:${port}/a%20b.weights.json?token=1`);
    shards.close();
    expect(values(again)).toEqual(values(model));
    expect(asked.length).toBeGreaterThan(2);
    expect(new Set(asked)).toEqual(new Set(["?token=1"]));
  });

  it("nowhere, with an error that names the place", async () => {
    await expect(loadModel(join(folder, "none.keras"))).rejects.toThrow(/none\.keras/);
    await expect(loadModel(join(folder, "none.keras"))).rejects.toThrow(DataError);
    await expect(loadModel(`${address}none.keras`)).rejects.toThrow(/404/);
    await expect(loadModel("")).rejects.toThrow(DataError);
    await expect(loadModel([])).rejects.toThrow(/received none/);
    await expect(loadModel(new Uint8Array([1, 2, 3]))).rejects.toThrow(FormatError);
    await expect(loadModel("http://127.0.0.1:1/m.keras")).rejects.toThrow(DataError);
  });
});

describeGolden("old files are read from", () => {
  it.each(Object.keys(kinds).filter((kind) => !kind.includes("http")))("%s", async (kind) => {
    const path = goldenPath("formats/mnist_mlp.h5");
    const expected = values(await loadModel(path));
    expect(values(await loadModel((await kinds[kind]?.(path, "")) ?? ""))).toEqual(expected);
  });
});

describe("a Lambda in a file", () => {
  const double = (x: Tensor): unknown => ops.multiply(x, 2);

  it("is given its function by the layer's name", () => {
    const lambda = layers.Lambda(double, { name: "twice" }) as unknown as Layer; // SAFETY: a layer
    const model = Sequential([layers.Dense(2, { inputShape: [2] }), lambda]) as Model; // SAFETY: as above
    expect(model.toJson()).toContain('"config": "double"');
    // As Python writes it: byte code in base64.
    const dense = Sequential([layers.Dense(2, { inputShape: [2] })]) as Model; // SAFETY: as above
    const config = JSON.parse(dense.toJson()) as { config: { layers: unknown[] } }; // SAFETY: a sequential model's configuration
    config.config.layers.push({
      module: "keras.layers",
      class_name: "Lambda",
      registered_name: null,
      config: {
        name: "twice",
        trainable: true,
        dtype: "float32",
        function: {
          class_name: "__lambda__",
          config: { code: "4wEAAAA=", defaults: null, closure: null },
        },
        arguments: {},
      },
    });
    const text = JSON.stringify(config);
    expect(() => modelFromJson(text)).toThrow(/byte code/);
    const read = modelFromJson(text, { customObjects: { twice: double } });
    const x = ops.ones([1, 2]);
    const half = Model({ inputs: read.inputs, outputs: read.layers[0]?.output });
    const call = (one: unknown): unknown =>
      (one as (input: unknown) => { dataSync(): ArrayLike<number> })(x).dataSync(); // SAFETY: models are callable
    expect(Array.from(call(read) as Float32Array)).toEqual(
      Array.from(call(half) as Float32Array, (y) => 2 * y),
    ); // SAFETY: float32
  });
});
