import { get as getByName } from "../constraints/index.ts";
import type { Constraint, ConstraintLike } from "../constraints/constraint.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../constraints/index.ts";
/** Keras's lower-case names. */
export {
  MaxNorm as maxNorm,
  MinMaxNorm as minMaxNorm,
  NonNeg as nonNeg,
  UnitNorm as unitNorm,
} from "../constraints/index.ts";

/**
 * The constraint that a name, Keras's JSON form or a constraint itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `constraints.get`
 */
export function get(
  identifier: ConstraintLike | null | undefined | Readonly<Record<string, unknown>>,
): Constraint | null {
  return getNamed(getByName, identifier as ConstraintLike | null | undefined); // SAFETY: getNamed takes JSON forms as well
}

/** Keras's JSON form of a constraint. */
export function serialize(constraint: unknown): Json {
  return serializeKerasObject(constraint);
}

/** The constraint that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): Constraint | null {
  return deserializeNamed(getByName, config, options);
}
