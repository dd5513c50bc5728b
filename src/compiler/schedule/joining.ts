import { type Equation, type Var } from "../../ir/program.ts";
import type { ScalarId } from "../../ir/scalar.ts";
import { sameShape, sizeOf } from "../../ir/shape.ts";
import type { Index } from "./affine.ts";
import type { Cluster} from "./cluster.ts";
import { failed } from "./cluster.ts";

/** Rows that stay in the first cache between the stages of a kernel. */
const longestRow = 16384;
/** Loops small enough that a kernel of their own costs more than the work. */
const smallLoop = 4096;

/** At which index a cluster's loops can compute a value of a given size. */
export interface Fit {
  readonly index: Index;
  readonly perElement: boolean;
}

/** How the loops of `cluster` walk an array of `size` elements; null where they do not. */
export function fitOf(cluster: Cluster, size: number): Fit | null {
  if (!cluster.hasInner) return size === cluster.outerSize ? { index: cluster.elementIndex(), perElement: true } : null;
  if (size === cluster.outerSize) return { index: cluster.rowIndex(), perElement: false };
  const fits = size === cluster.outerSize * cluster.innerSize && hasShortRows(cluster);
  return fits ? { index: cluster.elementIndex(), perElement: true } : null;
}

/** Whether several passes over a row are cheaper than several kernels. */
function hasShortRows(cluster: Cluster): boolean {
  return cluster.hasRows && cluster.innerSize <= longestRow;
}

/** Whether a node depends on a reduction of the same kernel. */
function dependsOnReduce(cluster: Cluster, node: ScalarId): boolean {
  const seen = new Set<ScalarId>();
  const visit = (id: ScalarId): boolean => {
    if (seen.has(id)) return false;
    seen.add(id);
    const at = cluster.scalars.nodes[id];
    if (at === undefined || at.kind === "const") return false;
    if (at.kind === "input") return cluster.leaves[at.index]?.kind === "reduce";
    return at.args.some(visit);
  };
  return visit(node);
}

/** The node of `equation`'s reduction in the loops of `cluster`, or null where it does not belong there. */
export function joinReduction(cluster: Cluster, equation: Equation, axes: readonly number[]): ScalarId | null {
  const [input] = equation.inputs;
  if (input === undefined || cluster.product !== null || !sameShape(cluster.domain.shape, input.shape)) return null;
  const rank = input.shape.length;
  const kept = rank - axes.length;
  let splits = false;
  if (cluster.hasInner) {
    if (cluster.domain.outerRank !== kept || !axes.every((axis, i) => cluster.domain.order[kept + i] === axis)) return null;
  } else {
    const isTrailing = axes.every((axis, i) => axis === kept + i);
    const rows = sizeOf(input.shape.slice(0, kept));
    const total = sizeOf(input.shape);
    // Loops that are stored element by element stay parallel only if there are rows enough.
    if (!isTrailing || (rows < 8 && total > smallLoop)) return null;
    splits = true;
  }
  const node = cluster.reduce(equation);
  if (node === failed) return null;
  const leaf = cluster.scalars.nodes[node];
  const reduce = leaf?.kind === "input" ? cluster.leaves[leaf.index] : undefined;
  if (reduce?.kind === "reduce" && dependsOnReduce(cluster, reduce.value) && !hasShortRows(cluster)) return null;
  if (splits) cluster.split(axes.length);
  return node;
}

/** Whether two loops over equally many elements are worth one kernel: they read the same arrays, or are small. */
export function isWorthSharing(cluster: Cluster, fresh: Cluster): boolean {
  if (fresh.outerSize * fresh.innerSize <= smallLoop) return true;
  const read = new Set(cluster.leaves.map((leaf) => (leaf.kind === "load" ? leaf.root : null)));
  return fresh.leaves.some((leaf) => leaf.kind === "load" && sizeOf(leaf.root.value.shape) > 1 && read.has(leaf.root));
}

/** Keeps kernels of a size that engines compile well. */
export function hasRoom(cluster: Cluster): boolean {
  return cluster.stores.length < 24 && cluster.leaves.length < 64;
}

export type { Var };
