import type { Access, Guard, KernelNode, LoopKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";

/** Strides along the dimensions of a kernel, in the order of `dims`. */
type Strided = { readonly strides: readonly number[] };

/** Everything in a kernel that moves with its dimensions. */
function stridedParts(kernel: LoopKernel): Strided[] {
  const parts: Strided[] = kernel.stores.map((store) => store.access);
  for (const node of kernel.nodes) {
    if (node.kind === "index") parts.push(node);
    if (node.kind === "load") parts.push(node.access, ...(node.guards ?? []));
  }
  return parts;
}

/** A group of original dimensions that are walked as one, outermost first; its stride is that of the last. */
interface Merged {
  readonly size: number;
  readonly last: number;
}

/** Joins neighbours of one group of dimensions wherever all strides allow, and drops those of size 1. */
function mergeDims(sizes: readonly number[], from: number, parts: readonly Strided[]): Merged[] {
  const merged: Merged[] = [];
  sizes.forEach((size, i) => {
    if (size === 1) return;
    const previous = merged.at(-1);
    const joins =
      previous !== undefined &&
      parts.every(({ strides }) => (strides[previous.last] ?? 0) === (strides[from + i] ?? 0) * size);
    if (joins && previous !== undefined)
      merged[merged.length - 1] = { size: previous.size * size, last: from + i };
    else merged.push({ size, last: from + i });
  });
  return merged;
}

/**
 * The same kernel over as few dimensions as possible: contiguous neighbours become one, sizes of 1 vanish.
 * At least one outer dimension is left.
 */
export function normalizeKernel(kernel: LoopKernel): LoopKernel {
  const parts = stridedParts(kernel);
  const outer = mergeDims(kernel.outer, 0, parts);
  const inner = mergeDims(kernel.inner, kernel.outer.length, parts);
  if (outer.length === 0) outer.push({ size: 1, last: -1 });
  const order = [...outer, ...inner];
  const pick = (strides: readonly number[]): number[] =>
    order.map(({ last }) => (last < 0 ? 0 : (strides[last] ?? 0)));
  const access = (a: Access): Access => ({ ...a, strides: pick(a.strides) });
  const node = (n: KernelNode): KernelNode => {
    if (n.kind === "index") return { ...n, strides: pick(n.strides) };
    if (n.kind !== "load") return n;
    const guards = n.guards?.map((g): Guard => ({ ...g, strides: pick(g.strides) }));
    return { ...n, access: access(n.access), ...(guards === undefined ? {} : { guards }) };
  };
  return {
    ...kernel,
    outer: outer.map(({ size }) => size),
    inner: inner.map(({ size }) => size),
    nodes: kernel.nodes.map(node),
    stores: kernel.stores.map((store) => ({ ...store, access: access(store.access) })),
  };
}
