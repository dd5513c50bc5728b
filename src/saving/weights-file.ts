import {
  type Hdf5Group,
  type Hdf5GroupInput,
  type Hdf5NodeInput,
  findNode,
  readHdf5,
  writeHdf5,
} from "../codec/hdf5/index.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import type { Variable } from "../graph/variable.ts";
import type { DType, TypedArray } from "../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { FormatError, warnOnce } from "../util/errors.ts";
import { type WeightGroup, weightGroups } from "./saveables.ts";

/** A group under construction. */
interface Building {
  readonly children: Map<string, Building | Hdf5NodeInput>;
  readonly attributes: Map<string, string>;
}

function newGroup(): Building {
  return { children: new Map(), attributes: new Map() };
}

/** The bytes of a `.weights.h5` file (and of `model.weights.h5` inside a `.keras` file). */
export function writeWeights(root: LayerBase): Uint8Array {
  const file = newGroup();
  for (const { path, name, variables } of weightGroups(root)) {
    const group = descend(file, [...path.split("/").filter((part) => part !== ""), "vars"]);
    group.attributes.set("name", name);
    variables.forEach((variable, i) => {
      const attributes =
        variable.dtype === "bfloat16" ? new Map([["dtype", "bfloat16"]]) : new Map<string, string>();
      group.children.set(String(i), {
        kind: "dataset",
        value: { shape: variable.shape, dtype: variable.dtype, data: elementsOf(variable) },
        attributes,
      });
    });
  }
  return writeHdf5(finish(file));
}

function elementsOf(variable: Variable): Exclude<TypedArray, Uint8ClampedArray> {
  return variable.dataSync() as Exclude<TypedArray, Uint8ClampedArray>; // SAFETY: no dtype has clamped arrays
}

function descend(group: Building, path: readonly string[]): Building {
  let at = group;
  for (const name of path) {
    const next = at.children.get(name) ?? newGroup();
    if ("kind" in next) throw new FormatError(`${path.join("/")}: a dataset stands where a group should.`);
    at.children.set(name, next);
    at = next;
  }
  return at;
}

function finish(group: Building): Hdf5GroupInput {
  const children = new Map(
    [...group.children].map(([name, child]): [string, Hdf5NodeInput] => [
      name,
      "kind" in child ? child : finish(child),
    ]),
  );
  return { kind: "group", children, attributes: group.attributes };
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

/**
 * Sets a model's weights (and its optimizer's variables) from a file's bytes.
 *
 * Every variable is matched by path and shape. What is missing, extra or mis-shaped is listed in one error, and then
 * nothing has been changed.
 *
 * @throws {FormatError}
 */
export async function readWeights(
  root: LayerBase,
  bytes: Uint8Array,
  where: string,
  options: LoadWeightsOptions = {},
): Promise<void> {
  const file = await readHdf5(bytes, where);
  const groups = weightGroups(root);
  const problems: string[] = [];
  const matches: Match[] = [];
  for (const group of groups) matchGroup(file, group, options.skipMismatch === true, matches, problems);
  problems.push(...unusedDatasets(file, groups));
  if (problems.length > 0) {
    throw new FormatError(
      `${where}: the weights do not fit the model ${root.where}:\n  ${problems.join("\n  ")}`,
    );
  }
  for (const { variable, data } of matches) variable.assignData(data);
}

function matchGroup(
  file: Hdf5Group,
  { path, variables }: WeightGroup,
  skipMismatch: boolean,
  matches: Match[],
  problems: string[],
): void {
  const place = path === "" ? "vars" : `${path}/vars`;
  const group = findNode(file, place) ?? findNode(file, place.replaceAll("/container", ""));
  const names = group?.kind === "group" ? [...group.children.keys()] : [];
  if (isNeverTrained(path, names, variables)) return;
  variables.forEach((variable, i) => {
    const dataset = group?.kind === "group" ? group.children.get(String(i)) : undefined;
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

/** A model that was compiled but not trained: its file has the counter and the rate alone. */
function isNeverTrained(path: string, names: readonly string[], variables: readonly Variable[]): boolean {
  return (
    /^optimizer(?:\/|$)/.test(path) && (names.length === 0 || (names.length <= 2 && variables.length > 2))
  );
}

type Value = ReturnType<Extract<ReturnType<typeof findNode>, { kind: "dataset" }>["read"]>;

function convert(value: Value, marked: Value | undefined, dtype: DType, place: string): TypedArray {
  if (value.dtype === "string") throw new FormatError(`${place}: expected numbers, found strings.`);
  if (value.dtype === "opaque") {
    const isBfloat16 =
      marked?.dtype === "string" && marked.data[0] === "bfloat16" && value.elementBytes === 2;
    if (!isBfloat16) throw new FormatError(`${place}: opaque data that is not marked as bfloat16.`);
    const bits = new Uint16Array(value.data.slice().buffer);
    return dtype === "bfloat16" ? bits : fromNumbers(toNumbers(bits, "bfloat16"), dtype);
  }
  if (value.dtype === dtype) return value.data;
  return fromNumbers(toNumbers(value.data, value.dtype), dtype);
}

/** Datasets in the file that no variable of the model takes. */
function unusedDatasets(file: Hdf5Group, groups: readonly WeightGroup[]): string[] {
  const known = new Map(
    groups.map(({ path, variables }) => [path === "" ? "vars" : `${path}/vars`, variables.length]),
  );
  const problems: string[] = [];
  const visit = (group: Hdf5Group, path: string): void => {
    for (const [name, child] of group.children) {
      const place = path === "" ? name : `${path}/${name}`;
      if (child.kind === "group") visit(child, place);
      else if (place.startsWith("optimizer/")) continue;
      else if (!((known.get(path) ?? 0) > Number(name)))
        problems.push(`extra: ${place} ${formatShape(child.shape)}`);
    }
  };
  visit(file, "");
  return problems;
}
