import type { ModelClass } from "../models/model.ts";
import { findNode, type Hdf5Group, walkNodes, writeHdf5 } from "../codec/hdf5/index.ts";
import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import type { StoredVariables } from "../graph/stored-operation.ts";
import type { Variable } from "../graph/variable.ts";
import type { DType, TypedArray } from "../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { FormatError, warnOnce } from "../util/errors.ts";
import { type WeightGroup, weightGroups } from "./saveables.ts";
import { seedMatches } from "./seed-states.ts";
import { customOwner, storedGroups } from "./stored-groups.ts";
import { addDataset, addGroup, finishGroup, type GroupBuilder, newGroup } from "./weight-tree.ts";

/** Of backups: holds the state of training, which is no model's weight. */
export const trainingStateGroup = "training_state";

/** Whether a model has its weights: it is built, or all its layers are, as where only a training step of its own calls them. */
export function hasWeights({ built, layers }: ModelClass): boolean {
  return built || (layers.length > 0 && layers.every((layer) => layer.built));
}

/** The bytes of a `.weights.h5` file (and of `model.weights.h5` inside a `.keras` file). */
export function writeWeights(root: LayerBase): Uint8Array {
  return writeHdf5(finishGroup(weightsTree(root)));
}

/** The tree of a `.weights.h5` file, to which more can be added. */
export function weightsTree(root: LayerBase): GroupBuilder {
  const file = newGroup();
  for (const { path, attributes, values } of storedGroups(root)) {
    const group = addGroup(file, [...path.split("/").filter((part) => part !== ""), "vars"], attributes);
    for (const [key, value] of values) addDataset(group, key, value);
  }
  return file;
}

export interface LoadWeightsOptions {
  /** Whether variables whose shape differs are left as they are, with a warning. Default false. */
  readonly skipMismatch?: boolean | undefined;
  /** Whether layers are matched by their names, for old `.h5` files; layers that only one side has are left. Default false. */
  readonly byName?: boolean | undefined;
}

/** A value found for a variable. */
interface Match {
  readonly variable: Variable;
  readonly data: TypedArray;
}

/** What was found for an object with code of its own. */
interface CustomMatch {
  readonly layer: LayerBase;
  readonly store: StoredVariables;
  readonly place: string;
}

/**
 * Sets a model's weights (and its optimizer's variables) from the tree of a weights file.
 *
 * Every variable is matched by path and shape. What is missing, extra or mis-shaped is listed in one error, and then
 * nothing has been changed.
 *
 * @throws {FormatError}
 */
export function readWeights(
  root: LayerBase,
  file: Hdf5Group,
  where: string,
  options: LoadWeightsOptions = {},
): void {
  const groups = weightGroups(root);
  const problems: string[] = [];
  const matches: Match[] = [];
  const custom: CustomMatch[] = [];
  for (const group of groups) {
    const layer = customOwner(group);
    matches.push(...seedMatches(findGroup(file, group), group));
    if (layer === null) matchGroup(file, group, options.skipMismatch === true, matches, problems);
    else custom.push(readStore(file, group, layer));
  }
  problems.push(...unusedDatasets(file, groups));
  if (problems.length > 0) {
    throw new FormatError(
      `${where}: the weights do not fit the model ${root.where}:\n  ${problems.join("\n  ")}`,
    );
  }
  for (const match of custom) loadStore(match, where, options.skipMismatch === true);
  for (const { variable, data } of matches) variable.assignData(data);
}

/**
 * The group in a file. Before nested containers were told apart, and in Keras 2.13, it was at another place; before
 * that containers inside containers were left out, and their parts were found as the model's layers.
 */
function findGroup(file: Hdf5Group, { path, otherPaths }: WeightGroup): Hdf5Group | undefined {
  const place = placeOf(path);
  const places = [
    place,
    place.replaceAll("/container", ""),
    place.replaceAll("layers", "_layer_checkpoint_dependencies"),
    ...otherPaths.map(placeOf),
  ];
  return places.map((one) => findNode(file, one)).find((node) => node?.kind === "group");
}

function placeOf(path: string): string {
  return path === "" ? "vars" : `${path}/vars`;
}

function readStore(file: Hdf5Group, given: WeightGroup, layer: LayerBase): CustomMatch {
  const place = placeOf(given.path);
  const group = findGroup(file, given);
  const store = new Map(
    [...(group?.children ?? [])].flatMap(([name, node]): [string, Tensor][] => {
      if (node.kind !== "dataset") return [];
      const value = node.read();
      const dtype = isBfloat16(node.attributes.get("dtype"), value) ? "bfloat16" : value.dtype;
      if (dtype === "string" || dtype === "opaque") return [];
      const data = convert(value, node.attributes.get("dtype"), dtype, `${place}/${name}`);
      return [[name, Tensor.fromData(data, node.shape, dtype)]];
    }),
  );
  return { layer, store, place };
}

