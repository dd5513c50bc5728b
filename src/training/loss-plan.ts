import type { Loss } from "../losses/loss.ts";
import { type LossIdentifier, type LossLookup, resolveLoss } from "../losses/choose.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, mapTree, packLike, sameStructure, type Tree } from "../util/tree.ts";

/** Keys and indices from the outermost structure down to one output. */
export type OutputPath = readonly (string | number)[];

/** One loss, and the output it is for. */
export interface PlannedLoss {
  readonly path: OutputPath;
  readonly loss: Loss;
  readonly weight: number | null;
  /** Name of the output, which the loss's entry in the history begins with. */
  readonly name: string;
}

/** A loss as the user gave it, and its weight: a leaf, whatever a loss may be. */
class Weighted {
  readonly loss: unknown;
  readonly weight: number | null;

  constructor(loss: unknown, weight: number | null) {
    this.loss = loss;
    this.weight = weight;
  }
}

/** Losses with weights, nested as the user gave them; null where an output has none. */
type LossTree = Tree<Weighted | null>;

export interface LossRequest {
  readonly loss: unknown;
  readonly lossWeights: unknown;
  readonly outputNames: readonly string[] | null;
  /** What names stand for. */
  readonly lookup: LossLookup;
}

/**
 * Which loss goes to which output.
 *
 * @param yTrue - Targets, nested like `yPred`.
 * @throws {OptionError} when the losses do not fit the outputs.
 * @see Keras `CompileLoss.build`
 */
export function planLosses(request: LossRequest, yTrue: unknown, yPred: unknown): PlannedLoss[] {
  const { outputNames } = request;
  let { loss, lossWeights } = request;
  if (isPlainObject(lossWeights) && !isPlainObject(yPred))
    checkOutputNames("compile: `lossWeights`", Object.keys(lossWeights), outputNames);
  if (outputNames !== null && isLossTable(loss) && !isPlainObject(yPred)) {
    const table = loss;
    if (!sameNames(outputNames, Object.keys(table))) {
      throw new OptionError(
        `compile: expected losses for the outputs ${outputNames.join(", ")}, received ${Object.keys(table).join(", ") || "none"}.`,
      );
    }
    const weights = lossWeights;
    if (isPlainObject(weights)) lossWeights = outputNames.map((name) => weights[name] ?? null);
    loss = outputNames.map((name) => table[name]);
  }
  let tree = pairWithWeights(loss, lossWeights);
  const names: unknown =
    outputNames !== null && outputNames.length === flatten(yPred).length
      ? packLike(yPred, outputNames)
      : mapTree(yPred, () => null);
  if (tree instanceof Weighted) {
    const same = tree;
    // SAFETY: one leaf for each output.
    tree = mapTree<unknown, Weighted>(yPred, () => same) as LossTree;
  }
  return place(request.lookup, tree, { yTrue, yPred, names, path: [] });
}

/** A loss object from a file is an object too, but names its class. */
function isLossTable(loss: unknown): loss is Readonly<Record<string, unknown>> {
  return isPlainObject(loss) && !("class_name" in loss) && !("className" in loss);
}

/** Refuses names that no output has; outputs without names take any. */
export function checkOutputNames(
  where: string,
  given: readonly string[],
  names: readonly string[] | null,
): void {
  const unknown = names === null ? undefined : given.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`${where} names "${unknown}", but the outputs are ${(names ?? []).join(", ")}.`);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

/** The losses as a tree; `weightOf` is asked for each, in the order of sorted keys. */
function toTree(loss: unknown, weightOf: () => number | null): LossTree {
  if (Array.isArray(loss)) return loss.map((child) => toTree(child, weightOf));
  if (isLossTable(loss)) {
    const keys = Object.keys(loss);
    const tree = Object.fromEntries(keys.map((key): [string, LossTree] => [key, null]));
    for (const key of keys.sort()) tree[key] = toTree(loss[key], weightOf);
    return tree;
  }
  const weight = weightOf();
  return loss === null || loss === undefined ? null : new Weighted(loss, weight);
}

