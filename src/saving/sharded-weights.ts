import { findNode, type Hdf5Group, type Hdf5Node, readHdf5, writeHdf5 } from "../codec/hdf5/index.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { FormatError, invariant, OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { parseJson } from "./parse-json.ts";
import { storedGroups } from "./stored-groups.ts";
import { addDataset, addGroup, finishGroup, type GroupBuilder, newGroup } from "./weight-tree.ts";

/** A file of several that belong together. */
export interface NamedBytes {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Weights in several files. */
export interface ShardedWeights {
  /** The bytes of `<base>_00000.weights.h5`, `<base>_00001.weights.h5`, … */
  readonly shards: readonly Uint8Array[];
  /** The JSON that says which file has which group, the files being called as given. */
  map(names: readonly string[]): Uint8Array;
}

const bytesInGB = 1024 ** 3;

/**
 * A model's weights split into shards of at most `maxShardSize` GB of numbers each.
 *
 * @throws {OptionError} when a single variable is larger than a shard may be.
 * @see Keras `saving/saving_lib.py`, `ShardedH5IOStore`
 */
export function writeShardedWeights(root: LayerBase, maxShardSize: number): ShardedWeights {
  const limit = maxShardSize * bytesInGB;
  const shards = [newGroup()];
  const placed = new Map<string, number[]>();
  let used = 0;
  let total = 0;
  for (const { path, attributes, values } of storedGroups(root)) {
    const steps = [...path.split("/").filter((part) => part !== ""), "vars"];
    addGroup(last(shards), steps, attributes);
    for (const [key, value] of values) {
      const size = value.data.byteLength;
      if (size > limit) {
        throw new OptionError(
          `saveWeights: ${steps.join("/")}/${key} has ${size} bytes, more than a shard's ${Math.floor(limit)}. Give a larger maxShardSize (in GB).`,
        );
      }
      total += size;
      used += size;
      if (used > limit) {
        shards.push(newGroup());
        used = size;
      }
      addDataset(addGroup(last(shards), steps), key, value);
      const place = `/${steps.join("/")}`;
      placed.set(place, [...(placed.get(place) ?? []), shards.length - 1]);
    }
  }
  return {
    shards: shards.map((tree) => writeHdf5(finishGroup(tree))),
    map: (names) => new TextEncoder().encode(mapText(total, placed, names)),
  };
}

function last(shards: readonly GroupBuilder[]): GroupBuilder {
  const shard = shards.at(-1);
  invariant(shard !== undefined, "weights without a shard");
  return shard;
}

/** The JSON as Keras writes it: a group of one variable names its shard, one of several lists theirs. */
function mapText(
  total: number,
  placed: ReadonlyMap<string, readonly number[]>,
  names: readonly string[],
): string {
  const entries = [...placed].map(([place, shards]): [string, string | string[]] => {
    const files = [...new Set(shards)].map((i) => names[i] ?? "");
    return [place, shards.length === 1 ? (files[0] ?? "") : files];
  });
  const text = JSON.stringify(
    { metadata: { total_size: total }, weight_map: Object.fromEntries(entries) },
    null,
    4,
  );
  // Python keeps the total as a float, unless nothing was added to it.
  return total === 0 ? text : text.replace(`"total_size": ${total}`, `"total_size": ${total}.0`);
}

/** Whether a file's bytes may be such a JSON: HDF5, zip and safetensors files do not begin with a brace. */
export function isShardMap(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  return start.startsWith("{");
}

/**
 * The groups of all shards as one tree.
 *
 * @param read - Gives the bytes of a shard.
 * @throws {FormatError} when the map is malformed, or a shard lacks a group that the map says it has.
 */
export async function readShards(
  map: Uint8Array,
  where: string,
  read: (name: string) => Promise<Uint8Array>,
): Promise<Hdf5Group> {
  const places = readShardMap(map, where);
  const files = new Map<string, Hdf5Group>();
  for (const name of new Set([...places.values()].flat()))
    files.set(name, await readHdf5(await read(name), `${where}: ${name}`));
  for (const [place, names] of places) {
    for (const name of names) {
      const file = files.get(name);
      if (file === undefined || findNode(file, place)?.kind !== "group")
        throw new FormatError(`${where}: ${name} has no group "${place}", which weight_map says it has.`);
    }
  }
  return merge([...files.values()], where);
}

/** Which files have a group, by its place. */
export function readShardMap(bytes: Uint8Array, where: string): ReadonlyMap<string, readonly string[]> {
  const json = parseJson(bytes, where);
  const map = isPlainObject(json) ? json["weight_map"] : null;
  if (!isPlainObject(map)) {
    throw new FormatError(
      `${where}: expected the JSON of sharded weights with a "weight_map" of groups and files.`,
    );
  }
  return new Map(
    Object.entries(map).map(([place, value]): [string, readonly string[]] => {
      const names: readonly unknown[] = Array.isArray(value) ? value : [value];
      return [place, names.map((name) => shardName(name, `${where}: weight_map["${place}"]`))];
    }),
  );
}

/** Shards lie beside the map: a name that leads elsewhere is refused. */
function shardName(name: unknown, where: string): string {
  if (typeof name === "string" && name !== "" && name !== "." && name !== ".." && !/[/\\\0:]/.test(name))
    return name;
  throw new FormatError(`${where}: expected the name of a file beside it, received ${JSON.stringify(name)}.`);
}

/** Groups of the same path become one; a dataset may be in one file alone. */
function merge(groups: readonly Hdf5Group[], where: string): Hdf5Group {
  const [first] = groups;
  const named = new Map<string, Hdf5Node[]>();
  for (const group of groups) {
    for (const [name, child] of group.children) named.set(name, [...(named.get(name) ?? []), child]);
  }
  const children = new Map(
    [...named].map(([name, nodes]): [string, Hdf5Node] => {
      const [one] = nodes;
      const inner = nodes.filter((node) => node.kind === "group");
      if (one !== undefined && nodes.length === 1) return [name, one];
      if (inner.length === nodes.length) return [name, merge(inner, where)];
      throw new FormatError(`${where}: two shards have the dataset ${one?.path ?? name}.`);
    }),
  );
  return { kind: "group", path: first?.path ?? "/", attributes: first?.attributes ?? new Map(), children };
}
