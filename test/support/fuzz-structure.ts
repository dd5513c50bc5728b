// Mutations of what a file means, in a file that is sound otherwise: its JSON, and the tree of its groups and datasets.
import { bytesOfElements, type FileArray } from "../../src/codec/array.ts";
import {
  type Hdf5AttributeInput,
  type Hdf5GroupInput,
  type Hdf5Node,
  type Hdf5NodeInput,
  readHdf5,
  writeHdf5,
} from "../../src/codec/hdf5/index.ts";
import { parsePythonJson, pythonJson } from "../../src/saving/python-json.ts";
import { isPlainObject } from "../../src/util/options.ts";

type Random = () => number;

/** A mutated value, and what was done. */
export type Mutated<T> = readonly [value: T, what: string];

const below = (random: Random, n: number): number => Math.floor(random() * Math.max(1, n));
const oneOf = <T>(random: Random, items: readonly T[], otherwise: T): T =>
  items[below(random, items.length)] ?? otherwise;

const numbers = [
  -1,
  0,
  1,
  2,
  3,
  7,
  64,
  1000,
  100_000,
  2 ** 31,
  1e9,
  1e12,
  2 ** 53,
  1e300,
  0.5,
  -0.5,
  NaN,
  Infinity,
];
const texts = [
  "", "a", "__proto__", "constructor", "toString", "../x", "relu", "float16", "float99", "same", "Dense", "Functional",
  "InputLayer", "Sequential", "Lambda", "Bidirectional", "__lambda__", "__tensor__", "__slice__", "function",
  "\0", "/", "a".repeat(5000), "layers", "keras.layers", "LSTM", "StackedRNNCells", "Conv2D", "Orthogonal",
]; // prettier-ignore

/** A place in nested JSON. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (Array.isArray(value) || isPlainObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      found.push({ holder: value as Place["holder"], key }); // SAFETY: as just checked
      placesIn(child, found);
    }
  }
  return found;
}

const valueAt = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key];
function put({ holder, key }: Place, value: unknown): void {
  // Assigning to `__proto__` would not make a key.
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(value: unknown, random: Random): unknown {
  let deep = value;
  const form = below(random, 3);
  for (let i = 0; i < 300; i++) {
    if (form === 0) deep = [deep];
    else if (form === 1) deep = { a: deep };
    else deep = { module: "keras", class_name: "Sequential", config: { name: "s", layers: [deep] } };
  }
  return deep;
}

/** One to four mutations of JSON: other types, absurd numbers, missing, swapped, repeated and misplaced parts. */
export function mutateJson(text: string, random: Random): Mutated<string> {
  const json = { root: parsePythonJson(text) };
  const what: string[] = [];
  for (let count = 1 + below(random, 4); count > 0; count--) {
    const places = placesIn(json.root);
    const place = oneOf(random, places, { holder: json, key: "root" });
    const other = oneOf(random, places, place);
    const kind = below(random, 12);
    what.push(`${kind} at ${place.key}`);
    switch (kind) {
      case 0:
        put(place, oneOf(random, numbers, 0));
        break;
      case 1:
        put(place, oneOf(random, texts, ""));
        break;
      case 2:
        put(place, oneOf(random, [null, true, false, [], {}, [[]], [null, -1], { class_name: "x" }], null));
        break;
      case 3:
        if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 1);
        else Reflect.deleteProperty(place.holder, place.key);
        break;
      case 4:
      case 5:
        put(place, structuredClone(valueAt(other)));
        break;
      case 6: {
        const kept = valueAt(place);
        put(place, valueAt(other));
        put(other, kept);
        // Swapping a part with its own holder would make a circle.
        try {
          JSON.stringify(json.root);
        } catch {
          put(other, null);
          put(place, kept);
        }
        break;
      }
      case 7:
        if (Array.isArray(place.holder)) place.holder.push(structuredClone(valueAt(place)));
        else put({ holder: place.holder, key: oneOf(random, texts, "x") }, structuredClone(valueAt(place)));
        break;
      case 8:
        if (below(random, 8) === 0) put(place, nested(valueAt(place), random));
        else put(place, [valueAt(place)]);
        break;
      default: {
        // Numbers and names where there were numbers and names: these get further.
        const now = valueAt(place);
        if (typeof now === "number") put(place, oneOf(random, [...numbers, now + 1, now - 1, now * 2], 0));
        else if (typeof now === "string") {
          const named = places.map(valueAt).filter((value) => typeof value === "string");
          put(place, oneOf(random, named, ""));
        } else if (typeof now === "boolean") put(place, !now);
        else put(place, oneOf(random, numbers, 0));
      }
    }
  }
  return [pythonJson(json.root), what.join(", ")];
}

/** A tree that can be changed. */
interface Group {
  readonly kind: "group";
  readonly children: Map<string, Group | Dataset>;
  readonly attributes: Map<string, Hdf5AttributeInput>;
}
interface Dataset {
  readonly kind: "dataset";
  value: FileArray;
  readonly attributes: Map<string, Hdf5AttributeInput>;
}

