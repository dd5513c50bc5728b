import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import {
  distributions,
  type FanAxes,
  fanModes,
  type Scaling,
  VarianceScalingBase,
} from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface VarianceScalingOptions extends FanAxes {
  /** Default 1. */
  readonly scale?: number | undefined;
  /** Default `"fan_in"`. */
  readonly mode?: Scaling["mode"] | undefined;
  /** Default `"truncated_normal"`; `"normal"` means the same. */
  readonly distribution?: Scaling["distribution"] | "normal" | undefined;
  readonly seed?: number | null | undefined;
}

class VarianceScalingClass extends VarianceScalingBase {
  static readonly className = "VarianceScaling";
  static readonly parameters: ParameterTable = {
    scale: 1,
    mode: "fan_in",
    distribution: "truncated_normal",
    seed: null,
    inputAxes: null,
    outputAxes: null,
  };

  readonly scaling: Scaling;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<VarianceScalingOptions>(
      "VarianceScaling",
      VarianceScalingClass.parameters,
      args,
      [],
    );
    const where = "VarianceScaling";
    if (typeof given.scale !== "number" || given.scale <= 0) {
      throw new OptionError(
        `${where}: expected \`scale\` to be a positive number, received ${String(given.scale)}.`,
      );
    }
    const named =
      typeof given.distribution === "string" ? given.distribution.toLowerCase() : given.distribution;
    const scaling: Scaling = {
      scale: given.scale,
      mode: oneOf(where, "mode", given.mode, fanModes),
      distribution: oneOf(
        where,
        "distribution",
        named === "normal" ? "truncated_normal" : named,
        distributions,
      ),
    };
    super(scaling, given.seed ?? null, given);
    this.scaling = scaling;
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    const { seed, inputAxes, outputAxes, scaling } = this;
    return { seed, ...scaling, inputAxes, outputAxes };
  }
}

export type VarianceScaling = VarianceScalingClass;

export interface VarianceScalingConstructor extends Constructor<
  VarianceScaling,
  VarianceScalingOptions,
  [
    scale: "scale",
    mode: "mode",
    distribution: "distribution",
    seed: "seed",
    inputAxes: "inputAxes",
    outputAxes: "outputAxes",
  ]
> {}

/**
 * Draws whose variance is `scale / fan`: fan in, fan out, or their mean.
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const VarianceScaling: VarianceScalingConstructor = callable<
  typeof VarianceScalingClass,
  VarianceScalingConstructor
>(VarianceScalingClass);
