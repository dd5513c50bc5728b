import { type BoundArguments, type Op, runBody, withDefaults, withTensors } from "../ops/core/op.ts";
import { inferSpecs, type Spec } from "../ops/core/abstract.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable } from "../util/callable.ts";
import { AntlerError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, mapTree, type Tree } from "../util/tree.ts";
import { KerasTensor } from "./keras-tensor.ts";
import { autoName } from "./naming.ts";
import { Node, symbolicIn } from "./node.ts";

/**
 * Something that can be called on symbolic tensors and then is part of a graph: a layer, a model, an op.
 *
 * @see Keras `ops/operation.py`
 */
export abstract class Operation extends Callable {
  /** Unique among automatically named operations; what files and error messages call it. */
  name: string;
  /** The calls of this operation on symbolic tensors. */
  readonly inboundNodes: Node[] = [];
  /** The calls that use its results. */
  readonly outboundNodes: Node[] = [];

  constructor(className: string, name: string | null | undefined) {
    super();
    if (name !== null && name !== undefined && (typeof name !== "string" || name.includes("/"))) {
      throw new AntlerError(
        `${className}: expected \`name\` to be a string without "/", received ${JSON.stringify(name)}.`,
      );
    }
    this.name = name ?? autoName(className);
  }

  /** The class's name in Keras, as it stands in files: `Dense`. */
  abstract get className(): string;

  /** Computes the operation for values in place of the symbolic tensors of one of its nodes. */
  abstract runNode(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown;

  /** The input of the operation's first call; an operation on several tensors has them nested as they were given. */
  get input(): KerasTensor {
    const tensors = this.#firstNode("input").inputTensors;
    // SAFETY: one tensor as a rule, and typed so for that; several, masks among them, are a list.
    return (tensors.length === 1 ? tensors[0] : tensors) as KerasTensor;
  }

  /** The output of the operation's first call; an operation with several has them nested as it returned them. */
  get output(): KerasTensor {
    return this.#firstNode("output").outputs as KerasTensor; // SAFETY: as above
  }

  #firstNode(what: string): Node {
    const [node] = this.inboundNodes;
    if (node !== undefined) return node;
    throw new AntlerError(
      `${this.name} (${this.className}): it has no ${what} yet: call it on a symbolic tensor first.`,
    );
  }

  /** Makes the graph node of an op called on symbolic tensors. */
  recordOp(op: Op, args: BoundArguments): unknown {
    return new OpOperation(op, null, staticArguments(op, args)).record(args);
  }
}

/** What of an op's arguments is its configuration: everything without symbolic tensors, but for tensor arguments. */
function staticArguments(op: Op, args: BoundArguments): BoundArguments {
  return Object.fromEntries(Object.entries(args).filter(([name]) => op.args[name]?.kind === "static"));
}

/**
 * An op as a node of the graph, such as `add` in `Input(…).add(1)`.
 *
 * @see Keras `keras.src.ops.numpy.Add` and its like
 */
export class OpOperation extends Operation {
  readonly op: Op;
  /** Arguments that are not tensors, by name. */
  readonly config: BoundArguments;

  constructor(op: Op, name: string | null, config: BoundArguments) {
    super(op.className, name);
    this.op = op;
    this.config = config;
  }

  override get className(): string {
    return this.op.className;
  }

  override invoke(...args: readonly unknown[]): unknown {
    return this.record(bindCall(this.op, this.config, args));
  }

  /** Adds a node for arguments that hold symbolic tensors. */
  record(given: BoundArguments): unknown {
    const bound = withDefaults(this.op, given);
    const specs = this.op.infer?.(bound) ?? this.#inferByTracing(bound);
    const outputs = toKerasTensors(specs);
    new Node(this, callArguments(this.op, bound), callKeywords(this.op, bound), outputs);
    return outputs;
  }

  #inferByTracing(bound: BoundArguments): Tree<Spec> {
    const symbolic = [...new Set(symbolicIn(bound))];
    return inferSpecs(
      (inputs) => {
        const values = new Map(symbolic.map((tensor, i) => [tensor, flatten<Tensor>(inputs)[i]]));
        const replaced = mapTree<unknown, unknown>(bound, (leaf) =>
          leaf instanceof KerasTensor ? values.get(leaf) : leaf,
        );
        return runBody(this.op, withTensors(this.op, replaced as BoundArguments)); // SAFETY: mapTree keeps the form
      },
      symbolic.map(({ shape, dtype }) => ({ shape, dtype })),
    );
  }

  override runNode(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>> = {}): unknown {
    return this.op.apply(bindCall(this.op, this.config, args, kwargs));
  }
}

/** Names of the arguments that Keras gives to the call of a node, in order; the others are its configuration. */
function callNames(op: Op): string[] {
  return Object.keys(op.args).filter(
    (name) => op.args[name]?.kind !== "static" && op.args[name]?.keywords !== true,
  );
}

/** The argument whose entries are keyword arguments of the call, where an op has one. */
function keywordsName(op: Op): string | undefined {
  return Object.keys(op.args).find((name) => op.args[name]?.keywords === true);
}

function callKeywords(op: Op, bound: BoundArguments): Readonly<Record<string, unknown>> {
  const value = bound[keywordsName(op) ?? ""];
  return isPlainObject(value) ? value : {};
}

/** The arguments of a node in order, those of a variadic one (`einsum(subscripts, *operands)`) by themselves. */
function callArguments(op: Op, bound: BoundArguments): unknown[] {
  return callNames(op).flatMap((name) => {
    const value = bound[name] ?? null;
    return op.args[name]?.variadic === true && Array.isArray(value) ? (value as unknown[]) : [value]; // SAFETY: an array, just checked
  });
}

/** The reverse: arguments by name from the configuration and the arguments of a node. */
export function bindCall(
  op: Op,
  config: BoundArguments,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): BoundArguments {
  const named = callNames(op).map((name, i): [string, unknown] => {
    if (op.args[name]?.variadic === true) return [name, args.slice(i)];
    return [name, args[i] ?? op.args[name]?.default ?? null];
  });
  const keywords = keywordsName(op);
  return {
    ...config,
    ...Object.fromEntries(named),
    ...(keywords === undefined ? {} : { [keywords]: kwargs }),
  };
}

/** New symbolic tensors for specs, nested alike. */
export function toKerasTensors(specs: Tree<Spec>): unknown {
  if (Array.isArray(specs)) return specs.map(toKerasTensors);
  if ("shape" in specs && Array.isArray(specs.shape) && "dtype" in specs) {
    const { shape, dtype } = specs as Spec; // SAFETY: a spec, by its fields
    return new KerasTensor(shape, { dtype });
  }
  return Object.fromEntries(Object.entries(specs).map(([key, child]) => [key, toKerasTensors(child)]));
}