function loadStore({ layer, store, place }: CustomMatch, where: string, skipMismatch: boolean): void {
  try {
    layer.loadOwnVariables(store);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!skipMismatch) throw new FormatError(`${where}: ${place}: ${reason}`, { cause: error });
    warnOnce(`skipped ${place}: ${reason}`);
  }
}

function matchGroup(
  file: Hdf5Group,
  given: WeightGroup,
  skipMismatch: boolean,
  matches: Match[],
  problems: string[],
): void {
  const { path, variables } = given;
  const place = placeOf(path);
  const group = findGroup(file, given);
  if (leavesOptimizer(group, given, place)) return;
  variables.forEach((variable, i) => {
    const dataset = group?.children.get(String(i));
    if (dataset === undefined || dataset.kind !== "dataset") {
      problems.push(`missing: ${place}/${i} for ${variable.path} ${formatShape(variable.shape)}`);
    } else if (!sameShape(dataset.shape, variable.shape)) {
      const text = `${place}/${i} for ${variable.path}: expected ${formatShape(variable.shape)}, found ${formatShape(dataset.shape)}`;
      if (skipMismatch) warnOnce(`skipped ${text}`);
      else problems.push(`mis-shaped: ${text}`);
    } else
      matches.push({
        variable,
        data: convert(dataset.read(), dataset.attributes.get("dtype"), variable.dtype, `${place}/${i}`),
      });
  });
}

/**
 * Whether a file leaves an optimizer as it is: it has none, or one with another number of variables. As in Keras that is
 * a warning, not an error; in silence where the optimizer had not made a step when it was saved, so that it had no slots.
 */
function leavesOptimizer(
  group: Hdf5Group | undefined,
  { owner, variables }: WeightGroup,
  where: string,
): boolean {
  if (isLayer(owner)) return false;
  if (group === undefined || group.children.size === 0) return true;
  if (group.children.size === variables.length) return false;
  const counter = group.children.get("0");
  if (counter?.kind === "dataset" && Number(counter.read().data[0]) !== 0) {
    warnOnce(
      `${where}: the file has ${group.children.size} variables for the optimizer ${owner.name}, which has ${variables.length}; it starts afresh.`,
    );
  }
  return true;
}

type Value = ReturnType<Extract<ReturnType<typeof findNode>, { kind: "dataset" }>["read"]>;

/** Numbers that HDF5 does not know: opaque ones of two bytes, and an attribute that says what they are. */
function isBfloat16(marked: Value | undefined, value: Value): boolean {
  return (
    value.dtype === "opaque" &&
    value.elementBytes === 2 &&
    marked?.dtype === "string" &&
    marked.data[0] === "bfloat16"
  );
}

function convert(value: Value, marked: Value | undefined, dtype: DType, place: string): TypedArray {
  if (value.dtype === "string") throw new FormatError(`${place}: expected numbers, found strings.`);
  if (value.dtype === "opaque") {
    if (!isBfloat16(marked, value))
      throw new FormatError(`${place}: opaque data that is not marked as bfloat16.`);
    const bits = new Uint16Array(value.data.slice().buffer);
    return dtype === "bfloat16" ? bits : fromNumbers(toNumbers(bits, "bfloat16"), dtype);
  }
  if (value.dtype === dtype) return value.data;
  return fromNumbers(toNumbers(value.data, value.dtype), dtype);
}

/** Datasets in the file that no variable of the model takes. */
function unusedDatasets(file: Hdf5Group, groups: readonly WeightGroup[]): string[] {
  const known = new Map(
    groups.flatMap((group): [string, number][] => {
      const count = customOwner(group) === null ? group.variables.length : Number.POSITIVE_INFINITY;
      const found = findGroup(file, group);
      return found === undefined ? [] : [[found.path, count]];
    }),
  );
  return [...walkNodes(file)].flatMap((node) => {
    const path = node.path.replace(/^\//, "");
    if (node.kind === "group" || /^(?:optimizer|training_state)\//.test(path)) return [];
    const end = node.path.lastIndexOf("/");
    const count = known.get(node.path.slice(0, end)) ?? 0;
    const isKnown = count === Number.POSITIVE_INFINITY || count > Number(node.path.slice(end + 1));
    return isKnown ? [] : [`extra: ${path} ${formatShape(node.shape)}`];
  });
}
