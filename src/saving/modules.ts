import { Constraint } from "../constraints/constraint.ts";
import { isLayer, LayerBase } from "../graph/layer-base.ts";
import { Initializer } from "../initializers/initializer.ts";
import { LossBase } from "../losses/loss.ts";
import { MetricBase } from "../metrics/metric.ts";
import { OptimizerMap } from "../optimizers/optimizer-map.ts";
import { OptimizerBase } from "../optimizers/optimizer.ts";
import { LearningRateScheduleBase } from "../optimizers/schedules/learning-rate-schedule.ts";
import { Regularizer } from "../regularizers/regularizer.ts";
import { getRegisteredName } from "./custom-objects.ts";

/** Families of classes and Keras's module for each. */
const families: readonly (readonly [abstract new (...args: never[]) => object, string])[] = [
  [LayerBase, "keras.layers"],
  [Initializer, "keras.initializers"],
  [Regularizer, "keras.regularizers"],
  [Constraint, "keras.constraints"],
  [LossBase, "keras.losses"],
  [MetricBase, "keras.metrics"],
  [LearningRateScheduleBase, "keras.optimizers.schedules"],
  [OptimizerBase, "keras.optimizers"],
  [OptimizerMap, "keras.optimizers"],
];

/**
 * Keras's module for the class of a built-in object, or null for a user's own class.
 *
 * Built-in classes carry Keras's name as a static `className`; a class without one, or a registered one, is the user's.
 */
export function moduleOf(object: object): string | null {
  const cls: object = object.constructor;
  if (!Object.hasOwn(cls, "className") || getRegisteredName(cls).includes(">")) return null;
  if (isLayer(object) && object.statics.module !== undefined) return object.statics.module;
  const family = families.find(([base]) => object instanceof base);
  // Classes of rare families name the module themselves.
  return family?.[1] ?? (cls as { readonly module?: string }).module ?? null; // SAFETY: a static string, where it is
}
