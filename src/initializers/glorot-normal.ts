import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface GlorotNormalOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class GlorotNormalClass extends VarianceScalingBase {
  static readonly className = "GlorotNormal";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<GlorotNormalOptions>("GlorotNormal", GlorotNormalClass.parameters, args, []);
    super({ scale: 1, mode: "fan_avg", distribution: "truncated_normal" }, given.seed ?? null, given);
  }
}

export type GlorotNormal = GlorotNormalClass;

export interface GlorotNormalConstructor extends Constructor<
  GlorotNormal,
  GlorotNormalOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Truncated normal with standard deviation `√(2 / (fanIn + fanOut))`, after Glorot and Bengio (2010).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const GlorotNormal: GlorotNormalConstructor = callable<
  typeof GlorotNormalClass,
  GlorotNormalConstructor
>(GlorotNormalClass);
