import { OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { Adadelta } from "./adadelta.ts";
import { Adafactor } from "./adafactor.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { Adamax } from "./adamax.ts";
import { AdamW } from "./adamw.ts";
import { Ftrl } from "./ftrl.ts";
import { Lamb } from "./lamb.ts";
import { Lion } from "./lion.ts";
import { LossScaleOptimizer } from "./loss-scale-optimizer.ts";
import { Muon } from "./muon.ts";
import { Nadam } from "./nadam.ts";
import { RMSprop } from "./rmsprop.ts";
import { ScheduleFreeAdamW } from "./schedule-free-adamw.ts";
import { SGD } from "./sgd.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";

/** The optimizers that a name alone can stand for. */
export const namedOptimizers: readonly OptimizerConstructor<never>[] = [
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Ftrl,
  Lamb,
  Lion,
  LossScaleOptimizer,
  Muon,
  Nadam,
  RMSprop,
  ScheduleFreeAdamW,
  SGD,
];

/** Whether it is a class of optimizers, given in place of one of its objects. */
function isOptimizerClass(value: unknown): value is OptimizerConstructor<never> {
  return typeof value === "function" && "prototype" in value && value.prototype instanceof OptimizerBase;
}

/** A name in any case, a class name with its configuration, or an optimizer. */
export type OptimizerIdentifier =
  | string
  | { readonly className: string; readonly config?: Readonly<Record<string, unknown>> }
  | OptimizerBase;

/**
 * The optimizer, of one of the classes, that an identifier stands for: `"adam"`, `"RMSprop"`, `{ className: "SGD", config: { momentum: 0.9 } }`;
 * an optimizer is itself.
 *
 * @throws {OptionError} for an unknown name.
 */
export function getFrom(
  classes: readonly OptimizerConstructor<never>[],
  identifier: OptimizerIdentifier,
): OptimizerBase {
  const byLowerCase = new Map(classes.map((cls) => [cls.className.toLowerCase(), cls]));
  if (identifier instanceof OptimizerBase) return identifier;
  if (isOptimizerClass(identifier)) return Reflect.construct(identifier, []) as OptimizerBase; // SAFETY: an optimizer's class makes optimizers
  const { className, config } =
    typeof identifier === "string" ? { className: identifier, config: undefined } : identifier;
  if (typeof className !== "string") {
    throw new OptionError(
      `optimizers.get: expected a name, { className, config } or an optimizer, received ${JSON.stringify(identifier)}.`,
    );
  }
  const cls = byLowerCase.get(className.toLowerCase());
  if (cls !== undefined) return Reflect.construct(cls, config === undefined ? [] : [config]) as OptimizerBase; // SAFETY: the classes make optimizers
  const known = [...byLowerCase.keys()];
  throw new OptionError(
    `optimizers.get: unknown optimizer "${className}".${didYouMean(className, known)} Known: ${known.join(", ")}.`,
  );
}
