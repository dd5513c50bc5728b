import { describe, expect, test } from "vitest";
import { DataError, FormatError } from "../../util/errors.ts";
import { type ArrayDtype, arrayDtypes, elementBytes, type FileArray, viewElements } from "../array.ts";
import {
  findNode,
  type Hdf5GroupInput,
  type Hdf5NodeInput,
  readHdf5,
  stringAttribute,
  stringsAttribute,
  walkNodes,
  writeHdf5,
} from "./index.ts";

const group = (
  children: Record<string, Hdf5NodeInput>,
  attributes: Hdf5GroupInput["attributes"] = new Map(),
): Hdf5GroupInput => ({
  kind: "group",
  children: new Map(Object.entries(children)),
  attributes,
});

const dataset = (value: FileArray, attributes: Hdf5GroupInput["attributes"] = new Map()): Hdf5NodeInput => ({
  kind: "dataset",
  value,
  attributes,
});

const floats = (shape: number[], ...data: number[]): FileArray => ({
  shape,
  dtype: "float32",
  data: Float32Array.from(data),
});

/** A little of everything, so that damage anywhere is damage to something. */
function sample(): Uint8Array {
  const vars = group(
    { "0": dataset(floats([2, 2], 1, 2, 3, 4)), "1": dataset(floats([], 5)), "10": dataset(floats([0])) },
    new Map([["name", "dänse"]]),
  );
  const names = { shape: [2], dtype: "string", data: ["a/kernel:0", "b"], charset: "ascii" } as const;
  return writeHdf5(
    group({ layers: group({ dense: group({ vars }) }), vars: group({}) }, new Map([["layer_names", names]])),
  );
}

/** All that a file says, as text: what damage must not change unseen. */
async function contentOf(bytes: Uint8Array): Promise<string> {
  const root = await readHdf5(bytes, "f");
  const lines: string[] = [];
  for (const node of [root, ...walkNodes(root)]) {
    const shape =
      node.kind === "dataset" ? `${node.dtype} [${node.shape.join()}] ${node.read().data.join()}` : "";
    lines.push(
      `${node.path} ${shape} ${[...node.attributes].map(([name, value]) => `${name}=${value.data.join()}`).join()}`,
    );
  }
  return lines.join("\n");
}

describe("hdf5", () => {
  test("a written tree reads back equal", async () => {
    const root = await readHdf5(sample(), "f.h5");
    expect([...walkNodes(root)].map((node) => node.path)).toEqual([
      "/layers",
      "/layers/dense",
      "/layers/dense/vars",
      "/layers/dense/vars/0",
      "/layers/dense/vars/1",
      "/layers/dense/vars/10",
      "/vars",
    ]);
    const vars = findNode(root, "layers/dense/vars");
    expect(vars && stringAttribute(vars, "name")).toBe("dänse");
    expect(stringsAttribute(root, "layer_names")).toEqual(["a/kernel:0", "b"]);
    const kernel = findNode(root, "/layers/dense/vars/0");
    expect(kernel?.kind === "dataset" && kernel.read()).toEqual({
      shape: [2, 2],
      dtype: "float32",
      data: Float32Array.of(1, 2, 3, 4),
    });
    const scalar = findNode(root, "layers/dense/vars/1");
    expect(scalar?.kind === "dataset" && scalar.shape).toEqual([]);
    expect(findNode(root, "layers/nothing/vars")).toBeUndefined();
  });

  test("every element type keeps its bits", async () => {
    for (const dtype of arrayDtypes) {
      const bytes = Uint8Array.from({ length: 4 * elementBytes(dtype) }, (_, i) =>
        dtype === "bool" ? i & 1 : 17 * i,
      );
      const value: FileArray = { shape: [2, 2], dtype, data: viewElements(dtype, bytes.buffer) };
      const attributes = dtype === "bfloat16" ? new Map([["dtype", "bfloat16"]]) : new Map<string, string>();
      const node = findNode(await readHdf5(writeHdf5(group({ x: dataset(value, attributes) })), "f"), "x");
      expect(node?.kind === "dataset" && [node.dtype, node.read()], dtype).toEqual([
        dtype satisfies ArrayDtype,
        value,
      ]);
    }
  });

  test("groups of any size", async () => {
    for (const count of [0, 1, 8, 9, 256, 257, 3000]) {
      const children = Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`child_${i}`, dataset(floats([], i))]),
      );
      const root = await readHdf5(writeHdf5(group(children)), "f");
      expect([...root.children.keys()]).toEqual(Object.keys(children).sort());
      const last = root.children.get(`child_${count - 1}`);
      if (count > 0) expect(last?.kind === "dataset" && last.read().data[0]).toBe(count - 1);
    }
  });

  test("long texts and many of them", async () => {
    const data = Array.from({ length: 2000 }, (_, i) => "x".repeat(i % 90));
    const attributes = new Map([
      ["config", "é".repeat(100_000)],
      ["empty", ""],
    ]);
    const names = { shape: [2000], dtype: "string", data, charset: "utf-8" } as const;
    const root = await readHdf5(
      writeHdf5(group({}, new Map<string, string | typeof names>([...attributes, ["names", names]]))),
      "f",
    );
    expect(stringAttribute(root, "config")).toBe("é".repeat(100_000));
    expect(stringAttribute(root, "empty")).toBe("");
    expect(stringsAttribute(root, "names")).toEqual(data);
  });

  test("refuses to write what HDF5 cannot hold", () => {
    expect(() => writeHdf5(group({ "a/b": group({}) }))).toThrow(DataError);
    expect(() => writeHdf5(group({ x: dataset(floats([3], 1, 2)) }))).toThrow(
      /expected 3 elements of float32, received 2/,
    );
    const big = {
      shape: [5000],
      dtype: "string",
      data: Array.from({ length: 5000 }, () => "a"),
      charset: "utf-8",
    } as const;
    expect(() => writeHdf5(group({}, new Map([["layer_names", big]])))).toThrow(/Split it/);
  });

  test("every cut is found", async () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length += 3) {
      await expect(readHdf5(bytes.slice(0, length), "cut.h5")).rejects.toThrow(FormatError);
    }
  });

  test("damaged bytes end in a FormatError or change nothing but values", async () => {
    const bytes = sample();
    const whole = await contentOf(bytes);
    const skeleton = (content: string): string =>
      content.replaceAll(/(\]) \S*/g, "$1").replaceAll(/=.*/g, "");
    const outcomes = { error: 0, same: 0, value: 0, renamed: 0 };
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << ((at * 5) % 8));
      try {
        const content = await contentOf(damaged);
        if (content === whole) outcomes.same++;
        else if (skeleton(content) === skeleton(whole)) outcomes.value++;
        else outcomes.renamed++;
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        outcomes.error++;
      }
    }
    expect(outcomes.error).toBeGreaterThan(500);
    // Names and attributes carry no checksum in this form of file: a few letters may differ unseen.
    expect(outcomes.renamed).toBeLessThan(150);
  });

  test("a group that contains itself is refused", async () => {
    const bytes = writeHdf5(group({ a: group({ b: group({}) }) }));
    const view = new DataView(bytes.buffer);
    const rootHeader = view.getBigUint64(64, true);
    let patched = 0;
    // Let every symbol point at the root.
    for (let at = 96; at < bytes.length - 8; at += 8) {
      if (new TextDecoder().decode(bytes.subarray(at, at + 4)) !== "SNOD") continue;
      view.setBigUint64(at + 16, rootHeader, true);
      patched++;
    }
    expect(patched).toBe(2);
    await expect(readHdf5(bytes, "loop.h5")).rejects.toThrow(/contains itself/);
  });
});
