import {
  type Hdf5AttributeInput,
  type Hdf5Group,
  type Hdf5Node,
  type Hdf5Value,
} from "../codec/hdf5/index.ts";
import type { FileArray } from "../codec/array.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { FormatError } from "../util/errors.ts";
import { storedGroups } from "./stored-groups.ts";
import { addDataset, addGroup, finishGroup, type GroupBuilder, newGroup } from "./weight-tree.ts";

/** An object of a weights file: its own weights, and the objects inside it. */
export interface WeightsObject {
  readonly weights: Map<string, FileArray>;
  readonly parts: Map<string, WeightsObject>;
  /** What the file says of it, such as its name. */
  readonly attributes: Map<string, Hdf5AttributeInput>;
}

export function newObject(): WeightsObject {
  return { weights: new Map(), parts: new Map(), attributes: new Map() };
}

/** The group of an object's own weights. */
const ownGroup = "vars";

/** The objects of a weights file. */
export function objectsOf(group: Hdf5Group): WeightsObject {
  const object = newObject();
  readOwn(object, group);
  for (const [name, node] of group.children) {
    if (node.kind === "dataset") object.weights.set(name, numbersOf(node));
    else if (name === ownGroup) {
      readOwn(object, node);
      for (const [key, value] of node.children) object.weights.set(key, numbersOf(value));
    } else object.parts.set(name, objectsOf(node));
  }
  return object;
}

function readOwn({ attributes }: WeightsObject, group: Hdf5Group): void {
  for (const [name, value] of group.attributes) {
    const known = attributeOf(value);
    if (known !== null) attributes.set(name, known);
  }
}

/** What can be written again; opaque attributes mean nothing to Keras. */
function attributeOf(value: Hdf5Value): Hdf5AttributeInput | null {
  if (value.dtype === "opaque") return null;
  const isText = value.dtype === "string" && value.data.length === 1 && value.shape.length === 0;
  return isText ? (value.data[0] ?? "") : value;
}

function numbersOf(node: Hdf5Node): FileArray {
  if (node.kind === "group")
    throw new FormatError(`${node.path}: expected the numbers of a weight, found a group.`);
  const value = node.read();
  if (value.dtype === "string") throw new FormatError(`${node.path}: expected numbers, found strings.`);
  if (value.dtype !== "opaque") return value;
  const marked = node.attributes.get("dtype");
  if (value.elementBytes !== 2 || marked?.dtype !== "string" || marked.data[0] !== "bfloat16")
    throw new FormatError(`${node.path}: opaque data that is not marked as bfloat16.`);
  return { shape: value.shape, dtype: "bfloat16", data: new Uint16Array(value.data.slice().buffer) };
}

/** The objects that a model's weights file would have, those without weights left out. */
export function objectsIn(model: LayerBase): WeightsObject {
  const root = newObject();
  for (const { path, values } of storedGroups(model)) {
    if (values.size === 0) continue;
    let at = root;
    for (const part of path.split("/").filter((one) => one !== "")) {
      const next = at.parts.get(part) ?? newObject();
      at.parts.set(part, next);
      at = next;
    }
    for (const [name, value] of values) at.weights.set(name, value);
  }
  return root;
}

/** The tree of a weights file with such objects. */
export function fileOf(root: WeightsObject): ReturnType<typeof finishGroup> {
  const file = newGroup();
  const visit = (object: WeightsObject, path: readonly string[]): void => {
    if (object.weights.size > 0 || object.attributes.size > 0) {
      const group: GroupBuilder = addGroup(file, [...path, ownGroup], object.attributes);
      for (const [name, value] of object.weights) addDataset(group, name, value);
    }
    for (const [name, part] of object.parts) visit(part, [...path, name]);
  };
  visit(root, []);
  return finishGroup(file);
}
