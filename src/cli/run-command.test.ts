import { mkdtempSync, rmSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layers, models, Sequential } from "../index.ts";
import { runCommand } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "antler-cli-"));
const file = (name: string): string => join(folder, name);

async function run(...args: string[]): Promise<{ code: number; printed: string; complained: string }> {
  let printed = "";
  let complained = "";
  const code = await runCommand(args, {
    print: (text) => void (printed += `${text}\n`),
    complain: (text) => void (complained += `${text}\n`),
  });
  return { code, printed, complained };
}

beforeAll(async () => {
  const model = Sequential([layers.Dense(3, { inputShape: [2], name: "d" }), layers.ReLU()], {
    name: "small",
  });
  model.compile({ optimizer: "adam", loss: "mse" });
  await model.save(file("a.keras"));
  model.setWeights(model.weights.map((weight) => weight.value.add(1)));
  await model.save(file("b.keras"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("prints help, and what is wrong with a command line", async () => {
  expect(await run("--help")).toMatchObject({
    code: 0,
    printed: expect.stringContaining("antler diff A B") as string,
  });
  expect((await run()).code).toBe(2);
  expect(await run("sumary", "x")).toMatchObject({
    code: 2,
    complained: expect.stringContaining('Did you mean "summary"?') as string,
  });
  expect((await run("summary")).complained).toContain("expected 1 file, received 0");
  expect((await run("summary", "x", "--expand")).complained).toContain("unknown option");
  expect((await run("plot", "x", "-o")).complained).toContain("needs a value");
  expect(await run("summary", file("none.keras"))).toMatchObject({ code: 2 });
});

it("prints a model's summary", async () => {
  const { code, printed } = await run("summary", file("a.keras"));
  expect(code).toBe(0);
  expect(printed).toContain("d (Dense)");
});

it("draws a model", async () => {
  expect((await run("plot", file("a.keras"), "-o", file("a.dot"), "--show-shapes")).code).toBe(0);
  expect(readFileSync(file("a.dot"), "utf8")).toContain("digraph");
  expect((await run("plot", file("a.keras"))).code).toBe(2);
});

it("lists what is in a file", async () => {
  const { printed } = await run("inspect", file("a.keras"));
  for (const text of [
    "model.weights.h5",
    "keras_version: 3.16.0",
    "Dense × 1",
    "optimizer Adam",
    "/layers/dense/vars/0",
  ])
    expect(printed).toContain(text);
  writeFileSync(file("junk"), "nothing of ours");
  expect(await run("inspect", file("junk"))).toMatchObject({ code: 2 });
});

it("converts between forms, and replaces nothing unasked", async () => {
  for (const ending of [".keras", ".weights.h5", ".safetensors", ".json"]) {
    expect((await run("convert", file("a.keras"), file(`out${ending}`))).code).toBe(0);
    expect((await run("convert", file("a.keras"), file(`out${ending}`))).complained).toContain("exists");
    expect((await run("convert", file("a.keras"), file(`out${ending}`), "--overwrite")).code).toBe(0);
  }
  expect((await run("inspect", file("out.safetensors"))).printed).toContain("d/kernel  float32 [2, 3]");
  expect((await run("convert", file("a.keras"), file("out.txt"))).complained).toContain(".safetensors");
});

it("knows models in folders and weights in shards", async () => {
  const model = await models.loadModel(file("a.keras"));
  await model.save(file("folder"), { zipped: false });
  const { printed } = await run("inspect", file("folder"));
  for (const text of ["config.json", "Dense × 1", "/layers/dense/vars/0"]) expect(printed).toContain(text);
  expect((await run("convert", file("folder"), file("s.weights.json"))).code).toBe(0);
  const shards = await run("inspect", file("s.weights.json"));
  for (const text of ["s_00000.weights.h5", "/layers/dense/vars/0", "elements: "])
    expect(shards.printed).toContain(text);
  expect(await run("inspect", folder)).toMatchObject({ code: 2 });
});

it("takes models of TensorFlow.js and makes them", async () => {
  expect((await run("convert", file("a.keras"), file("web/model.json"))).code).toBe(0);
  const { printed } = await run("inspect", file("web/model.json"));
  for (const text of [
    "layers-model",
    "Dense × 1",
    "optimizer Adam",
    "group1-shard1of1.bin",
    "d/kernel  float32 [2, 3]",
  ])
    expect(printed).toContain(text);
  expect((await run("summary", file("web/model.json"))).printed).toContain("d (Dense)");
  // Its names of losses are long ones, and optimizers have none.
  const { printed: differences } = await run("diff", file("a.keras"), file("web/model.json"));
  for (const line of differences.trim().split("\n"))
    expect(line).toMatch(/^config\.compile_config\.(?:loss|optimizer\.config\.name):/);
});

it("compares models", async () => {
  expect(await run("diff", file("a.keras"), file("a.keras"))).toMatchObject({ code: 0, printed: "equal\n" });
  const { code, printed } = await run("diff", file("a.keras"), file("b.keras"));
  expect(code).toBe(1);
  expect(printed).toContain("d/kernel: values differ by up to");
});
