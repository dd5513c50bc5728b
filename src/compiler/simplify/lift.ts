import { type BroadcastParams, broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { matmulPrimitive } from "../../ir/primitives/matmul.ts";
import { reshapePrimitive } from "../../ir/primitives/reshape.ts";
import { type TransposeParams, transposePrimitive } from "../../ir/primitives/transpose.ts";
import type { Var } from "../../ir/program.ts";
import { type Dims, sizeOf } from "../../ir/shape.ts";
import type { Loop } from "./loop.ts";
import type { Rewriter } from "./rewriter.ts";

/** Moves computations of a loop's body into the program around it. */
export class Lifter {
  readonly #rewriter: Rewriter;
  readonly #loop: Loop;
  readonly #invariant = new Map<Var, Var | null>();
  readonly #stacked = new Map<Var, Var | null>();

  constructor(rewriter: Rewriter, loop: Loop) {
    this.#rewriter = rewriter;
    this.#loop = loop;
    for (const { inner, outer } of loop.captures) this.#invariant.set(inner, outer);
    for (const { inner } of loop.carries) this.#invariant.set(inner, null);
    for (const { inner, outer } of loop.xs) {
      this.#invariant.set(inner, null);
      this.#stacked.set(inner, outer);
    }
  }

  /** Makes known a capture that came later. */
  capture(inner: Var, outer: Var): void {
    this.#invariant.set(inner, outer);
  }

  /** Whether a value is the same at every step. */
  isInvariant(value: Var): boolean {
    const known = this.#invariant.get(value);
    if (known !== undefined) return known !== null;
    const equation = this.#loop.definitionOf(value);
    const kind = equation?.primitive.lowering.kind;
    const moves = equation !== null && kind !== "control" && equation.outputs.length === 1;
    const result = moves && equation.inputs.every((input) => this.isInvariant(input));
    if (!result) this.#invariant.set(value, null);
    return result;
  }

  /** An invariant value, computed outside. */
  invariant(value: Var): Var | null {
    const known = this.#invariant.get(value);
    if (known !== undefined) return known;
    const equation = this.#loop.definitionOf(value);
    if (equation === null || !this.isInvariant(value)) return null;
    const inputs = equation.inputs.flatMap((input) => this.invariant(input) ?? []);
    const outer = this.#rewriter.apply(equation.primitive, inputs, equation.params);
    this.#invariant.set(value, outer);
    return outer;
  }

  /** The values of all steps, stacked, of something that depends on slices of stacked arrays alone; null otherwise. */
  stacked(value: Var): Var | null {
    const known = this.#stacked.get(value);
    if (known !== undefined) return known;
    const result = this.#lift(value);
    this.#stacked.set(value, result);
    return result;
  }

  #lift(value: Var): Var | null {
    const r = this.#rewriter;
    const steps = this.#loop.length;
    if (this.isInvariant(value)) {
      const outer = this.invariant(value);
      const axes = value.shape.map((_, i) => i + 1);
      return outer && r.apply(broadcastPrimitive, [outer], { shape: [steps, ...value.shape], axes });
    }
    const equation = this.#loop.definitionOf(value);
    if (equation === null) return null;
    const { primitive, params, inputs } = equation;
    const [x, y] = inputs;
    if (x === undefined) return null;
    if (primitive.lowering.kind === "elementwise") {
      const lifted = inputs.map((input) => this.stacked(input));
      return lifted.includes(null)
        ? null
        : r.apply(
            primitive,
            lifted.flatMap((input) => input ?? []),
            params,
          );
    }
    if (primitive.name === "matmul" && y !== undefined) return this.#liftProduct(x, y);
    const from = this.stacked(x);
    if (from === null) return null;
    switch (primitive.name) {
      case "reshape":
        return r.apply(reshapePrimitive, [from], { shape: [steps, ...value.shape] });
      case "broadcast": {
        const { axes } = params as BroadcastParams; // SAFETY: the parameters of `broadcast`
        return r.apply(broadcastPrimitive, [from], {
          shape: [steps, ...value.shape],
          axes: [0, ...axes.map((axis) => axis + 1)],
        });
      }
      case "transpose": {
        const { perm } = params as TransposeParams; // SAFETY: the parameters of `transpose`
        return r.apply(transposePrimitive, [from], { perm: [0, ...perm.map((axis) => axis + 1)] });
      }
      default:
        return null;
    }
  }

  /** One large product in place of one for each step: `[t, m, k] · [k, n]` as `[t·m, k] · [k, n]`. */
  #liftProduct(x: Var, y: Var): Var | null {
    if (x.shape.length !== 2 || !this.isInvariant(y)) return null;
    const left = this.stacked(x);
    const right = this.invariant(y);
    return left && right && productOfAll(this.#rewriter, left, right);
  }
}

/** `[t, m, k] · [k, n]` through one product of `t·m` rows. */
export function productOfAll(r: Rewriter, left: Var, right: Var): Var {
  const [t = 0, m = 0, k = 0] = left.shape;
  const rows = r.apply(reshapePrimitive, [left], { shape: [t * m, k] });
  const product = r.apply(matmulPrimitive, [rows, right], {});
  return r.apply(reshapePrimitive, [product], { shape: [t, m, right.shape[1] ?? 0] });
}

/** The first two axes as one. */
export function mergeSteps(r: Rewriter, value: Var): Var {
  const shape: Dims = [sizeOf(value.shape.slice(0, 2)), ...value.shape.slice(2)];
  return r.apply(reshapePrimitive, [value], { shape });
}
