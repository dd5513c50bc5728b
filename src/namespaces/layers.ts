import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export { Layer } from "../graph/layer.ts";
export * from "../layers/index.ts";
export { InputSpec } from "./input-spec.ts";

/** Keras's JSON form of a layer. */
export function serialize(layer: unknown): Json {
  return serializeKerasObject(layer);
}

/** The layer that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
