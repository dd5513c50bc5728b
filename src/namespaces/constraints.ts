import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export * from "../constraints/index.ts";

/** Keras's JSON form of a constraint. */
export function serialize(constraint: unknown): Json {
  return serializeKerasObject(constraint);
}

/** The constraint that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
