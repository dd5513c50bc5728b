import type {
  Access,
  BufferSpec,
  Item,
  KernelNode,
  LoopKernel,
  NodeId,
  Schedule,
} from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, isFloat, type DType } from "../../../ir/dtypes.ts";
import { sizeOf, stridesOf } from "../../../ir/shape.ts";
import { align } from "../module/layout.ts";
import { normalizeKernel } from "./normalize.ts";

/** Results of a reduction up to which threads have too few of them to share. */
const fewResults = 64;
/** Elements in all from which a reduction is worth cutting into parts. */
const manyElements = 1 << 17;
const mostParts = 16;

type ReduceNode = Extract<KernelNode, { readonly kind: "reduce" }>;

/**
 * Cuts reductions of many elements to few results into parts of fixed size, which threads can share, and combines
 * the parts in order. What is computed does not depend on the number of threads.
 */
export function shareReductions(schedule: Schedule): Schedule {
  const buffers: BufferSpec[] = [...schedule.buffers];
  // All cuts use the same memory behind the arena: the parts of one are combined before the next begins.
  const start = align(schedule.arenaBytes);
  let arenaBytes = schedule.arenaBytes;
  const rewrite = (items: readonly Item[]): Item[] =>
    items.flatMap((item): readonly Item[] => {
      switch (item.kind) {
        case "loop": {
          const parts = cut(item, buffers, start);
          if (parts === null) return [item];
          arenaBytes = Math.max(arenaBytes, parts.end);
          return parts.kernels;
        }
        case "structured":
          return [item];
        case "repeat":
          return [{ ...item, body: rewrite(item.body) }];
        case "while":
          return [{ ...item, condition: rewrite(item.condition), body: rewrite(item.body) }];
        case "switch":
          return [{ ...item, branches: item.branches.map(rewrite) }];
      }
    });
  const items = rewrite(schedule.items);
  return buffers.length === schedule.buffers.length ? schedule : { ...schedule, buffers, items, arenaBytes };
}

/** The largest number of equal parts that a dimension can be cut into. */
function partsOf(size: number): number {
  for (let parts = mostParts; parts >= 4; parts--) if (size % parts === 0) return parts;
  return 1;
}

/** Numbers of the nodes that some nodes are computed from, themselves included. */
function needed(
  nodes: readonly KernelNode[],
  targets: readonly NodeId[],
  isEnd: (node: KernelNode) => boolean,
): NodeId[] {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    const node = nodes[id];
    if (node === undefined || found.has(id)) return;
    found.add(id);
    if (isEnd(node)) return;
    if (node.kind === "op") node.args.forEach(visit);
    if (node.kind === "reduce") visit(node.value);
  };
  targets.forEach(visit);
  return [...found].toSorted((a, b) => a - b);
}

/** Whether a kernel has one stage of reductions and stores nothing for every inner index. */
function isPlainReduction({ nodes, stores, outer }: LoopKernel): boolean {
  const isReduce = (node: KernelNode): boolean => node.kind === "reduce";
  const values = nodes.flatMap((node) => (node.kind === "reduce" ? [node.value] : []));
  if (values.length === 0 || needed(nodes, values, () => false).some((id) => nodes[id]?.kind === "reduce"))
    return false;
  const movesInside = (strides: readonly number[]): boolean =>
    strides.slice(outer.length).some((stride) => stride !== 0);
  const isInside = (node: KernelNode | undefined): boolean =>
    node?.kind === "load"
      ? movesInside(node.access.strides) || (node.guards ?? []).some((guard) => movesInside(guard.strides))
      : node?.kind === "index" && movesInside(node.strides);
  const behind = needed(
    nodes,
    stores.map(({ value }) => value),
    isReduce,
  );
  return (
    !behind.some((id) => isInside(nodes[id])) && !stores.some(({ access }) => movesInside(access.strides))
  );
}

/** A node with its strides mapped, and the nodes it refers to numbered anew. */
function moved(
  node: KernelNode,
  strides: (old: readonly number[]) => number[],
  number: (id: NodeId) => NodeId,
): KernelNode {
  switch (node.kind) {
    case "load": {
      const guards = node.guards?.map((guard) => ({ ...guard, strides: strides(guard.strides) }));
      const access = { ...node.access, strides: strides(node.access.strides) };
      return { ...node, access, ...(guards === undefined ? {} : { guards }) };
    }
    case "index":
      return { ...node, strides: strides(node.strides) };
    case "op":
      return { ...node, args: node.args.map(number) };
    case "reduce":
      return { ...node, value: number(node.value) };
    case "const":
      return node;
  }
}

