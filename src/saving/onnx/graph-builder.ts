import type { DType, TypedArray } from "../../ir/dtypes.ts";
import { sizeOf } from "../../ir/shape.ts";
import { remembered } from "../../util/remembered.ts";
import { type Constant, constantOf } from "./constant.ts";
import type { Attribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from "./model-proto.ts";
import type { Size } from "./size.ts";
import { tidy } from "./tidy.ts";

/** Where a size can be read: an axis of a tensor. */
export interface SizeSource {
  readonly name: string;
  readonly axis: number;
  readonly size: Size;
}

/** Names that are taken, in a graph and in those inside it. */
class Names {
  readonly #taken = new Set<string>();

  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

export const int = (value: number): Attribute => ({ kind: "int", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const text = (value: string): Attribute => ({ kind: "text", value });

/** Constants up to this many elements are held once, however often they occur. */
const sharedUpTo = 64;

/** Collects the nodes and constants of a graph; the body of a loop has a builder inside. */
export class GraphBuilder {
  readonly parent: GraphBuilder | null;
  readonly #names: Names;
  readonly #initializers: OnnxTensor[];
  /** Names of constants, by their elements and then by dtype and shape. */
  readonly #constants: Map<TypedArray | string, Map<string, string>>;
  #nodes: OnnxNode[] = [];
  readonly #sources: SizeSource[] = [];
  readonly #ranks = new Map<string, number>();
  readonly #sizeNames = new Map<string, string>();
  /** What names of nodes begin with: the path of the layer being written. */
  prefix = "";

  constructor(parent: GraphBuilder | null = null) {
    this.parent = parent;
    this.#names = parent === null ? new Names() : parent.#names;
    this.#initializers = parent === null ? [] : parent.#initializers;
    this.#constants = parent === null ? new Map() : parent.#constants;
    this.prefix = parent?.prefix ?? "";
  }

  fresh(wanted: string): string {
    return this.#names.fresh(wanted);
  }

  /** Adds a node; gives the names of its outputs. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs = 1,
  ): readonly string[] {
    const name = this.fresh(this.prefix === "" ? opType : `${this.prefix}/${opType}`);
    const results = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : this.fresh(`${name}:${i}`)));
    this.#nodes.push({ opType, name, inputs: trimmed(inputs), outputs: results, attributes });
    return results;
  }

  /** Adds a node with one output. */
  one(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.node(opType, inputs, attributes)[0] ?? "";
  }

  /** The name of a constant's tensor. Constants are kept by the outermost graph, where those inside see them. */
  constant(constant: Constant): string {
    const { data, shape, dtype, label } = constant;
    const isShared = label === null && data.length <= sharedUpTo;
    const owner = isShared ? bytesText(constant) : data;
    const names = remembered(this.#constants, owner, () => new Map<string, string>());
    return remembered(names, `${dtype}[${shape.join()}]`, () => {
      const name = this.fresh(label ?? (sizeOf(shape) === 1 ? scalarName(constant) : "constant"));
      this.#initializers.push({ name, dtype, shape, data });
      return name;
    });
  }

  /** A vector of int64, as shapes, axes and indices are given. */
  integers(values: readonly number[]): string {
    return this.constant(constantOf(values, [values.length], "int64"));
  }

  /** A scalar constant. */
  scalar(value: number, dtype: DType): string {
    return this.constant(constantOf([value], [], dtype));
  }

  /** Tells that a tensor has these sizes, so that unknown ones can be read from it. */
  offer(name: string, sizes: readonly Size[]): void {
    this.#ranks.set(name, sizes.length);
    sizes.forEach((size, axis) => {
      if (size.some((value) => value !== size[0])) this.#sources.push({ name, axis, size });
    });
  }

  /** Everything unknown sizes can be read from, each size once, the earliest tensor first. */
  sources(): SizeSource[] {
    const all = [...(this.parent?.sources() ?? []), ...this.#sources];
    const found = new Map<string, SizeSource>();
    for (const source of all) {
      const key = source.size.join();
      if (!found.has(key)) found.set(key, source);
    }
    return [...found.values()];
  }

  /** The name of a value made once for a key. */
  once(key: string, make: () => string): string {
    return remembered(this.#sizeNames, key, make);
  }

  /** Whether a node of this graph makes the tensor. */
  makes(name: string): boolean {
    return this.#nodes.some(({ outputs }) => outputs.includes(name));
  }

  /** Adds a node whose names are given. */
  add(node: OnnxNode): void {
    this.#nodes.push(node);
  }

  /** Gives a tensor that a node makes another name. */
  rename(from: string, to: string): void {
    this.#nodes = this.#nodes.map((node) => renamed(node, from, to));
    const rank = this.#ranks.get(from);
    if (rank !== undefined) this.#ranks.set(to, rank);
  }

  /** Joins and drops nodes; the outputs stay. */
  tidy(outputs: readonly string[]): void {
    this.#nodes = [
      ...tidy(this.#nodes, {
        outputs,
        rankOf: (name) => this.#ranks.get(name) ?? null,
        constant: (name) => this.#initializers.find((tensor) => tensor.name === name) ?? null,
        reshape: (name, shape) => {
          const at = this.#initializers.findIndex((tensor) => tensor.name === name);
          const tensor = this.#initializers[at];
          if (tensor !== undefined) this.#initializers[at] = { ...tensor, shape };
        },
      }),
    ];
  }

  finish(name: string, inputs: readonly OnnxValueInfo[], outputs: readonly OnnxValueInfo[]): OnnxGraph {
    const used = new Set([...namesIn(this.#nodes), ...outputs.map((output) => output.name)]);
    const initializers =
      this.parent === null ? this.#initializers.filter((tensor) => used.has(tensor.name)) : [];
    return { name, nodes: this.#nodes, initializers, inputs, outputs };
  }
}

/** Inputs left out at the end need no names. */
function trimmed(inputs: readonly string[]): readonly string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === "") length--;
  return inputs.slice(0, length);
}

function renamed(node: OnnxNode, from: string, to: string): OnnxNode {
  const swap = (name: string): string => (name === from ? to : name);
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([key, attribute]): [string, Attribute] => {
      if (attribute.kind !== "graph") return [key, attribute];
      const { nodes, outputs, ...rest } = attribute.value;
      return [
        key,
        {
          kind: "graph",
          value: {
            ...rest,
            nodes: nodes.map((inner) => renamed(inner, from, to)),
            outputs: outputs.map((output) => ({ ...output, name: swap(output.name) })),
          },
        },
      ];
    }),
  );
  return { ...node, inputs: node.inputs.map(swap), outputs: node.outputs.map(swap), attributes };
}

/** All names that nodes read, those inside loops too. */
function namesIn(nodes: readonly OnnxNode[]): string[] {
  return nodes.flatMap(({ inputs, attributes }) => [
    ...inputs,
    ...Object.values(attributes).flatMap((attribute) =>
      attribute.kind === "graph"
        ? [...namesIn(attribute.value.nodes), ...attribute.value.outputs.map(({ name }) => name)]
        : [],
    ),
  ]);
}

function bytesText({ data }: Constant): string {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join();
}

function scalarName({ data }: Constant): string {
  return data.length === 1 ? `constant_${String(data[0])}` : "constant";
}
