import { DTypeError, ShapeError } from "../util/errors.ts";
import type { DType } from "./dtypes.ts";
import { isFloat, isInteger, kindOf } from "./dtypes.ts";
import type { Aval } from "./program.ts";
import type { Meaning, NotDifferentiable, Params, Primitive, Sample, VjpRule } from "./primitive.ts";
import type { ScalarBuilder, ScalarId } from "./scalar.ts";
import { formatShape, sameShape } from "./shape.ts";

/** Which dtypes an element-wise primitive takes. */
export type Accepts = "any" | "numeric" | "float" | "integer" | "bits";

const accepts: Record<Accepts, (dtype: DType) => boolean> = {
  any: () => true,
  numeric: (dtype) => dtype !== "bool",
  float: isFloat,
  integer: isInteger,
  bits: (dtype) => dtype === "bool" || isInteger(dtype),
};

export interface ElementwiseSpec<P extends Params> {
  readonly name: string;
  readonly arity: number;
  readonly accepts: Accepts;
  /** Dtype of the result where it is not that of the inputs. */
  readonly result?: (dtypes: readonly DType[], params: P) => DType;
  /** Leading inputs that are exempt from the rule that all dtypes are equal (the condition of `select`). */
  readonly exempt?: number;
  /** The meaning on doubles; integer results are wrapped to their dtype afterwards. */
  readonly f: (args: readonly number[], params: P, dtypes: readonly DType[]) => number;
  readonly scalar: (
    b: ScalarBuilder,
    inputs: readonly ScalarId[],
    params: P,
    dtypes: readonly DType[],
  ) => ScalarId;
  readonly vjp: VjpRule<P> | NotDifferentiable;
  readonly samples: () => readonly Sample<P>[];
}

/** A primitive that maps equally shaped inputs element by element. */
export function elementwise<P extends Params = Record<never, never>>(spec: ElementwiseSpec<P>): Primitive<P> {
  const resultOf = (dtypes: readonly DType[], params: P): DType =>
    spec.result?.(dtypes, params) ?? dtypes.at(-1) ?? "float32";
  const evaluate: Meaning<P> = (inputs, params) => {
    const dtypes = inputs.map((x) => x.dtype);
    const dtype = resultOf(dtypes, params);
    const shape = inputs[0]?.shape ?? [];
    const data = new Float64Array(inputs[0]?.data.length ?? 0);
    const args = new Array<number>(inputs.length);
    for (let i = 0; i < data.length; i++) {
      for (let k = 0; k < inputs.length; k++) args[k] = inputs[k]?.data[i] ?? 0;
      data[i] = wrapTo(dtype, spec.f(args, params, dtypes));
    }
    return [{ shape, dtype, data }];
  };
  return {
    name: spec.name,
    infer(inputs: readonly Aval[], params: P): readonly Aval[] {
      const dtypes = inputs.map((x) => x.dtype);
      const first = inputs[0];
      if (first === undefined || inputs.length !== spec.arity) {
        throw new ShapeError(`${spec.name}: expected ${spec.arity} inputs, received ${inputs.length}.`);
      }
      const odd = inputs.find((x) => !sameShape(x.shape, first.shape));
      if (odd !== undefined) {
        throw new ShapeError(
          `${spec.name}: expected inputs of one shape, received ${formatShape(first.shape)} and ${formatShape(odd.shape)}.`,
        );
      }
      const ruled = dtypes.slice(spec.exempt ?? 0);
      const wrong = ruled.find((dtype) => !accepts[spec.accepts](dtype));
      if (wrong !== undefined)
        throw new DTypeError(`${spec.name}: expected a ${spec.accepts} dtype, received ${wrong}.`);
      if (new Set(ruled).size > 1) {
        throw new DTypeError(`${spec.name}: expected inputs of one dtype, received ${ruled.join(" and ")}.`);
      }
      return [{ shape: first.shape, dtype: resultOf(dtypes, params) }];
    },
    lowering: { kind: "elementwise", scalar: spec.scalar, evaluate },
    vjp: spec.vjp,
    samples: spec.samples,
  };
}

/** A double as the dtype holds it: integers truncated and wrapped, bool 0 or 1; floats stay in double precision. */
export function wrapTo(dtype: DType, value: number): number {
  switch (kindOf(dtype)) {
    case "float":
      return value;
    case "bool":
      return value !== 0 ? 1 : 0;
    case "int":
    case "uint": {
      if (!Number.isFinite(value)) return 0;
      const bits = Number(dtype.replace(/\D/g, ""));
      const truncated = Math.trunc(value);
      if (bits === 64) return truncated;
      const range = 2 ** bits;
      const positive = ((truncated % range) + range) % range;
      return kindOf(dtype) === "int" && positive >= range / 2 ? positive - range : positive + 0;
    }
  }
}

/** Samples that most element-wise primitives share: one shape of some rank, each input uniform in a range. */
export function floatSamples(
  arity: number,
  low = -2,
  high = 2,
  differentiate = true,
): readonly Sample<Record<never, never>>[] {
  const input = (shape: readonly number[]): Sample<Record<never, never>> => ({
    inputs: Array.from({ length: arity }, () => ({ shape, dtype: "float32" as const, low, high })),
    params: {},
    differentiate,
  });
  return [input([]), input([5]), input([3, 4, 7]), input([2, 33])];
}

/** Samples of 32-bit integers. */
export function intSamples(arity: number, low = -100, high = 100): readonly Sample<Record<never, never>>[] {
  return (["int32", "uint8", "int64"] as const).map((dtype) => ({
    inputs: Array.from({ length: arity }, () => ({
      shape: [3, 7],
      dtype,
      low: dtype === "uint8" ? Math.max(low, 0) : low,
      high,
    })),
    params: {},
    differentiate: false,
  }));
}
