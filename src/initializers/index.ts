import { OptionError } from "../util/errors.ts";
import { nearest } from "../util/options.ts";
import { Constant } from "./constant.ts";
import { GlorotNormal } from "./glorot-normal.ts";
import { GlorotUniform } from "./glorot-uniform.ts";
import { HeNormal } from "./he-normal.ts";
import { HeUniform } from "./he-uniform.ts";
import { LecunNormal } from "./lecun-normal.ts";
import { LecunUniform } from "./lecun-uniform.ts";
import { Ones } from "./ones.ts";
import { RandomNormal } from "./random-normal.ts";
import { RandomUniform } from "./random-uniform.ts";
import { TruncatedNormal } from "./truncated-normal.ts";
import { VarianceScaling } from "./variance-scaling.ts";
import { Zeros } from "./zeros.ts";
import type { Initializer } from "./initializer.ts";

export {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  Ones,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
};
export type { Initializer };

/** Every built-in by its class name; strings may also spell it in snake_case. */
const classes: Readonly<Record<string, () => Initializer>> = {
  Constant: () => Constant(),
  GlorotNormal: () => GlorotNormal(),
  GlorotUniform: () => GlorotUniform(),
  HeNormal: () => HeNormal(),
  HeUniform: () => HeUniform(),
  LecunNormal: () => LecunNormal(),
  LecunUniform: () => LecunUniform(),
  Ones: () => Ones(),
  RandomNormal: () => RandomNormal(),
  RandomUniform: () => RandomUniform(),
  TruncatedNormal: () => TruncatedNormal(),
  VarianceScaling: () => VarianceScaling(),
  Zeros: () => Zeros(),
};

const byIdentifier: ReadonlyMap<string, () => Initializer> = new Map(
  Object.entries(classes).flatMap(([name, make]) => [
    [name, make],
    [name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase(), make],
  ]),
);

/**
 * The initializer an identifier stands for: `"glorot_uniform"`, `"GlorotUniform"`, or an initializer itself.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: Initializer | string): Initializer {
  if (typeof identifier !== "string") return identifier;
  const make = byIdentifier.get(identifier);
  if (make !== undefined) return make();
  const known = [...byIdentifier.keys()];
  const guess = nearest(identifier, known);
  throw new OptionError(
    `initializers.get: unknown initializer "${identifier}".${guess === undefined ? "" : ` Did you mean "${guess}"?`} Known: ${known.join(", ")}.`,
  );
}
