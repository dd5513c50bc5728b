import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export * from "../optimizers/schedules/index.ts";

/** Keras's JSON form of a learning-rate schedule. */
export function serialize(schedule: unknown): Json {
  return serializeKerasObject(schedule);
}

/** The learning-rate schedule that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
