import { bindArguments, isPlainObject } from "../../util/options.ts";
import { mapTree, type Tree } from "../../util/tree.ts";
import { OptionError } from "../../util/errors.ts";
import { currentBuilder } from "../../ir/program.ts";
import type { Spec } from "./abstract.ts";
import { isTensorHolder, isTypedArray, type TensorInput, toValue } from "./convert.ts";
import { runEagerly } from "./eager.ts";
import { observed } from "./observer.ts";
import type { Tensor } from "./tensor.ts";
import { isSymbolic, type SymbolicValue, Value } from "./value.ts";

/** The arguments of one call, by name, defaults filled in. */
export type BoundArguments = Readonly<Record<string, unknown>>;

/**
 * What an argument is: a tensor (`tensor?` when it may be left out or null), nested tensors, or static: a number, a
 * shape, a string or a function that the traced program depends on. `call` is a static argument that Keras gives
 * to the call rather than to the constructor of the node (the key of `getItem`).
 */
export type ArgumentKind = "tensor" | "tensor?" | "tensors" | "static" | "call";

export interface ArgumentSpec {
  readonly kind: ArgumentKind;
  /** Value where the argument is left out; without one it is required (except for `tensor?`, which is null). */
  readonly default?: unknown;
  /** Nested tensors that Keras takes as separate arguments (`einsum(subscripts, *operands)`), not as a list. */
  readonly variadic?: boolean;
  /** An object whose entries Keras takes as keyword arguments (`rearrange(tensor, pattern, **axes_lengths)`). */
  readonly keywords?: boolean;
}

/** An op as data: Keras's files hold graph nodes made of ops, by class and module. */
export interface Op {
  /** camelCase, as in the `ops` namespace. */
  readonly name: string;
  /** The class of its graph node in Keras: `ExpandDims`. */
  readonly className: string;
  /** Where that class lives: `keras.src.ops.<module>`. */
  readonly module: string;
  readonly args: Readonly<Record<string, ArgumentSpec>>;
  /** Shapes and dtypes of the results where tracing with stand-in sizes cannot tell them. */
  readonly infer?: ((args: BoundArguments) => Tree<Spec>) | undefined;
  /** Applies the op to arguments by name, as its function does. */
  apply(bound: BoundArguments): unknown;
  /** The composition of primitives; gets tensors for tensor arguments. */
  readonly body: (args: never) => Tree<Tensor>;
}

/** An op's function; `op` describes it. */
export type OpFunction<F> = F & { readonly op: Op };

export interface OpDefinition {
  readonly name: string;
  /** Default: the name in PascalCase. */
  readonly className?: string;
  /** Default: `numpy`. */
  readonly module?: "numpy" | "nn" | "core" | "math" | "linalg" | "image" | "random" | "einops";
  readonly args: Readonly<Record<string, ArgumentSpec | ArgumentKind>>;
  readonly infer?: (args: BoundArguments) => Tree<Spec>;
}

/**
 * Defines an op: one body that serves concrete, traced and symbolic values.
 *
 * Arguments come in Keras's order, any number of them positionally, the tail in one object.
 */
export function defineOp<A, F>(definition: OpDefinition, body: (args: A) => Tree<Tensor>): OpFunction<F> {
  const args = Object.fromEntries(
    Object.entries(definition.args).map(([name, spec]) => [
      name,
      typeof spec === "string" ? { kind: spec } : spec,
    ]),
  );
  const op: Op = {
    name: definition.name,
    className: definition.className ?? definition.name.charAt(0).toUpperCase() + definition.name.slice(1),
    module: definition.module ?? "numpy",
    args,
    infer: definition.infer,
    apply: (bound) => callOp(op, withDefaults(op, bound)),
    // SAFETY: the body gets the arguments that `args` declares.
    body: body as (args: never) => Tree<Tensor>,
  };
  const f = (...given: readonly unknown[]): unknown => callOp(op, bindOp(op, given));
  // SAFETY: F is the op's public signature, which `args` declares at run time.
  return Object.assign(f, { op }) as unknown as OpFunction<F>;
}

