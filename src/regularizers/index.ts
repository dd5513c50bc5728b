import { identify, type Makers, Seldom } from "../util/identify.ts";
import { L1 } from "./l1.ts";
import { L1L2 } from "./l1l2.ts";
import { L2 } from "./l2.ts";
import { Regularizer, type RegularizerLike } from "./regularizer.ts";

export { L1, L1L2, L2, Regularizer };
export { OrthogonalRegularizer } from "./orthogonal-regularizer.ts";

/** `OrthogonalRegularizer` by its name. */
export const namedOrthogonal: Seldom<Regularizer> = new Seldom("regularizers.OrthogonalRegularizer");

const makers: Makers<Regularizer> = {
  L1: (config) => L1(config),
  L2: (config) => L2(config),
  L1L2: (config) => L1L2(config),
  OrthogonalRegularizer: namedOrthogonal.make,
};

/**
 * The regularizer an identifier stands for: `"l2"`, `"L1L2"`, a regularizer or function itself; null for null.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `regularizers.get`
 */
export function get(identifier: RegularizerLike | null | undefined): Regularizer | null {
  if (identifier === null || identifier === undefined) return null;
  if (typeof identifier === "function") return identifier as Regularizer; // SAFETY: a function is called, and known by its name in files
  return identify("regularizer", identifier, makers);
}
