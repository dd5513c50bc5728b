import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface LecunUniformOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class LecunUniformClass extends VarianceScalingBase {
  static readonly className = "LecunUniform";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<LecunUniformOptions>("LecunUniform", LecunUniformClass.parameters, args, []);
    super({ scale: 1, mode: "fan_in", distribution: "uniform" }, given.seed ?? null, given);
  }
}

export type LecunUniform = LecunUniformClass;

export interface LecunUniformConstructor extends Constructor<
  LecunUniform,
  LecunUniformOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Uniform in `±√(3 / fanIn)`, after LeCun et al. (1998).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const LecunUniform: LecunUniformConstructor = callable<
  typeof LecunUniformClass,
  LecunUniformConstructor
>(LecunUniformClass);
