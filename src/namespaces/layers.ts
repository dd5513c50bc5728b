import type { Layer } from "../graph/layer.ts";
import { isLayer } from "../graph/layer-base.ts";
import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";
import { FormatError } from "../util/errors.ts";

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
): Layer {
  const made = deserializeKerasObject(config, options);
  if (isLayer(made)) return made as Layer; // SAFETY: every layer is a function as well (see Callable)
  throw new FormatError(
    "layers.deserialize: expected the description of a layer. Other objects have a deserialize in their own namespace.",
  );
}
