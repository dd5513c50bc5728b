import type { KernelNode, LoopKernel, NodeId, Store } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { ScalarOp } from "../../../ir/scalar.ts";
import type { DType } from "../../../ir/dtypes.ts";
import { isWide, laneClass, type LaneClass } from "../math/lanes.ts";
import { normalizeKernel } from "./normalize.ts";

/** One loop of the generated nest. */
export interface Loop {
  readonly size: number;
  /** Index into the kernel's dimensions (outer ones first). */
  readonly dim: number;
  readonly isInner: boolean;
}

/** What the emitter needs to know of a node. */
export interface NodeInfo {
  readonly node: KernelNode;
  /** Which loops the value changes with: bit `l` for loop `l` of the nest. */
  readonly loops: number;
  /** How many reductions have to be finished, one after the other, before the value can be computed. */
  readonly depth: number;
  readonly dependsOnInner: boolean;
}

/** A loop kernel with every decision made: the order of the loops, what is vectorised, what is computed where. */
export interface LoopPlan {
  readonly kernel: LoopKernel;
  /** The nest, outermost first. */
  readonly loops: readonly Loop[];
  readonly outerCount: number;
  /** The vectorised loop: the last outer or the last inner one. */
  readonly vector: number;
  /** Elements in a vector: 4, or 2 where 64-bit values occur. */
  readonly width: 4 | 2;
  /** Vectors handled in one round of the vectorised loop. */
  readonly unroll: number;
  /** The outer loop that threads share, or null where the work is too small to share. */
  readonly parallel: number | null;
  /** Rough amount of work, in additions. */
  readonly work: number;
  readonly nodes: readonly NodeInfo[];
  /** In which pass over the inner loops each store happens; null: after all, once for each outer index. */
  readonly storePass: readonly (number | null)[];
  /** Number of passes over the inner loops. */
  readonly passes: number;
}

/** Rough cost of operations in units of an addition. */
const costs: Partial<Record<ScalarOp, number>> = {
  div: 4, sqrt: 4, exp: 18, expm1: 20, log: 20, log1p: 26, tanh: 24, erf: 40, pow: 80,
  sin: 30, cos: 30, tan: 40, atan: 30, atan2: 40, rem: 60, min: 4, max: 4,
}; // prettier-ignore

/** Operations that may call JavaScript, by lane class; workers have no such functions. */
const hostOps: Partial<Record<ScalarOp, readonly LaneClass[]>> = {
  exp: ["f64"], expm1: ["f64"], log: ["f64"], log1p: ["f64"], tanh: ["f64"], erf: ["f64"], atan: ["f64"], atan2: ["f64"],
  sin: ["f32", "f64"], cos: ["f32", "f64"], tan: ["f32", "f64"], rem: ["f32", "f64"], pow: ["f64", "i32", "i64"],
}; // prettier-ignore

/** Whether the code of a node may call a host function, which only the first thread can. */
export function callsHost(node: {
  readonly kind: string;
  readonly op?: ScalarOp;
  readonly dtype: DType;
}): boolean {
  return node.op !== undefined && hostOps[node.op]?.includes(laneClass(node.dtype)) === true;
}

function costOf(node: KernelNode): number {
  return node.kind === "op" ? (costs[node.op] ?? 1) : node.kind === "load" ? 1 : 0;
}

/** Cost of walking a dimension vector by vector: contiguous is cheap, gathering lane by lane is not. */
function vectorCost(kernel: LoopKernel, dim: number, width: number): number {
  const size = [...kernel.outer, ...kernel.inner][dim] ?? 1;
  const isInner = dim >= kernel.outer.length;
  const traffic = (stride: number): number => (stride === 0 ? 0.3 : stride === 1 ? 1 : 6);
  let cost = 0.2;
  for (const node of kernel.nodes) {
    cost += costOf(node);
    if (node.kind !== "load") continue;
    cost += traffic(node.access.strides[dim] ?? 0);
    for (const guard of node.guards ?? [])
      cost += guard.step !== undefined ? 8 : (guard.strides[dim] ?? 0) === 0 ? 0.2 : 2;
  }
  for (const { access } of kernel.stores) {
    const stride = access.strides[dim] ?? 0;
    cost += stride === 0 && !isInner ? 20 : traffic(stride);
  }
  const rounds = Math.ceil(size / width);
  // Lanes that are idle in the last vector cost as much as busy ones; a horizontal sum costs some rounds more.
  const waste = (rounds * width) / size;
  return cost * waste + (isInner ? (6 * width) / size : 0);
}

