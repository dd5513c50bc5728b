import type { Rest } from "../ops/core/signatures.ts";
import { OptionError } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import type { LearningRate } from "./learning-rate.ts";

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  readonly learningRate?: LearningRate | undefined;
  /** Each step shrinks the weights by this part of the learning rate. */
  readonly weightDecay?: number | null | undefined;
  /** Largest norm of each gradient. */
  readonly clipnorm?: number | null | undefined;
  /** Largest absolute value of gradients' elements. */
  readonly clipvalue?: number | null | undefined;
  /** Largest norm of all gradients together. */
  readonly globalClipnorm?: number | null | undefined;
  /** Whether to keep exponential moving averages of the weights. Default false. */
  readonly useEma?: boolean | undefined;
  /** Default 0.99. */
  readonly emaMomentum?: number | undefined;
  /** Every so many steps the weights become their averages; null: only at the end of training. */
  readonly emaOverwriteFrequency?: number | null | undefined;
  /** The loss was multiplied by it; gradients are divided by it. */
  readonly lossScaleFactor?: number | null | undefined;
  /** Weights are updated every so many steps, with the mean of the gradients. */
  readonly gradientAccumulationSteps?: number | null | undefined;
  readonly name?: string | null | undefined;
}

/** The options every optimizer ends with, in Keras's order. */
export const commonParameters: ParameterTable = {
  weightDecay: null,
  clipnorm: null,
  clipvalue: null,
  globalClipnorm: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
  name: null,
};

/** The same, for optimizers that place the weight decay elsewhere. */
export const withoutDecay: ParameterTable = Object.fromEntries(
  Object.entries(commonParameters).filter(([name]) => name !== "weightDecay"),
);

/** Names that the base class handles; the rest of an optimizer's parameters are its own. */
export const baseNames: readonly string[] = ["learningRate", ...Object.keys(commonParameters)];

type ClippingAndMore = [
  { readonly clipnorm?: number | null },
  { readonly clipvalue?: number | null },
  { readonly globalClipnorm?: number | null },
  { readonly useEma?: boolean },
  { readonly emaMomentum?: number },
  { readonly emaOverwriteFrequency?: number | null },
  { readonly lossScaleFactor?: number | null },
  { readonly gradientAccumulationSteps?: number | null },
  { readonly name?: string | null },
];

export type WeightDecay = [{ readonly weightDecay?: number | null }];

/** Types of an optimizer's arguments: learning rate, own ones P, common ones. */
export type OptimizerArguments<P extends readonly object[]> = Rest<
  [{ readonly learningRate?: LearningRate }, ...P, ...WeightDecay, ...ClippingAndMore]
>;

/** As `OptimizerArguments`, for an optimizer whose own table places the weight decay. */
export type ArgumentsWithOwnDecay<P extends readonly object[]> = Rest<
  [{ readonly learningRate?: LearningRate }, ...P, ...ClippingAndMore]
>;

/** Refuses values that no optimizer can use. */
export function checkOptions(where: string, options: Required<OptimizerOptions>): void {
  const {
    learningRate,
    emaMomentum,
    emaOverwriteFrequency: frequency,
    gradientAccumulationSteps: steps,
  } = options;
  if (typeof learningRate !== "number" && typeof learningRate !== "function") {
    throw new OptionError(
      `${where}: expected \`learningRate\` to be a number, a schedule or a function, received ${JSON.stringify(learningRate)}.`,
    );
  }
  const limits = [options.clipnorm, options.clipvalue, options.globalClipnorm].filter(
    (limit) => limit !== null && limit !== undefined,
  );
  if (limits.length > 1)
    throw new OptionError(
      `${where}: expected at most one of clipnorm, clipvalue and globalClipnorm, received ${limits.length}.`,
    );
  if (options.useEma === true && !(emaMomentum !== undefined && emaMomentum >= 0 && emaMomentum <= 1)) {
    throw new OptionError(`${where}: expected \`emaMomentum\` in [0, 1], received ${emaMomentum}.`);
  }
  if (
    options.useEma === true &&
    typeof frequency === "number" &&
    !(Number.isInteger(frequency) && frequency >= 1)
  ) {
    throw new OptionError(
      `${where}: expected \`emaOverwriteFrequency\` to be null or an integer >= 1, received ${frequency}.`,
    );
  }
  if (typeof steps === "number" && !(Number.isInteger(steps) && steps >= 2)) {
    throw new OptionError(
      `${where}: expected \`gradientAccumulationSteps\` to be null or an integer >= 2, received ${steps}.`,
    );
  }
}
