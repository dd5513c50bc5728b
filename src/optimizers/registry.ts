import { getFrom, type OptimizerIdentifier } from "./choose.ts";
import { MultiOptimizer } from "./multi-optimizer.ts";
import { namedOptimizers } from "./named.ts";
import type { OptimizerBase, OptimizerConstructor } from "./optimizer.ts";

export type { OptimizerIdentifier };

/** Built-in optimizers. */
const classes: readonly OptimizerConstructor<never>[] = [...namedOptimizers, MultiOptimizer];

/** The same by name. */
export const optimizerClasses: ReadonlyMap<string, OptimizerConstructor<never>> = new Map(
  classes.map((cls) => [cls.className, cls]),
);

/**
 * The optimizer an identifier stands for: `"adam"`, `"RMSprop"`, `{ className: "SGD", config: { momentum: 0.9 } }`;
 * an optimizer is itself.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: OptimizerIdentifier): OptimizerBase {
  return getFrom(classes, identifier);
}
