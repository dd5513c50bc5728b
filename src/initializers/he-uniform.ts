import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface HeUniformOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class HeUniformClass extends VarianceScalingBase {
  static readonly className = "HeUniform";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<HeUniformOptions>("HeUniform", HeUniformClass.parameters, args, []);
    super({ scale: 2, mode: "fan_in", distribution: "uniform" }, given.seed ?? null, given);
  }
}

export type HeUniform = HeUniformClass;

export interface HeUniformConstructor extends Constructor<
  HeUniform,
  HeUniformOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Uniform in `±√(6 / fanIn)`, after He et al. (2015).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const HeUniform: HeUniformConstructor = callable<typeof HeUniformClass, HeUniformConstructor>(
  HeUniformClass,
);
