import type { ActivationLike } from "../../activations/activation.ts";
import type { ConstraintLike } from "../../constraints/constraint.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { InitializerLike } from "../../initializers/initializer.ts";
import type { DataFormat, Padding, PerAxis } from "../../ir/shape-types/index.ts";
import type { RegularizerLike } from "../../regularizers/regularizer.ts";
import { OptionError } from "../../util/errors.ts";

/** Options that all convolutions share. */
export interface WindowOptions extends LayerOptions {
  /** Step of the window along each spatial axis. Default 1. */
  readonly strides?: PerAxis | undefined;
  /** `"valid"`: no padding; `"same"`: as many windows as the input has positions (divided by the stride). Default `"valid"`. */
  readonly padding?: Padding | undefined;
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Distance between the kernel's elements. Default 1. */
  readonly dilationRate?: PerAxis | undefined;
  /** Applied to the result. Default none. */
  readonly activation?: ActivationLike | null | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Default `"zeros"`. */
  readonly biasInitializer?: InitializerLike | undefined;
  readonly biasRegularizer?: RegularizerLike | null | undefined;
  readonly biasConstraint?: ConstraintLike | null | undefined;
}

/** Options of the one kernel that plain and transposed convolutions have. */
export interface KernelOptions {
  /** Default `"glorot_uniform"`. */
  readonly kernelInitializer?: InitializerLike | undefined;
  readonly kernelRegularizer?: RegularizerLike | null | undefined;
  readonly kernelConstraint?: ConstraintLike | null | undefined;
}

/** One number for each of `rank` axes; a single number stands for all. */
export function tupleOf(where: string, name: string, value: unknown, rank: number, least = 1): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const fits =
    Array.isArray(list) &&
    list.length === rank &&
    list.every((item) => Number.isInteger(item) && item >= least);
  if (fits) return [...(list as number[])]; // SAFETY: whole numbers, just checked
  const kind = least === 0 ? "whole number" : "positive integer";
  throw new OptionError(
    `${where}: expected \`${name}\` to be a ${kind}${rank === 1 ? "" : ` or ${rank} of them`}, received ${JSON.stringify(value)}.`,
  );
}

export { toDataFormat as dataFormatOf } from "../data-format.ts";

/** The axis of the channels. */
export function channelAxis(dataFormat: DataFormat): -1 | 1 {
  return dataFormat === "channels_last" ? -1 : 1;
}