function pairWithWeights(loss: unknown, lossWeights: unknown): LossTree {
  const plain = toTree(loss, () => null);
  if (lossWeights === null || lossWeights === undefined) return plain;
  const count = flatten(plain).length;
  const weights =
    typeof lossWeights === "number"
      ? Array.from({ length: count }, () => lossWeights)
      : flatten<unknown>(lossWeights);
  if (count !== weights.length) {
    throw new OptionError(
      `compile: expected one loss weight for each loss, received ${count} losses and ${weights.length} weights.`,
    );
  }
  if (isLossTable(loss) && isPlainObject(lossWeights))
    checkOutputNames("compile: `lossWeights`", Object.keys(lossWeights), Object.keys(loss));
  let next = 0;
  return toTree(loss, () => {
    const weight = weights[next++] ?? null;
    if (weight === null || typeof weight === "number") return weight;
    throw new OptionError(
      `compile: expected loss weights to be numbers, received ${JSON.stringify(weight)}.`,
    );
  });
}

function isLeaf(tree: LossTree): boolean {
  return tree === null || tree instanceof Weighted;
}

/** Outputs and what belongs to them: the whole, or the part at a path. */
interface Outputs {
  readonly yTrue: unknown;
  readonly yPred: unknown;
  readonly names: unknown;
  readonly path: OutputPath;
}

/** Places the losses of a subtree on the outputs of a subtree. */
function place(lookup: LossLookup, tree: LossTree, at: Outputs): PlannedLoss[] {
  if (tree === null) return [];
  const { yTrue, yPred, names, path } = at;
  const outputs = flatten<unknown>(yPred);
  if (tree instanceof Weighted) {
    // SAFETY: without losses for its parts, an output is one tensor, or what a loss of its own takes.
    const [target, output] = [yTrue as Tensor, yPred as Tensor];
    // SAFETY: resolveLoss checks names.
    const loss = resolveLoss(tree.loss as LossIdentifier, target.shape ?? [], output.shape ?? [], lookup);
    return [{ path, loss, weight: tree.weight, name: nameOf(path, names, loss, outputs.length) }];
  }
  if (Array.isArray(tree)) {
    const list = tree as readonly LossTree[]; // SAFETY: by isArray
    if (list.length === outputs.length && list.every(isLeaf)) {
      const packed = packLosses(yPred, list);
      return isLeaf(packed) ? place(lookup, packed, at) : placeEach(lookup, packed, at);
    }
    const isNamed = (leaf: LossTree): boolean => leaf instanceof Weighted && typeof leaf.loss === "string";
    // Several losses for one output, or one list of losses for all outputs: each is for the whole.
    if (!Array.isArray(yPred) && (outputs.length === 1 || !list.every(isNamed)))
      return list.flatMap((loss) => place(lookup, loss, at));
    const { length } = Array.isArray(yPred) ? yPred : outputs;
    if (list.length < length) {
      throw new OptionError(
        `compile: expected one loss for each of ${length} outputs (null for none), received ${list.length}.`,
      );
    }
  }
  return placeEach(lookup, tree, at);
}

/** A flat list of losses in the form of the outputs: objects by sorted keys, as Keras does. */
function packLosses(yPred: unknown, list: readonly LossTree[]): LossTree {
  let next = 0;
  const pack = (node: unknown): LossTree => {
    if (Array.isArray(node)) return node.map(pack);
    if (!isPlainObject(node)) return list[next++] ?? null;
    const keys = Object.keys(node).sort();
    return Object.fromEntries(keys.map((key) => [key, pack(node[key])]));
  };
  return pack(yPred);
}

function placeEach(
  lookup: LossLookup,
  tree: LossTree,
  { yTrue, yPred, names, path }: Outputs,
): PlannedLoss[] {
  // SAFETY: not a leaf; arrays and objects have entries alike.
  return Object.entries(tree as Readonly<Record<string, LossTree>>).flatMap(([key, child]) => {
    if (child === null) return [];
    const step = Array.isArray(tree) ? Number(key) : key;
    const there = {
      yTrue: childOf(yTrue, step),
      yPred: childOf(yPred, step),
      names: childOf(names, step),
      path: [...path, step],
    };
    if (there.yPred === undefined) {
      throw new OptionError(
        `compile: there is a loss for "${there.path.join("/")}", but the outputs are ${describe(yPred)}.`,
      );
    }
    if (there.yTrue === undefined || there.yTrue === null) throw noTargets(there.path, yTrue);
    return place(lookup, child, there);
  });
}

