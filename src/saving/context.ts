import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import type { CustomObjects } from "./custom-objects.ts";

/** How deep configurations may be nested: deeper ones are malformed, or an attack. */
const depthLimit = 200;

export interface DeserializeOptions {
  readonly customObjects?: CustomObjects | undefined;
}

/** An object's description in a file, checked. */
export interface Description {
  readonly module: string | null;
  readonly className: string;
  readonly config: unknown;
  readonly registeredName: string | null;
  readonly buildConfig: Readonly<Record<string, unknown>> | null;
}

/** Where in the configuration an error is, and what it may use. */
export interface Context {
  readonly customObjects: CustomObjects;
  readonly depth: number;
  readonly path: string;
}

export function rootContext(options: DeserializeOptions = {}, path = "config"): Context {
  return { customObjects: options.customObjects ?? {}, depth: 0, path };
}

export function inside(context: Context, step: string): Context {
  if (context.depth >= depthLimit)
    throw new FormatError(`${context.path}: nested more than ${depthLimit} deep.`);
  return { ...context, depth: context.depth + 1, path: `${context.path}.${step}` };
}

/** Reads `{ module, class_name, config, registered_name, build_config }`; null when the value is none. */
export function readDescription(value: unknown): Description | null {
  if (!isPlainObject(value) || typeof value["class_name"] !== "string" || !("config" in value)) return null;
  const {
    module,
    class_name: className,
    config,
    registered_name: registeredName,
    build_config: buildConfig,
  } = value;
  return {
    module: typeof module === "string" ? module : null,
    className,
    config,
    registeredName: typeof registeredName === "string" ? registeredName : null,
    buildConfig: isPlainObject(buildConfig) ? buildConfig : null,
  };
}

/** Makes a live value from a file's JSON. */
export type Deserialize = (value: unknown, context: Context) => unknown;
