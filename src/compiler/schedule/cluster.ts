import type { FullParams } from "../../ir/primitives/full.ts";
import type { IotaParams } from "../../ir/primitives/iota.ts";
import { wrapTo } from "../../ir/elementwise.ts";
import type { Equation, Var } from "../../ir/program.ts";
import { ScalarBuilder, type ScalarId } from "../../ir/scalar.ts";
import { type Dims, sizeOf } from "../../ir/shape.ts";
import { type Affine, combine, flatten, type Index, type Obstacle, regroup, walk } from "./affine.ts";
import type { Piece, Root, Values } from "./values.ts";
import { type Bound, isFoldable, readsAxis, sourceOf } from "./views.ts";

/** An element of a stored array; `otherwise` outside of the bounds. */
export interface LoadLeaf {
  readonly kind: "load";
  readonly root: Root;
  readonly at: Affine;
  readonly bounds: readonly Bound[];
  readonly otherwise: number;
}

/** What a leaf of a cluster's scalar graph stands for. */
export type Leaf =
  | LoadLeaf
  | { readonly kind: "index"; readonly at: Affine }
  | { readonly kind: "reduce"; readonly combine: "add" | "mul" | "max" | "min"; readonly value: ScalarId }
  | { readonly kind: "product" };

/** A value that the cluster writes, and which element it writes at each step of the loops. */
export interface PendingStore {
  readonly target: Root | Piece;
  readonly at: Affine;
  readonly node: ScalarId;
  /** False for row-level values of a cluster with inner loops. */
  readonly perElement: boolean;
}

/** The loops of a cluster: those of the array `shape`, of which `inner` axes are reduced. */
export interface Domain {
  readonly shape: Dims;
  /** Axes of `shape` in the order of the loops: kept ones, then reduced ones. */
  readonly order: readonly number[];
  readonly outerRank: number;
}

export function plainDomain(shape: Dims): Domain {
  return { shape, order: shape.map((_, i) => i), outerRank: shape.length };
}

export function reduceDomain(shape: Dims, axes: Dims): Domain {
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  return { shape, order: [...kept, ...axes], outerRank: kept.length };
}

/** The same loops, one of them as two. */
export function splitLoop({ shape, order, outerRank }: Domain, { dim, inner }: Obstacle): Domain {
  const axis = order[dim] ?? 0;
  const size = shape[axis] ?? 1;
  return {
    shape: [...shape.slice(0, axis), size / inner, inner, ...shape.slice(axis + 1)],
    order: order.flatMap((a) => (a === axis ? [a, a + 1] : [a > axis ? a + 1 : a])),
    outerRank: dim < outerRank ? outerRank + 1 : outerRank,
  };
}

/** Why an expression could not be evaluated in a cluster. */
export type Failure =
  /** A value is not available in these loops; another cluster may do. */
  | { readonly kind: "elsewhere" }
  /** The value must be stored before it can be read this way. */
  | { readonly kind: "materialise"; readonly value: Var; readonly obstacle: Obstacle | null };

/** Evaluation failed; `Cluster.failure` says why. */
export const failed = -1;

/**
 * Loops under construction: the scalar graph of everything that one kernel computes.
 *
 * Values are evaluated at an index; equal (value, element) pairs share one node.
 */
export class Cluster {
  readonly values: Values;
  readonly scalars: ScalarBuilder = new ScalarBuilder();
  readonly leaves: Leaf[] = [];
  readonly stores: PendingStore[] = [];
  /** Where it runs among the others; infinite while it is only tried. */
  position: number = Number.POSITIVE_INFINITY;
  /** The structured equation whose epilogue this is. */
  readonly product: Equation | null;
  domain: Domain;
  sizes: readonly number[];
  failure: Failure = { kind: "elsewhere" };
  /** The primitives it computes, for the label. */
  readonly names: string[] = [];
  readonly #known = new Map<string, ScalarId>();
  readonly #leafKeys = new Map<string, number>();

  constructor(values: Values, domain: Domain, product: Equation | null = null) {
    this.values = values;
    this.product = product;
    this.domain = domain;
    this.sizes = domain.order.map((axis) => domain.shape[axis] ?? 1);
  }

