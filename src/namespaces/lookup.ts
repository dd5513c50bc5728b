import type { CustomObjects } from "../saving/custom-objects.ts";
import { deserializeKerasObject } from "../saving/index.ts";
import { isPlainObject } from "../util/options.ts";

export interface DeserializeOptions {
  /** Classes and functions of the user's own, by the names that files give them. */
  readonly customObjects?: CustomObjects | undefined;
}

/** True for Keras's JSON form of an object. */
function isDescription(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) && "class_name" in value;
}

/** What Keras's JSON form describes: an object, or a built-in or custom one by name. */
export function deserializeNamed<T>(
  get: (name: string) => T,
  config: unknown,
  options: DeserializeOptions = {},
): T {
  // Functions have their name for a configuration.
  const name = isDescription(config) && typeof config["config"] === "string" ? config["config"] : config;
  const { customObjects = {} } = options;
  // SAFETY: the caller's namespace holds such objects.
  if (typeof name !== "string") return deserializeKerasObject(config, { customObjects }) as T;
  const custom = customObjects[name];
  return custom === undefined ? get(name) : (custom as T); // SAFETY: the user says that this is one
}

/** `get`, for Keras's JSON forms as well. */
export function getNamed<I, T>(get: (identifier: I) => T, identifier: I): T {
  if (!isDescription(identifier)) return get(identifier);
  return deserializeNamed<T>((name) => get(name as I), identifier); // SAFETY: every `get` takes names
}