/** The error for an output that has a loss, and no targets. */
export function noTargets(path: OutputPath, yTrue: unknown): DataError {
  return new DataError(
    `fit: the output "${path.join("/")}" has a loss, but no targets: the targets are ${describe(yTrue)}.`,
  );
}

/** Describes keys or length of a structure. */
export function describe(structure: unknown): string {
  if (Array.isArray(structure)) return `a list of ${structure.length}`;
  if (isPlainObject(structure)) return `an object with ${Object.keys(structure).join(", ")}`;
  return structure === undefined || structure === null ? "absent" : "one tensor";
}

/** The child of an array or object at an index or key, when it has one. */
export function childOf(structure: unknown, step: string | number): unknown {
  if (Array.isArray(structure)) return typeof step === "number" ? structure[step] : undefined;
  return isPlainObject(structure) && Object.hasOwn(structure, step) ? structure[step] : undefined;
}

/** The part of a structure at a path. */
export function at(structure: unknown, path: OutputPath): unknown {
  return path.reduce<unknown>((node, step) => childOf(node, step), structure);
}

function nameOf(path: OutputPath, names: unknown, loss: Loss, outputs: number): string {
  const isNested = Array.isArray(names) || isPlainObject(names);
  if (isNested && path.length === 0 && outputs > 0) return flatten<unknown>(names).join("_");
  const name = typeof names === "string" ? names : loss.name;
  if (path.length === 0) return name;
  const last = path.at(-1);
  return (typeof last === "number" && !isNested ? [...path.slice(0, -1), name] : path).join("/");
}

/**
 * Targets (or sample weights) in the form of the outputs.
 *
 * @param what - `targets` or `sample weights`, for the error.
 * @throws {DataError} when they do not fit.
 * @see Keras `CompileLoss.call`
 */
export function alignToOutputs(
  what: string,
  given: unknown,
  yPred: unknown,
  { loss, outputNames }: LossRequest,
): unknown {
  const outputs = flatten<unknown>(yPred);
  const isLeaf = !Array.isArray(given) && !isPlainObject(given);
  const isForeign =
    isPlainObject(given) &&
    !isPlainObject(yPred) &&
    outputNames !== null &&
    !Object.keys(given).every((name) => outputNames.includes(name));
  if (isForeign) {
    // Names of other outputs: nothing can be made of them.
  } else if (!Array.isArray(yPred) && !isPlainObject(yPred)) {
    if (isLeaf) return given;
    const [only, ...more] = flatten<unknown>(given);
    if (only !== undefined && more.length === 0) return only;
  } else {
    if (sameStructure(given, yPred)) return given;
    if (isLeaf && outputs.length === 1) return packLike(yPred, [given]);
    if (
      Array.isArray(yPred) &&
      isPlainObject(given) &&
      outputNames !== null &&
      sameNames(outputNames, Object.keys(given))
    ) {
      return outputNames.map((name) => given[name]);
    }
    const leaves = flatten<unknown>(given);
    if (!isLeaf && leaves.length === outputs.length && !(isPlainObject(given) && isPlainObject(yPred)))
      return packLike(yPred, leaves);
    const losses = flatten(toTree(loss, () => null));
    if (isPlainObject(given) && isPlainObject(yPred) && Object.keys(given).every((key) => key in yPred))
      return given;
    if (losses.length === outputs.length && leaves.length === losses.filter((leaf) => leaf !== null).length) {
      let next = 0;
      return packLike(
        yPred,
        losses.map((leaf) => (leaf === null ? null : leaves[next++])),
      );
    }
  }
  throw new DataError(
    `fit: the ${what} do not fit the model's outputs: expected ${describe(yPred)}${outputNames === null ? "" : ` (${outputNames.join(", ")})`}, received ${describe(given)}.`,
  );
}
