import { OptionError } from "../util/errors.ts";
import { nearest } from "../util/options.ts";
import { Adam } from "./adam.ts";
import type { OptimizerBase} from "./optimizer.ts";
import { type OptimizerConstructor } from "./optimizer.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";

/** Built-in optimizers. */
const classes: readonly OptimizerConstructor<never>[] = [Adam, RMSprop, SGD];

/** The classes by name, for reading files. */
export const optimizerClasses: ReadonlyMap<string, OptimizerConstructor<never>> = new Map(
  classes.map((cls) => [cls.className, cls]),
);

const byLowerCase: ReadonlyMap<string, OptimizerConstructor<never>> = new Map(classes.map((cls) => [cls.className.toLowerCase(), cls]));

/** A name in any case, or an optimizer. */
export type OptimizerIdentifier = string | OptimizerBase;

/**
 * The optimizer an identifier stands for, with default options: `"adam"`, `"RMSprop"`; an optimizer is itself.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: OptimizerIdentifier): OptimizerBase {
  if (typeof identifier !== "string") return identifier;
  const cls = byLowerCase.get(identifier.toLowerCase());
  if (cls !== undefined) return Reflect.construct(cls, []) as OptimizerBase; // SAFETY: the classes make optimizers
  const known = [...byLowerCase.keys()];
  const guess = nearest(identifier, known);
  throw new OptionError(
    `optimizers.get: unknown optimizer "${identifier}".${guess === undefined ? "" : ` Did you mean "${guess}"?`} Known: ${known.join(", ")}.`,
  );
}
