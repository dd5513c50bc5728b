import { OptionError } from "../util/errors.ts";
import { didYouMean, isPlainObject } from "../util/options.ts";
import { Adam } from "./adam.ts";
import { AdamW } from "./adamw.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";

type Classes = readonly OptimizerConstructor<never>[];

/** What names stand for in every page. */
let atHand: Classes = [Adam, AdamW, RMSprop, SGD];

/** The names of those that are there once they are loaded (`named.ts`). */
const loadable: readonly string[] = [
  "Adadelta", "Adafactor", "Adagrad", "Adamax", "Ftrl", "Lamb", "Lion", "LossScaleOptimizer", "Muon", "Nadam",
  "ScheduleFreeAdamW",
]; // prettier-ignore

/** Has optimizers at hand for their names. */
export function provideOptimizers(classes: Classes): void {
  atHand = classes;
}

/** The optimizer that an identifier stands for; null where its name is one that is to be loaded first. */
export function optimizerAtHand(identifier: OptimizerIdentifier): OptimizerBase | null {
  const name = isPlainObject(identifier) ? identifier["className"] : identifier;
  const isNamed = (className: string): boolean =>
    typeof name === "string" && className.toLowerCase() === name.toLowerCase();
  const isThere = !loadable.some(isNamed) || atHand.some(({ className }) => isNamed(className));
  return isThere ? getFrom(atHand, identifier) : null;
}

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
export function getFrom(classes: Classes, identifier: OptimizerIdentifier): OptimizerBase {
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
  const known = [...new Set([...byLowerCase.keys(), ...loadable.map((name) => name.toLowerCase())])];
  throw new OptionError(
    `optimizers.get: unknown optimizer "${className}".${didYouMean(className, known)} Known: ${known.join(", ")}.`,
  );
}
