import type { Var } from "../../ir/program.ts";
import { remembered } from "../../util/remembered.ts";
import { sameAffine } from "./affine.ts";
import { Cluster, type Leaf, type LoadLeaf, plainDomain, reachable } from "./cluster.ts";
import { inPlacePrimitives } from "../kernel-ir/kernel-ir.ts";
import type { Entry } from "./entries.ts";
import type { Scheduler } from "./scheduler.ts";
import { Root } from "./values.ts";

/** A persistent array that gets a new value: a weight, the carry of a loop. */
export interface Update {
  readonly old: Root;
  readonly value: Var;
}

/**
 * Gives every new value its way into the old one's memory: computed there at once where nothing reads the old value
 * any more (or only the same element, just before), else kept aside and copied at the end.
 */
export function placeUpdates(scheduler: Scheduler, updates: readonly Update[]): void {
  const fresh = updates.map((update) => ({ ...update, root: ownRoot(scheduler, update.value) }));
  const taken = new Set<Root>();
  const late: { readonly from: Root; readonly to: Root }[] = [];
  const readers = readersOf(scheduler.entries);
  for (const { old, root } of fresh) {
    const home = homeOf(root);
    if (!taken.has(home) && isSafe(scheduler.entries, readers.get(old) ?? new Set(), old, root)) {
      taken.add(home);
      home.place = old.resolve();
      root.markNeeded();
    } else late.push({ from: root, to: old });
  }
  for (const { from, to } of late) copy(scheduler, from, to);
}

/** The root whose place decides where the value lives. */
export function homeOf(root: Root): Root {
  return root.outer === null ? root : root.outer.root;
}

/** The root of a value that the program computes; a copy of one that is there from the beginning. */
function ownRoot(scheduler: Scheduler, value: Var): Root {
  const root = scheduler.store(value);
  if (root.position >= 0 && !homeOf(root).isSettled) return root;
  return storeCopy(scheduler, root, new Root(root.value, scheduler.nextPosition, null));
}

/** Adds loops that copy an array. */
export function storeCopy(scheduler: Scheduler, from: Root, to: Root): Root {
  const cluster = new Cluster(scheduler, plainDomain(from.value.shape));
  const node = cluster.load(from, cluster.elementIndex());
  scheduler.addEntry({ cluster, structured: null, control: null });
  cluster.storeRoot(to, cluster.elementIndex(), node, true);
  return to;
}

function copy(scheduler: Scheduler, from: Root, to: Root): void {
  const target = new Root(from.value, scheduler.nextPosition, null);
  target.place = to.resolve();
  target.markNeeded();
  storeCopy(scheduler, from, target);
}

/** Which entries read each array that is there from the beginning. */
function readersOf(entries: readonly Entry[]): Map<Root, Set<number>> {
  const readers = new Map<Root, Set<number>>();
  entries.forEach((entry, position) => {
    const note = (root: Root): void => {
      if (root.position >= 0) return;
      remembered(readers, root, () => new Set<number>()).add(position);
    };
    entry.control?.reads.forEach(note);
    entry.structured?.operands.forEach(({ root }) => note(root));
    if (entry.cluster !== null) for (const leaf of loadsOf(entry.cluster)) note(leaf.root);
  });
  return readers;
}

/** The leaves that nodes (by default those that are stored) depend on. */
function leavesOf(
  cluster: Cluster,
  from: readonly number[] = cluster.stores.map(({ node }) => node),
): Leaf[] {
  return reachable(cluster, from).flatMap((id) => {
    const node = cluster.scalars.nodes[id];
    const leaf = node?.kind === "input" ? cluster.leaves[node.index] : undefined;
    return leaf === undefined ? [] : [leaf];
  });
}

function loadsOf(cluster: Cluster, from?: readonly number[]): LoadLeaf[] {
  return leavesOf(cluster, from).filter((leaf) => leaf.kind === "load");
}

/** Whether the new value may be written over the old one where it is computed. */
function isSafe(entries: readonly Entry[], readers: ReadonlySet<number>, old: Root, root: Root): boolean {
  // An array made of pieces is written by several entries, the first of which is not known here.
  if (root.outer !== null) return readers.size === 0;
  for (const position of readers) {
    if (position < root.position) continue;
    const entry = entries[position];
    if (position === root.position && changesInPlace(entry, old, root)) continue;
    const isRead =
      entry?.control?.reads.includes(old) ||
      entry?.structured?.operands.some((operand) => operand.root === old);
    if (
      position > root.position ||
      isRead ||
      entry?.cluster !== root.cluster ||
      !(root.cluster instanceof Cluster)
    )
      return false;
    if (!readsOwnElements(root.cluster, old, root)) return false;
  }
  return true;
}

/** Whether the entry makes the new value by changing elements of the old one. */
function changesInPlace(entry: Entry | undefined, old: Root, root: Root): boolean {
  if (!entry?.structured || !inPlacePrimitives.has(entry.structured.equation.primitive.name)) return false;
  const { operands, results } = entry.structured;
  const isWhole = operands[0]?.offset === 0 && results[0] === root;
  return isWhole && operands.every((operand, i) => (operand.root === old) === (i === 0));
}

/** Whether each step of the loops that store `root` reads of `old` only the element that it then overwrites. */
function readsOwnElements(cluster: Cluster, old: Root, root: Root): boolean {
  const store = cluster.stores.find(({ target }) => target === root);
  if (store === undefined) return false;
  const own = loadsOf(cluster).filter((leaf) => leaf.root === old);
  if (own.some((leaf) => leaf.bounds.length > 0 || !sameAffine(leaf.at, store.at))) return false;
  if (!cluster.hasInner) return true;
  // Rows: a value for each row, read by nothing that runs over the row's elements.
  const perElement = cluster.stores.filter((other) => other.perElement).map((other) => other.node);
  for (const leaf of leavesOf(cluster)) if (leaf.kind === "reduce") perElement.push(leaf.value);
  return !store.perElement && !loadsOf(cluster, perElement).some((leaf) => leaf.root === old);
}