/**
 * Makes a function stand for an op: it takes more than the op does, and comes down to it.
 *
 * It gets the whole function, as bundlers keep what reads a field while a module loads.
 */
export function standIn<F>(f: unknown, { op }: { readonly op: Op }): OpFunction<F> {
  return Object.assign(f as object, { op }) as unknown as OpFunction<F>; // SAFETY: F types f
}

/** Brings a call's arguments into an object, with defaults, and refuses unknown or missing ones. */
export function bindOp(op: Op, given: readonly unknown[]): BoundArguments {
  return withDefaults(
    op,
    bindArguments(`ops.${op.name}`, Object.keys(op.args), given, [], (name) => {
      // One tensor or a static value is never a plain object; nested tensors and keyword arguments may be.
      const { kind, keywords } = op.args[name] ?? { kind: "static" };
      return given.length > 1 && (kind === "tensors" || kind === "call" || keywords === true);
    }),
  );
}

/** Arguments by name with the defaults of those that are left out. */
export function withDefaults(op: Op, given: BoundArguments): BoundArguments {
  const bound: Record<string, unknown> = { ...given };
  for (const [name, spec] of Object.entries(op.args)) {
    if (name in bound) continue;
    if ("default" in spec) bound[name] = spec.default;
    else if (spec.kind === "tensor?") bound[name] = null;
    else throw new OptionError(`ops.${op.name}: argument \`${name}\` is missing.`);
  }
  return bound;
}

/** Applies an op to bound arguments: records it, traces it, or computes it, as the values want. */
export function callOp(op: Op, bound: BoundArguments): unknown {
  const symbolic = findSymbolic(Object.values(bound));
  if (symbolic !== undefined) return symbolic.recordOp(op, bound);
  const args = withTensors(op, bound);
  if (currentBuilder() === null) return runEagerly(op, args, runBody);
  return observed(op, args, () => runBody(op, args));
}

/** The body on tensors. */
export function runBody(op: Op, args: BoundArguments): Tree<Tensor> {
  // SAFETY: `args` has what the op declares; see defineOp.
  return op.body(args as never);
}

/** Tensor arguments (and tensors inside static ones) as `Tensor`s. */
export function withTensors(op: Op, bound: BoundArguments): BoundArguments {
  return Object.fromEntries(
    Object.entries(bound).map(([name, value]) => {
      const kind = op.args[name]?.kind ?? "static";
      if (kind === "static" || kind === "call")
        return [
          name,
          mapTree<unknown, unknown>(value, (leaf) => (isTensorHolder(leaf) ? toValue(leaf) : leaf)),
        ];
      if (value === null || value === undefined) {
        if (kind === "tensor?") return [name, null];
        throw new OptionError(
          `ops.${op.name}: expected a tensor for \`${name}\`, received ${String(value)}.`,
        );
      }
      return [name, kind === "tensors" ? toValueTree(value, 0) : toValue(value as TensorInput)]; // SAFETY: toValue checks it
    }),
  );
}

/** Nested tensors: an array is a list of tensors as long as it holds tensors somewhere, or is the outermost. */
function toValueTree(node: unknown, depth: number): Tree<Value> {
  if (Array.isArray(node) && (depth === 0 || node.some(holdsTensor)))
    return node.map((child) => toValueTree(child, depth + 1));
  if (isPlainObject(node))
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [key, toValueTree(child, depth + 1)]),
    );
  return toValue(node as TensorInput); // SAFETY: toValue checks it
}

function holdsTensor(node: unknown): boolean {
  if (node instanceof Value || isTensorHolder(node) || isTypedArray(node)) return true;
  return Array.isArray(node)
    ? node.some(holdsTensor)
    : isPlainObject(node) && Object.values(node).some(holdsTensor);
}

function findSymbolic(value: unknown): SymbolicValue | undefined {
  if (isSymbolic(value)) return value;
  const children = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : [];
  for (const child of children) {
    const found = findSymbolic(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
