import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export * from "../optimizers/index.ts";

/** Keras's JSON form of a optimizer. */
export function serialize(optimizer: unknown): Json {
  return serializeKerasObject(optimizer);
}

/** The optimizer that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
