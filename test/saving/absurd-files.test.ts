import { describe, expect, it } from "vitest";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import { writeZip } from "../../src/codec/zip-write.ts";
import { Input, layers, Layer, Model, models, tensor, type Tensor } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { modelToBytes } from "../../src/saving/index.ts";
import { antlerErrorOf } from "../support/error-of.ts";

/** The bytes of a model's file with another text for a part of its `config.json`. */
async function edited(model: ModelClass, from: string, to: string): Promise<Uint8Array> {
  const archive = ZipArchive.open(modelToBytes(model), "model.keras");
  const members = await Promise.all(
    archive.members.map(async ({ name }) => ({ name, data: await archive.read(name) })),
  );
  const config = members.find(({ name }) => name === "config.json");
  const text = new TextDecoder().decode(config?.data);
  expect(text).toContain(from);
  return writeZip([
    ...members.filter(({ name }) => name !== "config.json"),
    { name: "config.json", data: new TextEncoder().encode(text.replaceAll(from, to)) },
  ]);
}

function dense(): ModelClass {
  const inputs = Input({ shape: [5] });
  return Model({ inputs, outputs: layers.Dense(3, { kernelInitializer: "orthogonal" })(inputs) });
}

describe("a file with absurd sizes", () => {
  it.each([
    ["weights of terabytes", '"units": 3', '"units": 1000000000000'],
    ["weights of gigabytes", '"units": 3', '"units": 1000000000'],
    ["an initializer that would take minutes", '"units": 3', '"units": 3000000'],
    ["more sizes than there are numbers", '"units": 3', '"units": 1e300'],
    ["a size that is none", '"units": 3', '"units": -3'],
    ["a size that is no number", '"units": 3', '"units": {"class_name": "x", "config": [[]]}'],
    ["an input of another kind", '"batch_shape": [null, 5]', '"batch_shape": 5'],
    ["a shape for building that is none", '"input_shape": [null, 5]', '"input_shape": "5"'],
  ])("is refused at once, before it takes memory: %s", async (_, from, to) => {
    const bytes = await edited(dense(), from, to);
    const before = process.memoryUsage();
    const started = process.cpuUsage();
    const error = await antlerErrorOf(() => models.loadModel(bytes));
    expect(String(error)).toMatch(/^FormatError: file: config\.json/);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(1);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 2 ** 20);
    expect(after.rss - before.rss).toBeLessThan(256 * 2 ** 20);
  });
});

describe("weights that come from a file", () => {
  it("are made blank, except where a layer says itself what is kept of it", async () => {
    class Plain extends Layer {
      override build(): void {
        this.addWeight({ shape: [4], initializer: "ones", name: "w" });
      }
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    class Keeping extends Plain {
      override saveOwnVariables(): void {}
      override loadOwnVariables(): void {}
    }
    for (const [cls, expected] of [
      [Plain, 7],
      [Keeping, 1],
    ] as const) {
      const inputs = Input({ shape: [2] });
      const model = Model({ inputs, outputs: new cls().invoke(inputs) });
      model.setWeights([tensor([7, 7, 7, 7])]);
      const copy = await models.loadModel(modelToBytes(model), { customObjects: { Plain, Keeping } });
      expect(copy.getWeights().map((w) => w.arraySync())).toEqual([Array(4).fill(expected)]);
    }
  });
});
