import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface GlorotUniformOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class GlorotUniformClass extends VarianceScalingBase {
  static readonly className = "GlorotUniform";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<GlorotUniformOptions>(
      "GlorotUniform",
      GlorotUniformClass.parameters,
      args,
      [],
    );
    super({ scale: 1, mode: "fan_avg", distribution: "uniform" }, given.seed ?? null, given);
  }
}

export type GlorotUniform = GlorotUniformClass;

export interface GlorotUniformConstructor extends Constructor<
  GlorotUniform,
  GlorotUniformOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Uniform in `±√(6 / (fanIn + fanOut))`, after Glorot and Bengio (2010).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const GlorotUniform: GlorotUniformConstructor = callable<
  typeof GlorotUniformClass,
  GlorotUniformConstructor
>(GlorotUniformClass);
