import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface HeNormalOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class HeNormalClass extends VarianceScalingBase {
  static readonly className = "HeNormal";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<HeNormalOptions>("HeNormal", HeNormalClass.parameters, args, []);
    super({ scale: 2, mode: "fan_in", distribution: "truncated_normal" }, given.seed ?? null, given);
  }
}

export type HeNormal = HeNormalClass;

export interface HeNormalConstructor extends Constructor<
  HeNormal,
  HeNormalOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Truncated normal with standard deviation `√(2 / fanIn)`, after He et al. (2015).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const HeNormal: HeNormalConstructor = callable<typeof HeNormalClass, HeNormalConstructor>(
  HeNormalClass,
);
