import { get as getByName } from "../initializers/index.ts";
import type { Initializer, InitializerLike } from "../initializers/initializer.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../initializers/index.ts";
/** Keras's lower-case names. */
export {
  Constant as constant,
  GlorotNormal as glorotNormal,
  GlorotUniform as glorotUniform,
  HeNormal as heNormal,
  HeUniform as heUniform,
  Identity as identity,
  Identity as IdentityInitializer,
  LecunNormal as lecunNormal,
  LecunUniform as lecunUniform,
  Ones as ones,
  Orthogonal as orthogonal,
  Orthogonal as OrthogonalInitializer,
  RandomNormal as randomNormal,
  RandomUniform as randomUniform,
  STFT as stft,
  STFT as STFTInitializer,
  TruncatedNormal as truncatedNormal,
  VarianceScaling as varianceScaling,
  Zeros as zeros,
} from "../initializers/index.ts";

/**
 * The initializer that a name, Keras's JSON form or an initializer itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `initializers.get`
 */
export function get(identifier: InitializerLike | Readonly<Record<string, unknown>>): Initializer {
  return getNamed(getByName, identifier as InitializerLike); // SAFETY: getNamed takes JSON forms as well
}

/** Keras's JSON form of an initializer. */
export function serialize(initializer: unknown): Json {
  return serializeKerasObject(initializer);
}

/** The initializer that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): Initializer {
  return deserializeNamed(getByName, config, options);
}
