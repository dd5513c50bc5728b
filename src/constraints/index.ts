import { identify, type Makers } from "../util/identify.ts";
import { Constraint } from "./constraint.ts";
import { MaxNorm } from "./max-norm.ts";
import { MinMaxNorm } from "./min-max-norm.ts";
import { NonNeg } from "./non-neg.ts";
import { UnitNorm } from "./unit-norm.ts";

export { Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm };

const makers: Makers<Constraint> = {
  MaxNorm: (config) => MaxNorm(config),
  MinMaxNorm: (config) => MinMaxNorm(config),
  NonNeg: () => NonNeg(),
  UnitNorm: (config) => UnitNorm(config),
};

/**
 * The constraint an identifier stands for: `"max_norm"`, `"UnitNorm"`, a constraint or function itself; null for null.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `constraints.get`
 */
export function get(identifier: Constraint | string | null | undefined): Constraint | null {
  if (identifier === null || identifier === undefined) return null;
  return typeof identifier === "function" ? identifier : identify("constraint", identifier, makers);
}
