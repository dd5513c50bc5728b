import { stridesOf } from "../../ir/shape.ts";
import type {
  Access,
  Epilogue,
  Item,
  KernelNode,
  LoopKernel,
  NodeId,
  Operand,
  Store,
  StructuredKernel,
} from "../kernel-ir/kernel-ir.ts";
import { type Cluster, type Leaf, type PendingStore, reachable } from "./cluster.ts";
import type { Entry } from "./entries.ts";
import type { BufferTable } from "./buffer-table.ts";
import { takesStrides } from "./roots.ts";
import type { Root } from "./values.ts";

function targetOf(store: PendingStore): Root {
  return "root" in store.target ? store.target.root : store.target;
}

function neededStores(cluster: Cluster): PendingStore[] {
  return cluster.stores.filter((store) => targetOf(store).isNeeded);
}

/** Marks, from the last entry to the first, what has to be stored; entries that nothing needs are left out. */
export function markNeeded(entries: readonly Entry[]): void {
  for (let e = entries.length - 1; e >= 0; e--) {
    const entry = entries[e];
    if (entry === undefined) continue;
    if (entry.control?.writes.some((root) => root.isNeeded)) {
      entry.control.prepare();
    }
    const isUsed = entry.cluster === null ? false : markLoads(entry.cluster);
    if (entry.structured && (isUsed || entry.structured.results.some((root) => root.isNeeded))) {
      entry.structured.operands.forEach(({ root }) => root.markNeeded());
    }
  }
}

/** Marks what the needed stores of a cluster load. */
function markLoads(cluster: Cluster): boolean {
  const stores = neededStores(cluster);
  for (const id of reachable(
    cluster,
    stores.map((store) => store.node),
  )) {
    const node = cluster.scalars.nodes[id];
    const leaf = node?.kind === "input" ? cluster.leaves[node.index] : undefined;
    if (leaf?.kind === "load") leaf.root.markNeeded();
  }
  return stores.length > 0;
}

type EpilogueNode = Epilogue["nodes"][number];

function leafNode(
  leaf: Leaf,
  dtype: KernelNode["dtype"],
  numbers: ReadonlyMap<number, NodeId>,
  table: BufferTable,
): EpilogueNode {
  switch (leaf.kind) {
    case "product":
      return { kind: "product", dtype };
    case "index":
      return { kind: "index", offset: leaf.at.offset, strides: leaf.at.coeffs, dtype };
    case "reduce":
      return { kind: "reduce", combine: leaf.combine, value: numbers.get(leaf.value) ?? 0, dtype };
    case "load": {
      const access = table.access(leaf.root.resolve(), leaf.at.offset, leaf.at.coeffs);
      if (leaf.bounds.length === 0) return { kind: "load", access, dtype };
      const guards = leaf.bounds.map(({ position, limit }) => ({
        offset: position.offset,
        strides: position.coeffs,
        limit,
      }));
      return { kind: "load", access, dtype, guards, otherwise: leaf.otherwise };
    }
  }
}

/** The kernel nodes and stores of what is needed of a cluster. */
function emitGraph(cluster: Cluster, table: BufferTable): { nodes: EpilogueNode[]; stores: Store[] } {
  const needed = neededStores(cluster);
  const numbers = new Map<number, NodeId>();
  const nodes: EpilogueNode[] = [];
  const ids = reachable(
    cluster,
    needed.map((store) => store.node),
  );
  for (const id of ids) {
    const node = cluster.scalars.nodes[id];
    if (node === undefined) continue;
    const leaf = node.kind === "input" ? cluster.leaves[node.index] : undefined;
    numbers.set(id, nodes.length);
    if (leaf !== undefined) nodes.push(leafNode(leaf, node.dtype, numbers, table));
    else if (node.kind === "op") nodes.push({ ...node, args: node.args.map((arg) => numbers.get(arg) ?? 0) });
    else if (node.kind === "const") nodes.push(node);
  }
  const stores = needed.map((store) => ({
    access: table.access(targetOf(store).resolve(), store.at.offset, store.at.coeffs),
    value: numbers.get(store.node) ?? 0,
  }));
  return { nodes, stores };
}

function labelOf(cluster: Cluster, first: string): string {
  const names = [...new Set(cluster.names)].filter((name) => name !== first);
  return [first, ...names].filter((name) => name !== "").join("+") || "copy";
}

