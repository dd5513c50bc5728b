import type { DType } from "./dtypes.ts";
import type { Aval, Program, Var } from "./program.ts";
import type { ScalarBuilder, ScalarId } from "./scalar.ts";
import type { Dims } from "./shape.ts";

/** Static parameters of a primitive: plain data, except for the programs that control flow holds. */
export type Params = Readonly<Record<string, unknown>>;

/** An array of the f64 reference: every element a double (64-bit integers beyond 2^53 lose bits, bool is 0 or 1). */
export interface RefArray {
  readonly shape: Dims;
  readonly dtype: DType;
  readonly data: Float64Array;
}

/** The functions that apply primitives, as gradient rules use them. */
export type PrimitiveFunctions = typeof import("./primitives/functions.ts");

/** What a gradient rule works with. */
export interface VjpContext<P extends Params = Params> {
  readonly inputs: readonly Var[];
  readonly outputs: readonly Var[];
  readonly params: P;
  /** Which inputs a cotangent is wanted for; a rule may skip the others. */
  readonly needs: readonly boolean[];
  readonly p: PrimitiveFunctions;
}

/**
 * Cotangents of the inputs for given cotangents of the outputs (null: none flows).
 *
 * The result has one entry for each input; null or undefined where nothing flows.
 */
export type VjpRule<P extends Params = Params> = (
  cotangents: readonly (Var | null)[],
  context: VjpContext<P>,
) => readonly (Var | null | undefined)[];

/** In place of a gradient rule: why there is none. Asking for a gradient through it is an error or gives zero. */
export interface NotDifferentiable {
  readonly reason: string;
  /** `zero`: piecewise constant, the derivative is 0 almost everywhere; `error`: a gradient is undefined or not built. */
  readonly gradient: "zero" | "error";
}

export function notDifferentiable(reason: string, gradient: "zero" | "error" = "zero"): NotDifferentiable {
  return { reason, gradient };
}

/**
 * How the compiler treats a primitive.
 *
 * - `elementwise`: all inputs and the output have one shape; the scalar meaning is given in the closed scalar IR.
 * - `view`: only moves elements (broadcast, transpose, slice, …); the scheduler folds it into the loops that read it.
 * - `reduce`: combines elements along axes.
 * - `structured`: a kernel of its own (matmul, convolution, sort, …) that the backend knows by name.
 * - `control`: holds programs (scan, whileLoop, cond).
 * - `composite`: becomes other primitives before it is scheduled (`expandComposites`), so that no backend knows of it.
 */
export type Lowering<P extends Params = Params> =
  | {
      readonly kind: "elementwise";
      readonly scalar: (
        b: ScalarBuilder,
        inputs: readonly ScalarId[],
        params: P,
        dtypes: readonly DType[],
      ) => ScalarId;
      readonly evaluate: Meaning<P>;
    }
  | { readonly kind: "view" }
  | { readonly kind: "reduce"; readonly combine: "add" | "mul" | "max" | "min" }
  | { readonly kind: "structured" }
  | { readonly kind: "control" }
  | {
      readonly kind: "composite";
      readonly expand: (inputs: readonly Var[], params: P, p: PrimitiveFunctions) => readonly Var[];
    };

/** An example of a primitive's use, from which the conformance, gradient and benchmark suites are made. */
export interface Sample<P extends Params = Params> {
  readonly inputs: readonly SampleInput[];
  readonly params: P;
  /** False where the gradient is not to be checked numerically here (a kink, an integer dtype). */
  readonly differentiate?: boolean;
}

/** A random input: uniform in `[low, high)`, integers when the dtype is one; or exact `values`. */
export interface SampleInput extends Aval {
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly number[];
}

/** Runs a program on the reference backend; given to the `evaluate` of control-flow primitives. */
export type EvaluateProgram = (program: Program, inputs: readonly RefArray[]) => RefArray[];

/** What a primitive means, in double precision. */
export type Meaning<P extends Params = Params> = (
  inputs: readonly RefArray[],
  params: P,
  run: EvaluateProgram,
) => readonly RefArray[];

/** One operation of the program IR, with everything that any part of the engine needs to know of it. */
export interface Primitive<P extends Params = Params> {
  readonly name: string;
  /** Shape and dtype rule. Throws `ShapeError` or `DTypeError` when the inputs do not fit. */
  infer(inputs: readonly Aval[], params: P): readonly Aval[];
  readonly lowering: Lowering<P>;
  readonly vjp: VjpRule<P> | NotDifferentiable;
  samples(): readonly Sample<P>[];
}
