import h5wasm from "h5wasm";
import { expect, test } from "vitest";
import {
  describeGolden,
  goldenFiles,
  readGoldenBytes,
  readGoldenJson,
} from "../../../test/support/golden.ts";
import { bytesOfElements } from "../array.ts";
import { ZipArchive } from "../zip-read.ts";
import {
  type Hdf5AttributeInput,
  type Hdf5Group,
  type Hdf5GroupInput,
  type Hdf5NodeInput,
  type Hdf5Value,
  readHdf5,
  walkNodes,
  writeHdf5,
} from "./index.ts";

/** Class numbers of HDF5 (`H5T_class_t`). */
const hdf5Class = new Map([
  ["int8", 0],
  ["int32", 0],
  ["float16", 1],
  ["float32", 1],
  ["bfloat16", 5],
]);

interface TreeEntry {
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly layout?: string;
}
type Tree = Readonly<Record<string, TreeEntry>>;
interface Index {
  readonly models: Readonly<
    Record<
      string,
      {
        files: string[];
        zip?: { name: string; size: number }[];
        keras_h5?: Tree;
        weights_h5?: Tree;
        legacy_h5?: Tree;
      }
    >
  >;
}

function attributeText(value: Hdf5Value): unknown {
  if (value.dtype !== "string") return [...value.data];
  return value.shape.length === 0 ? value.data[0] : [...value.data];
}

/** The tree in the index's form, for comparison. */
function describeTree(root: Hdf5Group, expected: Tree): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const node of [root, ...walkNodes(root)]) {
    const path = node.path === "/" ? "/" : node.path.slice(1);
    const attrs = Object.fromEntries(
      Array.from(node.attributes, ([name, value]) => {
        const text = attributeText(value);
        // The index has "<json>" for long configurations: all that can be checked is that they are JSON.
        const isJson =
          expected[path]?.attrs[name] === "<json>" &&
          typeof text === "string" &&
          typeof JSON.parse(text) === "object";
        return [name, isJson ? "<json>" : text];
      }),
    );
    entries.push([
      path,
      node.kind === "group"
        ? { attrs }
        : { attrs, shape: node.shape, dtype: node.dtype, layout: node.layout },
    ]);
  }
  return Object.fromEntries(entries);
}

/** A tree that was read, as one to be written. */
function asInput(group: Hdf5Group): Hdf5GroupInput {
  const attributesOf = (node: {
    attributes: ReadonlyMap<string, Hdf5Value>;
  }): Map<string, Hdf5AttributeInput> =>
    new Map(
      Array.from(node.attributes).filter(
        (entry): entry is [string, Exclude<Hdf5Value, { dtype: "opaque" }>] => entry[1].dtype !== "opaque",
      ),
    );
  const children = Array.from(group.children, ([name, node]): [string, Hdf5NodeInput] => {
    if (node.kind === "group") return [name, asInput(node)];
    const value = node.read();
    if (value.dtype === "string" || value.dtype === "opaque")
      throw new Error(`${node.path} is ${value.dtype}`);
    return [name, { kind: "dataset", value, attributes: attributesOf(node) }];
  });
  return { kind: "group", children: new Map(children), attributes: attributesOf(group) };
}

async function weightsOf(file: string): Promise<Uint8Array> {
  return file.endsWith(".keras")
    ? ZipArchive.open(readGoldenBytes(file), file).read("model.weights.h5")
    : readGoldenBytes(file);
}

