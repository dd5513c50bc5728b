import { identify, type Makers } from "../util/identify.ts";
import { Constraint, type ConstraintLike } from "./constraint.ts";
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
export function get(identifier: ConstraintLike | null | undefined): Constraint | null {
  if (identifier === null || identifier === undefined) return null;
  if (typeof identifier === "function") return identifier as Constraint; // SAFETY: a function is called, and known by its name in files
  return identify("constraint", identifier, makers);
}
