import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";

export interface CustomGradientParams extends Record<string, unknown> {
  /** How many of the inputs are the values passed through; the others are what they are a function of. */
  readonly count: number;
  /**
   * Cotangents of the remaining inputs for given cotangents of the values. It gets both as they are where it is applied:
   * the body of a loop may have been written into another program since.
   */
  readonly rule: (
    cotangents: readonly (Var | null)[],
    values: readonly Var[],
    inputs: readonly Var[],
  ) => readonly (Var | null | undefined)[];
}

/** Passes `values` through; in the backward pass `rule` stands for everything between `inputs` and `values`. */
export const customGradientPrimitive: Primitive<CustomGradientParams> = {
  name: "customGradient",
  infer: (inputs, { count }) => inputs.slice(0, count).map(({ shape, dtype }) => ({ shape, dtype })),
  lowering: { kind: "view" },
  vjp: (cotangents, { inputs, params: { count, rule } }) => [
    ...new Array<null>(count).fill(null),
    ...rule(cotangents, inputs.slice(0, count), inputs.slice(count)),
  ],
  samples: () => [],
};

/** The meaning of `customGradient`, in double precision. */
export const customGradientMeaning: Meaning<CustomGradientParams> = (inputs, { count }) =>
  inputs.slice(0, count);

export function customGradient(
  values: readonly Var[],
  inputs: readonly Var[],
  rule: CustomGradientParams["rule"],
): readonly Var[] {
  return emit(customGradientPrimitive, [...values, ...inputs], { count: values.length, rule });
}