function emitLoop(cluster: Cluster, table: BufferTable): LoopKernel | null {
  const { nodes, stores } = emitGraph(cluster, table);
  if (stores.length === 0) return null;
  const { outerRank } = cluster.domain;
  return {
    kind: "loop",
    label: labelOf(cluster, ""),
    outer: cluster.sizes.slice(0, outerRank),
    inner: cluster.sizes.slice(outerRank),
    // SAFETY: only clusters behind a product hold product nodes, and those are emitted as epilogues.
    nodes: nodes as KernelNode[],
    stores,
  };
}

function emitStructured(
  { equation, operands, results }: NonNullable<Entry["structured"]>,
  cluster: Cluster | null,
  table: BufferTable,
): StructuredKernel | null {
  const stores = cluster === null ? [] : neededStores(cluster);
  if (!results.some((root) => root.isNeeded) && stores.length === 0) return null;
  const inputs = operands.map(({ root, shape, offset, strides }): Operand => {
    return { access: table.access(root.resolve(), offset, strides), shape, dtype: root.value.dtype };
  });
  const { name } = equation.primitive;
  const kernel = {
    kind: "structured",
    label: name,
    primitive: name,
    params: equation.params,
    inputs,
  } as const;
  const [only] = stores;
  if (cluster !== null && only !== undefined && stores.length === 1 && isDirect(cluster, only)) {
    const access = table.access(targetOf(only).resolve(), only.at.offset, only.at.coeffs);
    return {
      ...kernel,
      outputs: [{ access, shape: cluster.domain.shape, dtype: targetOf(only).value.dtype }],
    };
  }
  const epilogue = cluster === null ? null : emitGraph(cluster, table);
  const outputs = results.map((root): Operand => {
    return { access: outputAccess(root, cluster, table), shape: root.value.shape, dtype: root.value.dtype };
  });
  return epilogue === null || cluster === null
    ? { ...kernel, outputs }
    : { ...kernel, outputs, label: labelOf(cluster, name), epilogue };
}

/** Whether a store takes the product as it is, into memory where the kernel can put it itself. */
function isDirect(cluster: Cluster, { node, at }: PendingStore): boolean {
  const known = cluster.scalars.nodes[node];
  const leaf = known?.kind === "input" ? cluster.leaves[known.index] : undefined;
  if (leaf?.kind !== "product" || cluster.product === null) return false;
  const strides = stridesOf(cluster.domain.shape);
  const isDense = at.coeffs.every((c, d) => c === strides[d] || cluster.domain.shape[d] === 1);
  return isDense || (takesStrides(cluster.product) && at.coeffs.at(-1) === 1);
}

/**
 * Where a product is computed. One that only its epilogue reads shares the memory of a value that the epilogue
 * stores in its place.
 */
function outputAccess(root: Root, cluster: Cluster | null, table: BufferTable): Access {
  const strides = stridesOf(root.value.shape);
  if (!root.isNeeded && cluster !== null && !root.isSettled) {
    const heir = cluster.stores.find((store) => isHeir(cluster, store, root, strides));
    if (heir !== undefined)
      root.place = { ...targetOf(heir).resolve(), offset: targetOf(heir).resolve().offset + heir.at.offset };
  }
  return table.access(root.resolve(), 0, strides);
}

function isHeir(cluster: Cluster, store: PendingStore, product: Root, strides: readonly number[]): boolean {
  const target = targetOf(store);
  if (!target.isNeeded || target.value.dtype !== product.value.dtype) return false;
  const isDense = store.at.coeffs.every((c, d) => c === strides[d] || product.value.shape[d] === 1);
  const { buffer } = target.resolve();
  // The product must not overwrite what its epilogue still reads: the old value of a carry.
  const isRead = cluster.leaves.some((leaf) => leaf.kind === "load" && leaf.root.resolve().buffer === buffer);
  return isDense && !isRead && buffer.home.kind === "arena";
}

/** The items of entries in order, without what nothing needs. */
export function emitEntries(entries: readonly Entry[], table: BufferTable): Item[] {
  const items: Item[] = [];
  for (const { cluster, structured, control } of entries) {
    if (structured !== null) {
      const item = emitStructured(structured, cluster, table);
      if (item !== null) items.push(item);
    } else if (control !== null) {
      if (control.writes.some((root) => root.isNeeded)) items.push(...control.emit(table));
    } else if (cluster !== null) {
      const item = emitLoop(cluster, table);
      if (item !== null) items.push(item);
    }
  }
  return items;
}