describeGolden("hdf5 files of Keras", () => {
  test("have the trees that h5py saw", async () => {
    const { models } = readGoldenJson<Index>("formats/index.json");
    let compared = 0;
    for (const [name, model] of Object.entries(models)) {
      const trees = [
        [`${name}.keras`, model.keras_h5],
        [`${name}.weights.h5`, model.weights_h5],
        [`${name}.h5`, model.legacy_h5],
      ] as const;
      for (const [file, tree] of trees) {
        if (tree === undefined || !model.files.includes(file)) continue;
        const root = await readHdf5(await weightsOf(`formats/${file}`), file);
        expect(describeTree(root, tree), file).toEqual(tree);
        compared++;
      }
      if (model.zip !== undefined) {
        const archive = ZipArchive.open(readGoldenBytes(`formats/${name}.keras`), name);
        expect(
          archive.members.map(({ name: member, size, method }) => ({ name: member, size, method })),
        ).toEqual(model.zip);
      }
    }
    expect(compared).toBeGreaterThan(95);
  });

  test("hold equal values in every variant of the format", async () => {
    const valuesOf = async (file: string): Promise<Map<string, number[]>> => {
      const values = new Map<string, number[]>();
      for (const node of walkNodes(await readHdf5(await weightsOf(`formats/extra/${file}`), file))) {
        if (node.kind !== "dataset") continue;
        const { data, dtype } = node.read();
        values.set(
          node.path,
          [...data].map((x) => (dtype === "float16" && typeof x === "number" ? float16(x) : Number(x))),
        );
      }
      return values;
    };
    const base = await valuesOf("base.weights.h5");
    expect(base.size).toBe(6);
    for (const variant of [
      "bigendian",
      "chunked",
      "chunked_latest",
      "float64",
      "gzip_chunked",
      "gzip_latest",
      "libver_latest",
      "libver_v108",
      "track_order",
    ]) {
      expect(await valuesOf(`${variant}.weights.h5`), variant).toEqual(base);
    }
    for (const [path, values] of await valuesOf("float16.weights.h5")) {
      values.forEach((value, i) => expect(value).toBeCloseTo(base.get(path)?.[i] ?? Number.NaN, 2));
    }
    for (const file of goldenFiles("formats/extra", "children.h5"))
      expect((await valuesOf(file)).size, file).toBe(300);
  });

  test("written again are the same to HDF5's own library", async () => {
    const module = await h5wasm.ready;
    const rawBytes = (fileId: bigint, path: string, count: number): Uint8Array => {
      const pointer = module._malloc(Math.max(count, 1));
      module.get_dataset_data(fileId, path, null, null, null, BigInt(pointer));
      const bytes = module.HEAPU8.slice(pointer, pointer + count);
      module._free(pointer);
      return bytes;
    };
    for (const file of [
      "formats/mnist_mlp_trained_adam.h5",
      "formats/ticket_dict.keras",
      "formats/quantized_int8.keras",
      "layers_zoo/Dense__dtype_bfloat16.keras",
      "formats/extra/float16.weights.h5",
      "formats/extra/many_children.h5",
    ]) {
      const root = await readHdf5(await weightsOf(file), file);
      module.FS.writeFile("/ours.h5", writeHdf5(asInput(root)));
      const theirs = new h5wasm.File("/ours.h5", "r");
      for (const node of walkNodes(root)) {
        const found = theirs.get(node.path);
        if (node.kind === "group") {
          expect(found instanceof h5wasm.Group && found.keys(), `${file} ${node.path}`).toEqual([
            ...node.children.keys(),
          ]);
        } else {
          if (!(found instanceof h5wasm.Dataset)) throw new Error(`${node.path} is no dataset to h5wasm`);
          expect(found.shape).toEqual(node.shape);
          const value = node.read();
          if (value.dtype === "string") throw new Error(`${node.path} is text`);
          const raw = rawBytes(theirs.file_id, node.path, found.metadata.size * found.metadata.total_size);
          expect(raw).toEqual(bytesOfElements(value.data));
          expect(found.metadata.type).toBe(hdf5Class.get(node.dtype));
        }
        if (found === null || !("attrs" in found)) throw new Error(`${node.path} is missing to h5wasm`);
        for (const [name, value] of node.attributes) {
          const attribute = found.attrs[name];
          expect(attribute?.json_value, `${node.path} ${name}`).toEqual(attributeText(value));
        }
      }
      theirs.close();
    }
  });
});

function float16(bits: number): number {
  return new Float16Array(Uint16Array.of(bits).buffer)[0] ?? Number.NaN;
}
