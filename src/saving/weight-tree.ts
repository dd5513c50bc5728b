import type { FileArray } from "../codec/array.ts";
import type { Hdf5AttributeInput, Hdf5GroupInput, Hdf5NodeInput } from "../codec/hdf5/index.ts";
import { FormatError } from "../util/errors.ts";

/** A group of a weights file under construction. */
export interface GroupBuilder {
  readonly children: Map<string, GroupBuilder | Hdf5NodeInput>;
  readonly attributes: Map<string, Hdf5AttributeInput>;
}

export function newGroup(): GroupBuilder {
  return { children: new Map(), attributes: new Map() };
}

/** The group at a path, made where it is missing, and given the attributes. */
export function addGroup(
  root: GroupBuilder,
  path: readonly string[],
  attributes: ReadonlyMap<string, Hdf5AttributeInput> = new Map(),
): GroupBuilder {
  let at = root;
  for (const step of path) {
    const next = at.children.get(step) ?? newGroup();
    if ("kind" in next) throw new FormatError(`${path.join("/")}: a dataset stands where a group should.`);
    at.children.set(step, next);
    at = next;
  }
  for (const [name, value] of attributes) at.attributes.set(name, value);
  return at;
}

export function addDataset(group: GroupBuilder, name: string, value: FileArray): void {
  // HDF5 has no such numbers: they are two bytes each, and an attribute says what these mean.
  const attributes = new Map(value.dtype === "bfloat16" ? [["dtype", "bfloat16"]] : []);
  group.children.set(name, { kind: "dataset", value, attributes });
}

export function finishGroup(group: GroupBuilder): Hdf5GroupInput {
  const children = new Map(
    [...group.children].map(([name, child]): [string, Hdf5NodeInput] => [
      name,
      "kind" in child ? child : finishGroup(child),
    ]),
  );
  return { kind: "group", children, attributes: group.attributes };
}