function chooseVectorDim(kernel: LoopKernel, width: number): number {
  const count = kernel.outer.length + kernel.inner.length;
  let best = kernel.outer.length - 1;
  let bestCost = Infinity;
  // Later dimensions win ties: they are nearer in memory.
  for (let dim = count - 1; dim >= 0; dim--) {
    const cost = vectorCost(kernel, dim, width);
    if (cost < bestCost - 1e-9) [best, bestCost] = [dim, cost];
  }
  return best;
}

/** Elements of a vectorised dimension that are walked before the next one moves, where loads gather. */
const blockSize = 16;

/**
 * Cuts the vectorised dimension into blocks where loads gather along it, and are contiguous along another one: with
 * the other one between blocks and elements, each cache line that is fetched is used up before it is evicted.
 */
function blocked(
  kernel: LoopKernel,
  vectorDim: number,
): { readonly kernel: LoopKernel; readonly vectorDim: number } {
  const size = kernel.outer[vectorDim] ?? 0;
  const gathers = kernel.nodes.some(
    (node) =>
      node.kind === "load" &&
      (node.access.strides[vectorDim] ?? 0) > 1 &&
      kernel.outer.some((other, d) => other >= blockSize && d !== vectorDim && node.access.strides[d] === 1),
  );
  if (kernel.inner.length > 0 || !gathers || size < 2 * blockSize || size % blockSize !== 0)
    return { kernel, vectorDim };
  const cut = (strides: readonly number[]): number[] => {
    const stride = strides[vectorDim] ?? 0;
    const others = strides.filter((_, d) => d !== vectorDim);
    return [stride * blockSize, ...others, stride];
  };
  const node = (n: KernelNode): KernelNode => {
    if (n.kind === "index") return { ...n, strides: cut(n.strides) };
    if (n.kind !== "load") return n;
    const guards = n.guards?.map((guard) => ({ ...guard, strides: cut(guard.strides) }));
    const access = { ...n.access, strides: cut(n.access.strides) };
    return { ...n, access, ...(guards === undefined ? {} : { guards }) };
  };
  const others = kernel.outer.filter((_, d) => d !== vectorDim);
  return {
    kernel: {
      ...kernel,
      outer: [size / blockSize, ...others, blockSize],
      nodes: kernel.nodes.map(node),
      stores: kernel.stores.map(({ access, value }) => ({
        access: { ...access, strides: cut(access.strides) },
        value,
      })),
    },
    vectorDim: kernel.outer.length,
  };
}

function orderLoops(kernel: LoopKernel, vectorDim: number): Loop[] {
  const outerCount = kernel.outer.length;
  const all = [...kernel.outer, ...kernel.inner].map((size, dim): Loop => ({
    size,
    dim,
    isInner: dim >= outerCount,
  }));
  const group = (isInner: boolean): Loop[] => {
    const loops = all.filter((loop) => loop.isInner === isInner);
    return [...loops.filter(({ dim }) => dim !== vectorDim), ...loops.filter(({ dim }) => dim === vectorDim)];
  };
  return [...group(false), ...group(true)];
}

/** Bits of the loops along which some strides move. */
function loopsOf(loops: readonly Loop[], strides: readonly number[]): number {
  return loops.reduce((bits, { dim }, l) => ((strides[dim] ?? 0) === 0 ? bits : bits | (1 << l)), 0);
}

function analyse(kernel: LoopKernel, loops: readonly Loop[], outerCount: number): NodeInfo[] {
  const outerBits = (1 << outerCount) - 1;
  const infos: NodeInfo[] = [];
  const at = (id: NodeId): NodeInfo | undefined => infos[id];
  for (const node of kernel.nodes) {
    let bits = 0;
    let depth = 0;
    if (node.kind === "load") {
      bits = loopsOf(loops, node.access.strides);
      for (const guard of node.guards ?? []) bits |= loopsOf(loops, guard.strides);
    } else if (node.kind === "index") {
      bits = loopsOf(loops, node.strides);
    } else if (node.kind === "op") {
      for (const arg of node.args) {
        bits |= at(arg)?.loops ?? 0;
        depth = Math.max(depth, at(arg)?.depth ?? 0);
      }
    } else if (node.kind === "reduce") {
      bits = (at(node.value)?.loops ?? 0) & outerBits;
      depth = (at(node.value)?.depth ?? 0) + 1;
    }
    infos.push({ node, loops: bits, depth, dependsOnInner: (bits & ~outerBits) !== 0 });
  }
  return infos;
}

