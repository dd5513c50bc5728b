import { identify, type Makers, Seldom } from "../util/identify.ts";
import { Constant } from "./constant.ts";
import { GlorotNormal } from "./glorot-normal.ts";
import { GlorotUniform } from "./glorot-uniform.ts";
import { HeNormal } from "./he-normal.ts";
import { HeUniform } from "./he-uniform.ts";
import { Identity } from "./identity.ts";
import { LecunNormal } from "./lecun-normal.ts";
import { LecunUniform } from "./lecun-uniform.ts";
import { Ones } from "./ones.ts";
import { Orthogonal } from "./orthogonal.ts";
import { RandomNormal } from "./random-normal.ts";
import { RandomUniform } from "./random-uniform.ts";
import { TruncatedNormal } from "./truncated-normal.ts";
import { VarianceScaling } from "./variance-scaling.ts";
import { Zeros } from "./zeros.ts";
import { Initializer, type InitializerLike } from "./initializer.ts";

export {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  Initializer,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
};

export { STFT } from "./stft.ts";

/** `STFT` by its name. */
export const namedStft: Seldom<Initializer> = new Seldom("initializers.STFT");

/** Every built-in by its class name. */
const makers: Makers<Initializer> = {
  Constant: (config) => Constant(config),
  GlorotNormal: (config) => GlorotNormal(config),
  GlorotUniform: (config) => GlorotUniform(config),
  HeNormal: (config) => HeNormal(config),
  HeUniform: (config) => HeUniform(config),
  Identity: (config) => Identity(config),
  LecunNormal: (config) => LecunNormal(config),
  LecunUniform: (config) => LecunUniform(config),
  Ones: () => Ones(),
  Orthogonal: (config) => Orthogonal(config),
  RandomNormal: (config) => RandomNormal(config),
  RandomUniform: (config) => RandomUniform(config),
  STFT: namedStft.make,
  TruncatedNormal: (config) => TruncatedNormal(config),
  VarianceScaling: (config) => VarianceScaling(config),
  Zeros: () => Zeros(),
};

const aliases: Readonly<Record<string, string>> = {
  normal: "RandomNormal",
  uniform: "RandomUniform",
  one: "Ones",
  zero: "Zeros",
  IdentityInitializer: "Identity",
  OrthogonalInitializer: "Orthogonal",
  STFTInitializer: "STFT",
};

/**
 * The initializer an identifier stands for: `"glorot_uniform"`, `"GlorotUniform"`, or an initializer (or function) itself.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `initializers.get`
 */
export function get(identifier: InitializerLike): Initializer {
  if (typeof identifier === "function") return identifier as Initializer; // SAFETY: a function is called, and known by its name in files
  return identify("initializer", identifier, makers, aliases);
}