  get hasInner(): boolean {
    return this.domain.outerRank < this.domain.order.length;
  }

  /** Elements for each step of the outer loops. */
  get innerSize(): number {
    return sizeOf(this.sizes.slice(this.domain.outerRank));
  }

  get outerSize(): number {
    return sizeOf(this.sizes.slice(0, this.domain.outerRank));
  }

  /** Whether the reduced axes are the last ones, in order: rows that lie together in memory. */
  get hasRows(): boolean {
    return this.domain.order.every((axis, i) => axis === i);
  }

  /** The index of the loops' own array at each step. */
  elementIndex(): Index {
    const { shape, order } = this.domain;
    return walk(
      shape,
      shape.map((_, axis) => order.indexOf(axis)),
      order.length,
    );
  }

  /** The index of an array with one element for each step of the outer loops. */
  rowIndex(): Index {
    const { shape, order, outerRank } = this.domain;
    const kept = order.slice(0, outerRank);
    return walk(
      kept.map((axis) => shape[axis] ?? 1),
      kept.map((_, d) => d),
      order.length,
    );
  }

  /** Splits loops without reduced axes for a reduction over the last `count` axes. */
  split(count: number): void {
    this.domain = { ...this.domain, outerRank: this.domain.order.length - count };
  }

  #key(value: Var, at: Affine): string {
    return `${value.id}|${at.offset}|${at.coeffs.join()}`;
  }

  /** Makes later evaluations of a value at this index yield `node`. */
  define(value: Var, index: Index, node: ScalarId): void {
    this.#known.set(this.#key(value, flatten(index, this.sizes.length)), node);
  }

  leaf(leaf: Leaf, key: string, dtype: Var["dtype"]): ScalarId {
    const known = this.#leafKeys.get(key);
    const number = known ?? this.leaves.length;
    if (known === undefined) {
      this.#leafKeys.set(key, number);
      this.leaves.push(leaf);
    }
    return this.scalars.input(number, dtype);
  }

  /** The node of a value's element, or `failed`. */
  evaluate(asked: Var, index: Index): ScalarId {
    const value = this.values.behind(asked);
    const at = flatten(index, this.sizes.length);
    const key = this.#key(value, at);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = this.#compute(value, index, at);
    if (node !== failed) this.#known.set(key, node);
    return node;
  }

  #fail(value?: Var, index?: Index): number {
    let obstacle: Obstacle | null = null;
    if (value !== undefined && index !== undefined) {
      const equation = this.values.equationOf(value);
      const reads = (axis: number): boolean => readsAxis(equation, axis);
      regroup(index, value.shape, this.sizes, (found) => (obstacle = found), reads);
    }
    this.failure = value === undefined ? { kind: "elsewhere" } : { kind: "materialise", value, obstacle };
    return failed;
  }

  #compute(value: Var, index: Index, at: Affine): ScalarId {
    const root = this.values.rootOf(value);
    if (root !== null) return this.#load(root, at, [], 0);
    const equation = this.values.equationOf(value);
    switch (equation.primitive.lowering.kind) {
      case "elementwise": {
        const args: ScalarId[] = [];
        for (const input of equation.inputs) {
          const arg = this.evaluate(input, index);
          if (arg === failed) return failed;
          args.push(arg);
        }
        this.#note(equation.primitive.name);
        const dtypes = equation.inputs.map((x) => x.dtype);
        return equation.primitive.lowering.scalar(this.scalars, args, equation.params, dtypes);
      }
      case "view":
        return this.#view(value, equation, index);
      default:
        return this.#fail(value);
    }
  }

  #note(name: string): void {
    if (this.names.length < 6) this.names.push(name);
  }

  #view(value: Var, equation: Equation, index: Index): ScalarId {
    const { name } = equation.primitive;
    if (name === "full") {
      const { value: constant, dtype } = equation.params as FullParams; // SAFETY: the parameters of the primitive `full`
      return this.scalars.const(wrapTo(dtype, constant), dtype);
    }
    if (name === "iota") {
      const { axis, dtype } = equation.params as IotaParams; // SAFETY: the parameters of the primitive `iota`
      const position = regroup(index, value.shape, this.sizes, undefined, (a) => readsAxis(equation, a))
        ?.axes[axis];
      if (position === undefined) return this.#fail(value, index);
      return this.leaf(
        { kind: "index", at: position },
        `i${position.offset}|${position.coeffs.join()}|${dtype}`,
        dtype,
      );
    }
    if (!isFoldable(equation)) return this.#fail(value);
    const input = equation.inputs[equation.outputs.indexOf(value)];
    const source = sourceOf(equation, value.shape, index, this.sizes);
    if (input === undefined) return this.#fail(value);
    // The view is stored when the loops cannot address its axes, and cannot be split so that they do.
    if (source === null) return this.#fail(value, index);
    if (source.bounds.length === 0) return this.evaluate(input, source.index);
    return this.#guarded(input, source.index, source.bounds, source.otherwise);
  }

  /** A load that padding guards, followed through further views to what is stored. */
  #guarded(value: Var, index: Index, bounds: readonly Bound[], otherwise: number): ScalarId {
    const root = this.values.rootOf(value);
    if (root !== null) return this.#load(root, flatten(index, this.sizes.length), bounds, otherwise);
    const equation = this.values.equationOf(value);
    const input = equation.inputs[equation.outputs.indexOf(value)];
    const isView = equation.primitive.lowering.kind === "view" && input !== undefined && isFoldable(equation);
    const source = isView ? sourceOf(equation, value.shape, index, this.sizes) : null;
    if (input === undefined || source === null || source.bounds.length > 0) return this.#fail(value, index);
    return this.#guarded(input, source.index, bounds, otherwise);
  }

  #load(root: Root, at: Affine, bounds: readonly Bound[], otherwise: number): ScalarId {
    if (root.position >= this.position || root.cluster === this) return this.#fail();
    const guards = bounds
      .map(({ position, limit }) => `${position.offset},${position.coeffs.join()}<${limit}`)
      .join(";");
    const key = `${root.id}|${at.offset}|${at.coeffs.join()}|${guards}|${otherwise}`;
    return this.leaf({ kind: "load", root, at, bounds, otherwise }, key, root.value.dtype);
  }

  /** The node that reads a stored array of the loops' shape. */
  load(root: Root, index: Index): ScalarId {
    return this.#load(root, flatten(index, this.sizes.length), [], 0);
  }

  /** Evaluates a reduction whose input is the loops' own array. */
  reduce(equation: Equation): ScalarId {
    const [input] = equation.inputs;
    const [output] = equation.outputs;
    const { lowering } = equation.primitive;
    if (input === undefined || output === undefined || lowering.kind !== "reduce") return this.#fail();
    const value = this.evaluate(input, { shape: this.domain.shape, axes: this.elementIndex().axes });
    if (value === failed) return failed;
    this.#note(equation.primitive.name);
    return this.leaf(
      { kind: "reduce", combine: lowering.combine, value },
      `r${lowering.combine}${value}`,
      output.dtype,
    );
  }

  /** Records that the value at `index` is stored to a root of its own. */
  storeRoot(root: Root, index: Index, node: ScalarId, perElement: boolean): void {
    this.define(root.value, index, node);
    this.stores.push({ target: root, at: flatten(index, this.sizes.length), node, perElement });
  }

  /** Records a store into part of a larger array; false where the loops cannot address it. */
  storePiece(piece: Piece, index: Index, node: ScalarId, perElement: boolean): boolean {
    const own = regroup(index, piece.value.shape, this.sizes);
    if (own === null) return false;
    const at = combine(own.axes, piece.strides, piece.offset, this.sizes.length);
    this.stores.push({ target: piece, at, node, perElement });
    return true;
  }
}

/** The nodes that nodes depend on, in order. */
export function reachable(cluster: Cluster, from: readonly ScalarId[]): ScalarId[] {
  const seen = new Set<ScalarId>();
  const stack = [...from];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const node = cluster.scalars.nodes[id];
    if (node?.kind === "op") stack.push(...node.args);
    const leaf = node?.kind === "input" ? cluster.leaves[node.index] : undefined;
    if (leaf?.kind === "reduce") stack.push(leaf.value);
  }
  return [...seen].toSorted((a, b) => a - b);
}