/** The nodes that some nodes are computed from, reductions not looked through; themselves included. */
export function ancestors(nodes: readonly NodeInfo[], targets: readonly NodeId[]): Set<NodeId> {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    if (found.has(id)) return;
    found.add(id);
    const node = nodes[id]?.node;
    if (node?.kind === "op") node.args.forEach(visit);
  };
  targets.forEach(visit);
  return found;
}

/** Values that reductions of a pass take. */
export function reducedIn(nodes: readonly NodeInfo[], pass: number): NodeId[] {
  return nodes.flatMap(({ node, depth }) =>
    node.kind === "reduce" && depth === pass + 1 ? [node.value] : [],
  );
}

/**
 * The pass of each store. A store waits for the last pass where a later pass still reads memory that it may overwrite.
 */
function storePasses(
  kernel: LoopKernel,
  nodes: readonly NodeInfo[],
  overlaps: (store: Store, load: KernelNode) => boolean,
): { readonly storePass: (number | null)[]; readonly passes: number } {
  const isInner = kernel.stores.map(
    ({ value, access }) =>
      nodes[value]?.dependsOnInner === true ||
      access.strides.slice(kernel.outer.length).some((stride) => stride !== 0),
  );
  const depths = kernel.stores.map((store) => nodes[store.value]?.depth ?? 0);
  const reductions = nodes.map(({ node, depth }) => (node.kind === "reduce" ? depth : 0));
  const passes = Math.max(
    0,
    ...reductions,
    ...depths.map((depth, i) => (isInner[i] === true ? depth + 1 : 0)),
  );
  const storePass = kernel.stores.map((store, i) => {
    if (isInner[i] !== true) return null;
    for (let pass = passes - 1; pass > (depths[i] ?? 0); pass--) {
      const later = kernel.stores.flatMap(({ value }, j) =>
        isInner[j] === true && (depths[j] ?? 0) >= pass ? [value] : [],
      );
      const loads = ancestors(nodes, [...reducedIn(nodes, pass), ...later]);
      if (kernel.nodes.some((node, id) => loads.has(id) && node.kind === "load" && overlaps(store, node)))
        return passes - 1;
    }
    return depths[i] ?? 0;
  });
  return { storePass, passes };
}

/** Sharing less work than this between threads costs more in barriers than it saves: some 5 microseconds. */
const parallelThreshold = 50_000;

function chooseParallel(
  loops: readonly Loop[],
  outerCount: number,
  vector: number,
  grain: number,
  work: number,
  threshold: number,
): number | null {
  if (work < threshold) return null;
  let best: number | null = null;
  let bestTrips = 1;
  for (let l = 0; l < outerCount; l++) {
    const trips = Math.ceil((loops[l]?.size ?? 1) / (l === vector ? grain : 1));
    if (trips > bestTrips) [best, bestTrips] = [l, trips];
    if (trips >= 16) break;
  }
  return best;
}

/**
 * Decides how a loop kernel is carried out. `overlaps`: whether a store may overwrite what a load reads; `shareAll`:
 * whether threads share even the smallest work.
 */
export function planLoops(
  source: LoopKernel,
  overlaps: (store: Store, load: KernelNode) => boolean,
  shareAll = false,
): LoopPlan {
  const normal = normalizeKernel(source);
  const width = normal.nodes.some(({ dtype }) => isWide(dtype)) ? 2 : 4;
  const { kernel, vectorDim } = blocked(normal, chooseVectorDim(normal, width));
  const loops = orderLoops(kernel, vectorDim);
  const outerCount = kernel.outer.length;
  const vector = loops.findIndex(({ dim }) => dim === vectorDim);
  const nodes = analyse(kernel, loops, outerCount);
  const cost = kernel.nodes.reduce((sum, node) => sum + costOf(node), 0);
  const rounds = Math.floor((loops[vector]?.size ?? 1) / width);
  const wanted = cost <= 14 ? 4 : cost <= 40 ? 2 : 1;
  const unroll = Math.max(1, Math.min(wanted, rounds));
  const work = loops.reduce((product, { size }) => product * size, 1) * (1 + cost);
  return {
    kernel,
    loops,
    outerCount,
    vector,
    width,
    unroll,
    parallel: kernel.nodes.some(callsHost)
      ? null
      : chooseParallel(loops, outerCount, vector, unroll * width, work, shareAll ? 0 : parallelThreshold),
    work,
    nodes,
    ...storePasses(kernel, nodes, overlaps),
  };
}