function cut(
  source: LoopKernel,
  buffers: BufferSpec[],
  start: number,
): { readonly kernels: readonly LoopKernel[]; readonly end: number } | null {
  if (source.inner.length === 0 || sizeOf(source.outer) > fewResults) return null;
  if (sizeOf(source.outer) * sizeOf(source.inner) < manyElements || !isPlainReduction(source)) return null;
  const kernel = normalizeKernel(source);
  const { outer, inner, nodes } = kernel;
  const [first = 1] = inner;
  const parts = partsOf(first);
  if (parts === 1) return null;
  const rank = outer.length;
  const reduceIds = nodes.flatMap((node, id) => (node.kind === "reduce" ? [id] : []));
  const results = sizeOf(outer);
  let end = start;
  // Partial results: […parts, …outer], one array for each reduction.
  const partial = new Map<NodeId, { readonly access: Access; readonly dtype: DType }>();
  for (const id of reduceIds) {
    const own = nodes[id]?.dtype ?? "float32";
    // Half precision is for storage alone.
    const dtype = isFloat(own) && bytesOf(own) < 4 ? "float32" : own;
    partial.set(id, { access: { buffer: buffers.length, offset: 0, strides: [] }, dtype });
    buffers.push({ dtype, size: parts * results, home: { kind: "arena", byteOffset: end } });
    end = align(end + parts * results * bytesOf(dtype));
  }
  const partsFirst = (old: readonly number[]): number[] => [
    (old[rank] ?? 0) * (first / parts),
    ...old.slice(0, rank),
    ...old.slice(rank),
  ];
  const inParts = subgraph(
    nodes,
    needed(nodes, reduceIds, () => false),
    partsFirst,
    (id, node) => (node.kind === "reduce" ? { ...node, dtype: partial.get(id)?.dtype ?? node.dtype } : node),
  );
  const dense = stridesOf([parts, ...outer]);
  const partKernel: LoopKernel = {
    ...kernel,
    outer: [parts, ...outer],
    inner: [first / parts, ...inner.slice(1)],
    nodes: inParts.nodes,
    stores: reduceIds.map((id) => ({
      access: {
        ...(partial.get(id)?.access ?? { buffer: 0, offset: 0 }),
        strides: [...dense, ...inner.map(() => 0)],
      },
      value: inParts.number(id),
    })),
  };
  return { kernels: [partKernel, combination(kernel, partial, parts, dense)], end };
}

interface Subgraph {
  readonly nodes: KernelNode[];
  number(id: NodeId): NodeId;
}

/** Some nodes of a graph, in order, with other strides. */
function subgraph(
  nodes: readonly KernelNode[],
  ids: readonly NodeId[],
  strides: (old: readonly number[]) => number[],
  change: (id: NodeId, node: KernelNode) => KernelNode,
): Subgraph {
  const numbers = new Map<NodeId, NodeId>();
  const number = (id: NodeId): NodeId => numbers.get(id) ?? 0;
  const result: KernelNode[] = [];
  for (const id of ids) {
    const node = nodes[id];
    if (node === undefined) continue;
    const copy = change(id, moved(node, strides, number));
    numbers.set(id, result.push(copy) - 1);
  }
  return { nodes: result, number };
}

/** The kernel that combines the parts and does what follows the reductions. */
function combination(
  kernel: LoopKernel,
  partial: ReadonlyMap<NodeId, { readonly access: Access; readonly dtype: DType }>,
  parts: number,
  dense: readonly number[],
): LoopKernel {
  const { outer, nodes, stores } = kernel;
  const outerOnly = (old: readonly number[]): number[] => [...old.slice(0, outer.length), 0];
  const isReduce = (node: KernelNode): boolean => node.kind === "reduce";
  const ids = needed(
    nodes,
    stores.map(({ value }) => value),
    isReduce,
  );
  const result: KernelNode[] = [];
  const numbers = new Map<NodeId, NodeId>();
  const number = (id: NodeId): NodeId => numbers.get(id) ?? 0;
  for (const id of ids) {
    const node = nodes[id];
    if (node === undefined) continue;
    const part = partial.get(id);
    if (node.kind === "reduce" && part !== undefined) {
      const access = { ...part.access, strides: [...dense.slice(1), dense[0] ?? 1] };
      const value = result.push({ kind: "load", access, dtype: part.dtype }) - 1;
      // It keeps its dtype, by which the result is stored; half floats are computed with in single precision anyway.
      const whole: ReduceNode = { ...node, value };
      numbers.set(id, result.push(whole) - 1);
    } else {
      numbers.set(id, result.push(moved(node, outerOnly, number)) - 1);
    }
  }
  return {
    ...kernel,
    inner: [parts],
    nodes: result,
    stores: stores.map(({ access, value }) => ({
      access: { ...access, strides: outerOnly(access.strides) },
      value: number(value),
    })),
  };
}
