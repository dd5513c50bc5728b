import { isLayer } from "../graph/layer-base.ts";
import { getRegisteredName } from "./custom-objects.ts";

/**
 * Keras's module for the class of a built-in object, or null for a user's own class.
 *
 * Built-in classes carry Keras's name as a static `className`; a class without one, or a registered one, is the user's.
 * The module is a static member of the families' base classes, and of layers that are not in Keras's `layers`.
 */
export function moduleOf(object: object): string | null {
  const cls: object = object.constructor;
  if (!Object.hasOwn(cls, "className") || getRegisteredName(cls).includes(">")) return null;
  if ("module" in cls && typeof cls.module === "string") return cls.module;
  return isLayer(object) ? "keras.layers" : null;
}
