import type { Equation } from "../../ir/program.ts";
import type { ScalarId, ScalarOp } from "../../ir/scalar.ts";
import { sameShape, sizeOf } from "../../ir/shape.ts";
import type { Index } from "./affine.ts";
import { type Cluster, failed, reachable } from "./cluster.ts";

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
  if (!cluster.hasInner)
    return size === cluster.outerSize ? { index: cluster.elementIndex(), perElement: true } : null;
  if (size === cluster.outerSize) return { index: cluster.rowIndex(), perElement: false };
  const fits = size === cluster.outerSize * cluster.innerSize && hasShortRows(cluster);
  return fits ? { index: cluster.elementIndex(), perElement: true } : null;
}

/** Whether several passes over a row are cheaper than several kernels. */
function hasShortRows(cluster: Cluster): boolean {
  return cluster.hasRows && cluster.innerSize <= longestRow;
}

/** Ops that cost more than writing their result to memory and reading it again. */
const expensive: ReadonlySet<ScalarOp> = new Set<ScalarOp>([
  "pow", "atan2", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "atan", "tanh", "erf",
]); // prettier-ignore

/** When a node's value is known: after how many reductions, one behind the other; whether it differs within a row. */
interface Stage {
  readonly depth: number;
  readonly varies: boolean;
}

/**
 * Whether a kernel that computes `node` for each element would compute something expensive again: every stage of a
 * kernel passes over the row anew, so what an earlier stage has computed for an element is gone.
 */
function computesAgain(cluster: Cluster, node: ScalarId): boolean {
  const { outerRank } = cluster.domain;
  const moves = (coeffs: readonly number[]): boolean => coeffs.slice(outerRank).some((c) => c !== 0);
  const stages = new Map<ScalarId, Stage>();
  const costly: number[] = [];
  const stageOf = (id: ScalarId): Stage => {
    const known = stages.get(id);
    if (known !== undefined) return known;
    const at = cluster.scalars.nodes[id];
    const leaf = at?.kind === "input" ? cluster.leaves[at.index] : undefined;
    let stage: Stage = { depth: 0, varies: false };
    if (leaf?.kind === "load" || leaf?.kind === "index") stage = { depth: 0, varies: moves(leaf.at.coeffs) };
    else if (leaf?.kind === "reduce") stage = { depth: depthOf(cluster, leaf.value) + 1, varies: false };
    else if (at?.kind === "op") {
      const args = at.args.map(stageOf);
      stage = {
        depth: Math.max(...args.map(({ depth }) => depth)),
        varies: args.some(({ varies }) => varies),
      };
      if (stage.varies && expensive.has(at.op)) costly.push(stage.depth);
    }
    stages.set(id, stage);
    return stage;
  };
  const { depth } = stageOf(node);
  return costly.some((earlier) => earlier < depth);
}

/** How many reductions lie one behind the other up to a node. */
function depthOf(cluster: Cluster, node: ScalarId): number {
  const depths = new Map<ScalarId, number>();
  for (const id of reachable(cluster, [node])) {
    const at = cluster.scalars.nodes[id];
    const leaf = at?.kind === "input" ? cluster.leaves[at.index] : undefined;
    if (leaf?.kind === "reduce") depths.set(id, (depths.get(leaf.value) ?? 0) + 1);
    else depths.set(id, at?.kind === "op" ? Math.max(...at.args.map((arg) => depths.get(arg) ?? 0)) : 0);
  }
  return depths.get(node) ?? 0;
}

/** Whether the stages of a kernel are worth joining by a value for each element, or a reduction over such values. */
export function isWorthStage(cluster: Cluster, node: ScalarId): boolean {
  if (!cluster.hasInner || cluster.outerSize * cluster.innerSize <= smallLoop) return true;
  return !computesAgain(cluster, node);
}

/** The node of `equation`'s reduction in the loops of `cluster`, or null where it does not belong there. */
export function joinReduction(
  cluster: Cluster,
  equation: Equation,
  axes: readonly number[],
): ScalarId | null {
  const [input] = equation.inputs;
  if (input === undefined || cluster.product !== null || !sameShape(cluster.domain.shape, input.shape))
    return null;
  const rank = input.shape.length;
  const kept = rank - axes.length;
  let splits = false;
  if (cluster.hasInner) {
    if (
      cluster.domain.outerRank !== kept ||
      !axes.every((axis, i) => cluster.domain.order[kept + i] === axis)
    )
      return null;
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
  if (
    reduce?.kind === "reduce" &&
    depthOf(cluster, reduce.value) > 0 &&
    !(hasShortRows(cluster) && isWorthStage(cluster, reduce.value))
  )
    return null;
  if (splits) cluster.split(axes.length);
  return node;
}

/** Whether two loops over equally many elements are worth one kernel: they read the same arrays, or are small. */
export function isWorthSharing(cluster: Cluster, fresh: Cluster): boolean {
  if (fresh.outerSize * fresh.innerSize <= smallLoop) return true;
  const read = new Set(cluster.leaves.map((leaf) => (leaf.kind === "load" ? leaf.root : null)));
  return fresh.leaves.some(
    (leaf) => leaf.kind === "load" && sizeOf(leaf.root.value.shape) > 1 && read.has(leaf.root),
  );
}

/** Keeps kernels of a size that engines compile well. */
export function hasRoom(cluster: Cluster): boolean {
  return cluster.stores.length < 24 && cluster.leaves.length < 64;
}
