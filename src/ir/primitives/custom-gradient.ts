import type { Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";

export interface CustomGradientParams extends Record<string, unknown> {
  /** How many of the inputs are the values passed through; the others are what they are a function of. */
  readonly count: number;
  /** Cotangents of the remaining inputs for given cotangents of the values. */
  readonly rule: (cotangents: readonly (Var | null)[]) => readonly (Var | null | undefined)[];
}

/** Passes `values` through; in the backward pass `rule` stands for everything between `inputs` and `values`. */
export const customGradientPrimitive: Primitive<CustomGradientParams> = {
  name: "customGradient",
  infer: (inputs, { count }) => inputs.slice(0, count).map(({ shape, dtype }) => ({ shape, dtype })),
  evaluate: (inputs, { count }) => inputs.slice(0, count),
  lowering: { kind: "view" },
  vjp: (cotangents, { params: { count, rule } }) => [
    ...new Array<null>(count).fill(null),
    ...rule(cotangents),
  ],
  samples: () => [],
};

export function customGradient(
  values: readonly Var[],
  inputs: readonly Var[],
  rule: CustomGradientParams["rule"],
): readonly Var[] {
  return emit(customGradientPrimitive, [...values, ...inputs], { count: values.length, rule });
}
