import { get as getByName } from "../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../regularizers/regularizer.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../regularizers/index.ts";
/** Keras's lower-case names: `kernelRegularizer: regularizers.l2(1e-4)`. */
export {
  L1 as l1,
  L1L2 as l1L2,
  L2 as l2,
  OrthogonalRegularizer as orthogonalRegularizer,
} from "../regularizers/index.ts";

/**
 * The regularizer that a name, Keras's JSON form or a regularizer itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `regularizers.get`
 */
export function get(
  identifier: RegularizerLike | null | undefined | Readonly<Record<string, unknown>>,
): Regularizer | null {
  return getNamed(getByName, identifier as RegularizerLike | null | undefined); // SAFETY: getNamed takes JSON forms as well
}

/** Keras's JSON form of a regularizer. */
export function serialize(regularizer: unknown): Json {
  return serializeKerasObject(regularizer);
}

/** The regularizer that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): Regularizer | null {
  return deserializeNamed(getByName, config, options);
}
