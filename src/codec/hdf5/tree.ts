import type { ArrayDtype, FileArray } from "../array.ts";

/** Strings as a dataset or an attribute holds them. */
export interface Hdf5Strings {
  readonly shape: readonly number[];
  readonly dtype: "string";
  readonly data: readonly string[];
  /** Which character set the file declares. */
  readonly charset: "ascii" | "utf-8";
}

/** Elements of a size that have no meaning to HDF5 (`H5T_OPAQUE`), one after the other. */
export interface Hdf5Opaque {
  readonly shape: readonly number[];
  readonly dtype: "opaque";
  readonly elementBytes: number;
  readonly data: Uint8Array;
}

/** The value of a dataset or an attribute. */
export type Hdf5Value = FileArray | Hdf5Strings | Hdf5Opaque;

/** How the bytes of a dataset lie in the file. */
export type Hdf5Layout = "compact" | "contiguous" | "chunked";

/** A dataset; its elements are read when asked for. */
export interface Hdf5Dataset {
  readonly kind: "dataset";
  /** Absolute path, as in `/layers/dense/vars/0`. */
  readonly path: string;
  readonly attributes: ReadonlyMap<string, Hdf5Value>;
  readonly shape: readonly number[];
  readonly dtype: ArrayDtype | "string" | "opaque";
  readonly layout: Hdf5Layout;
  /** Names of the filters that its chunks pass through. */
  readonly filters: readonly string[];
  /**
   * The elements, in memory of their own.
   *
   * @throws {FormatError} naming the dataset, when its data is damaged.
   */
  read(): Hdf5Value;
}

/** A group of groups and datasets. */
export interface Hdf5Group {
  readonly kind: "group";
  readonly path: string;
  readonly attributes: ReadonlyMap<string, Hdf5Value>;
  /** By name: in order of creation where the file tracks it, else sorted. */
  readonly children: ReadonlyMap<string, Hdf5Node>;
}

export type Hdf5Node = Hdf5Group | Hdf5Dataset;

/** The node at a path below a group (`"layers/dense/vars"`), or `undefined`. */
export function findNode(group: Hdf5Group, path: string): Hdf5Node | undefined {
  let node: Hdf5Node | undefined = group;
  for (const name of path.split("/")) {
    if (name === "") continue;
    node = node?.kind === "group" ? node.children.get(name) : undefined;
  }
  return node;
}

/** Every node below a group, each before its children. */
export function* walkNodes(group: Hdf5Group): Generator<Hdf5Node> {
  for (const child of group.children.values()) {
    yield child;
    if (child.kind === "group") yield* walkNodes(child);
  }
}

/** The text of an attribute that is one string, or `undefined`. */
export function stringAttribute(node: Hdf5Node, name: string): string | undefined {
  const value = node.attributes.get(name);
  return value?.dtype === "string" && value.data.length === 1 ? value.data[0] : undefined;
}

/** The texts of an attribute that is an array of strings; an empty array of any type counts, as h5py writes `[]` so. */
export function stringsAttribute(node: Hdf5Node, name: string): readonly string[] | undefined {
  const value = node.attributes.get(name);
  if (value?.dtype === "string") return value.data;
  return value?.data.length === 0 ? [] : undefined;
}

/** A dataset to write. */
export interface Hdf5DatasetInput {
  readonly kind: "dataset";
  readonly value: FileArray;
  readonly attributes?: ReadonlyMap<string, Hdf5AttributeInput>;
}

/** A group to write. */
export interface Hdf5GroupInput {
  readonly kind: "group";
  readonly children: ReadonlyMap<string, Hdf5NodeInput>;
  readonly attributes?: ReadonlyMap<string, Hdf5AttributeInput>;
}

export type Hdf5NodeInput = Hdf5GroupInput | Hdf5DatasetInput;

/** An attribute to write: a text stands for one UTF-8 string. */
export type Hdf5AttributeInput = string | FileArray | Hdf5Strings;
