import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type FanAxes, VarianceScalingBase } from "./variance-scaling-base.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface LecunNormalOptions extends FanAxes {
  readonly seed?: number | null | undefined;
}

class LecunNormalClass extends VarianceScalingBase {
  static readonly className = "LecunNormal";
  static readonly parameters: ParameterTable = { seed: null, inputAxes: null, outputAxes: null };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<LecunNormalOptions>("LecunNormal", LecunNormalClass.parameters, args, []);
    super({ scale: 1, mode: "fan_in", distribution: "truncated_normal" }, given.seed ?? null, given);
  }
}

export type LecunNormal = LecunNormalClass;

export interface LecunNormalConstructor extends Constructor<
  LecunNormal,
  LecunNormalOptions,
  [seed: "seed", inputAxes: "inputAxes", outputAxes: "outputAxes"]
> {}

/**
 * Truncated normal with standard deviation `√(1 / fanIn)`, after LeCun et al. (1998).
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const LecunNormal: LecunNormalConstructor = callable<typeof LecunNormalClass, LecunNormalConstructor>(
  LecunNormalClass,
);
