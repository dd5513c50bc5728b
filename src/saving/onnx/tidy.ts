import type { Attribute, OnnxNode, OnnxTensor } from "./model-proto.ts";

/** What is known of a graph beside its nodes. */
export interface TidyContext {
  readonly outputs: readonly string[];
  /** Number of axes of a tensor, where it is known. */
  readonly rankOf: (name: string) => number | null;
  /** A constant by its name. */
  readonly constant: (name: string) => OnnxTensor | null;
  /** Gives a constant that nothing else reads another shape. */
  readonly reshape: (name: string, shape: readonly number[]) => void;
}

/** Names that nodes read, those inside loops too, and how often. */
function countReads(
  nodes: readonly OnnxNode[],
  counts: Map<string, number> = new Map(),
): Map<string, number> {
  const read = (name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { inputs, attributes } of nodes) {
    inputs.forEach(read);
    for (const attribute of Object.values(attributes)) countInside(attribute, counts, read);
  }
  return counts;
}

function countInside(
  attribute: Attribute,
  counts: Map<string, number>,
  read: (name: string) => unknown,
): void {
  if (attribute.kind !== "graph") return;
  countReads(attribute.value.nodes, counts);
  attribute.value.outputs.forEach(({ name }) => read(name));
}

/** Without nodes whose results nobody reads. */
function withoutUnread(nodes: readonly OnnxNode[], outputs: readonly string[]): readonly OnnxNode[] {
  let kept = nodes;
  for (;;) {
    const reads = countReads(kept);
    const next = kept.filter((node) =>
      node.outputs.some((name) => reads.has(name) || outputs.includes(name)),
    );
    if (next.length === kept.length) return kept;
    kept = next;
  }
}

/** The number of elements of a constant that lie along one axis, all others being 1; null for others. */
function lineOf({ shape }: OnnxTensor): { readonly axis: number; readonly size: number } | null {
  const axes = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const [axis] = axes;
  return axes.length === 1 && axis !== undefined
    ? { axis: axis - shape.length, size: shape[axis] ?? 1 }
    : null;
}

/** Joins a product and the bias that is added to it into one node, as `Conv` and `Gemm` have it. */
function withBiases(nodes: readonly OnnxNode[], context: TidyContext): readonly OnnxNode[] {
  const reads = countReads(nodes);
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const gone = new Set<OnnxNode>();
  const joined = new Map<OnnxNode, OnnxNode>();
  for (const node of nodes) {
    if (node.opType !== "Add") continue;
    for (const [product, bias] of [node.inputs, node.inputs.toReversed()]) {
      const maker = makers.get(product ?? "");
      const tensor = context.constant(bias ?? "");
      const isFree = reads.get(product ?? "") === 1 && !context.outputs.includes(product ?? "");
      if (maker === undefined || tensor === null || bias === undefined || !isFree) continue;
      const found = joinedNode(node, maker, tensor, reads.get(bias) === 1, context);
      if (found === null) continue;
      gone.add(maker);
      joined.set(node, found);
      break;
    }
  }
  return nodes.flatMap((node) => (gone.has(node) ? [] : [joined.get(node) ?? node]));
}

function joinedNode(
  add: OnnxNode,
  maker: OnnxNode,
  bias: OnnxTensor,
  isOwn: boolean,
  { rankOf, constant, reshape }: TidyContext,
): OnnxNode | null {
  const line = lineOf(bias);
  const [, weights = ""] = maker.inputs;
  const kernel = constant(weights);
  if (line === null || kernel === null || maker.inputs.length !== 2) return null;
  const isConvolution = maker.opType === "Conv" || maker.opType === "ConvTranspose";
  const whole = { name: maker.name, outputs: add.outputs, inputs: [...maker.inputs, bias.name] };
  // [batch, channels, …places]: the bias lies along the channels.
  if (isConvolution && isOwn && line.axis === 1 - kernel.shape.length) {
    reshape(bias.name, [line.size]);
    return { ...maker, ...whole };
  }
  const isMatrix =
    maker.opType === "MatMul" && kernel.shape.length === 2 && rankOf(maker.inputs[0] ?? "") === 2;
  return isMatrix && line.axis === -1 && bias.shape.length <= 2
    ? { ...whole, opType: "Gemm", attributes: {} }
    : null;
}

/** Joins nodes that one operator of ONNX does together, and leaves out those that nothing needs. */
export function tidy(nodes: readonly OnnxNode[], context: TidyContext): readonly OnnxNode[] {
  return withBiases(withoutUnread(nodes, context.outputs), context);
}