function changeable(node: Hdf5Node): Group | Dataset | null {
  const attributes = new Map(
    [...node.attributes].flatMap(([name, value]): [string, Hdf5AttributeInput][] => {
      if (value.dtype === "opaque") return [];
      if (value.dtype === "string" && value.shape.length === 0) return [[name, value.data[0] ?? ""]];
      return [[name, value]];
    }),
  );
  if (node.kind === "dataset") {
    const value = node.read();
    return value.dtype === "string" || value.dtype === "opaque"
      ? null
      : { kind: "dataset", value, attributes };
  }
  const children = new Map(
    [...node.children].flatMap(([name, child]): [string, Group | Dataset][] => {
      const made = changeable(child);
      return made === null ? [] : [[name, made]];
    }),
  );
  return { kind: "group", children, attributes };
}

function* nodesOf(
  group: Group,
): Generator<{ readonly parent: Group; readonly name: string; readonly node: Group | Dataset }> {
  for (const [name, node] of group.children) {
    yield { parent: group, name, node };
    if (node.kind === "group") yield* nodesOf(node);
  }
}

const asInput = (node: Group): Hdf5GroupInput => ({
  ...node,
  children: new Map(
    [...node.children].map(([name, child]): [string, Hdf5NodeInput] => [
      name,
      child.kind === "group" ? asInput(child) : child,
    ]),
  ),
});

/** One to three mutations of an HDF5 tree: of shapes, dtypes, names, places, attributes, and of JSON in attributes. */
export async function mutateTree(bytes: Uint8Array, random: Random): Promise<Mutated<Uint8Array>> {
  const read = changeable(await readHdf5(bytes, "seed.h5"));
  if (read?.kind !== "group") return [bytes, "nothing"];
  const root: Group = read;
  const what: string[] = [];
  for (let count = 1 + below(random, 3); count > 0; count--) {
    const nodes = [...nodesOf(root)];
    if (nodes.length === 0) break;
    const { parent, name, node } = oneOf(random, nodes, { parent: root, name: "", node: root });
    const kind = below(random, 10);
    what.push(`${kind} at ${name}`);
    if (kind === 0) parent.children.delete(name);
    else if (kind === 1) {
      parent.children.delete(name);
      parent.children.set(
        oneOf(random, ["0", "1", "vars", "layers", "x", "-1", "1e9", "__proto__"], "x"),
        node,
      );
    } else if (kind === 2) parent.children.set(oneOf(random, ["2", "9", "extra", "dense_9"], "x"), node);
    else if (kind === 3 && node.kind === "group") {
      let deep: Group = node;
      for (let i = 0; i < 200; i++)
        deep = { kind: "group", children: new Map([[name, deep]]), attributes: new Map() };
      parent.children.set(name, deep);
    } else if (kind <= 5 && node.kind === "dataset") node.value = reshaped(node.value, random);
    else if (kind === 6 && node.kind === "dataset") node.value = retyped(node.value, random);
    else {
      const holder = below(random, 2) === 0 ? root : node;
      const [attribute = "x", value] = oneOf(random, [...holder.attributes], ["x", ""]);
      holder.attributes.set(attribute, mutatedAttribute(value, random));
    }
  }
  try {
    return [writeHdf5(asInput(root)), what.join(", ")];
  } catch {
    return [bytes, "nothing that can be written"];
  }
}

function mutatedAttribute(value: Hdf5AttributeInput, random: Random): Hdf5AttributeInput {
  if (typeof value === "string" && value.startsWith("{") && below(random, 4) > 0) {
    const [text] = mutateJson(value, random);
    return text;
  }
  if (typeof value !== "string" && value.dtype === "string") {
    const data = value.data.filter(() => below(random, 4) > 0);
    if (below(random, 2) === 0) data.push(oneOf(random, [...value.data, ...texts], "x"));
    return { ...value, shape: [data.length], data };
  }
  return below(random, 2) === 0
    ? oneOf(random, texts, "x")
    : { shape: [1], dtype: "float64", data: Float64Array.of(oneOf(random, numbers, 0)) };
}

/** The same elements in another shape, or fewer. */
function reshaped({ shape, dtype, data }: FileArray, random: Random): FileArray {
  const size = data.length;
  const forms: (readonly number[])[] = [[size], [1, size], [size, 1], shape.toReversed(), [...shape, 1]];
  if (size % 2 === 0) forms.push([2, size / 2], [size / 2, 2]);
  if (below(random, 3) > 0) return { shape: oneOf(random, forms, [size]), dtype, data };
  const fewer = below(random, size);
  return { shape: [fewer], dtype, data: data.slice(0, fewer) as FileArray["data"] }; // SAFETY: of the same kind
}

/** The same bytes as elements of another type. */
function retyped(value: FileArray, random: Random): FileArray {
  const bytes = bytesOfElements(value.data);
  const dtype = oneOf(random, ["uint8", "int8", "bool"] as const, "uint8");
  const data =
    dtype === "int8"
      ? new Int8Array(bytes)
      : new Uint8Array(bytes).map((x) => (dtype === "bool" ? x & 1 : x));
  return { shape: [...value.shape, bytes.length / Math.max(1, value.data.length)], dtype, data };
}
