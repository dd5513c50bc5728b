import { OptionError } from "../util/errors.ts";

/** Classes and functions by the names that files have for them. */
export type CustomObjects = Readonly<Record<string, unknown>>;

const custom = new Map<string, unknown>();
const nameOfCustom = new Map<unknown, string>();
const scopes: CustomObjects[] = [];

/**
 * Registers a class or function under `package>name`, so that files can name it.
 *
 * @example
 * saving.registerKerasSerializable({ package: "mine" })(MyDense);
 * @see Keras `saving/object_registration.py`
 */
export function registerKerasSerializable(
  options: { readonly package?: string; readonly name?: string } = {},
): <T extends object>(target: T) => T {
  return (target) => {
    const given: unknown = target;
    if (typeof given !== "function") {
      throw new OptionError(
        `registerKerasSerializable: expected a class or a function, received ${JSON.stringify(given)}.`,
      );
    }
    const own = options.name ?? ("name" in target ? String(target.name) : "");
    const registered = `${options.package ?? "Custom"}>${own}`;
    const taken = custom.get(registered);
    if (taken !== undefined && taken !== target) {
      throw new OptionError(
        `registerKerasSerializable: "${registered}" is registered already, for another object.`,
      );
    }
    custom.set(registered, target);
    nameOfCustom.set(target, registered);
    return target;
  };
}

/** The name under which a class or function is registered: `package>name`, or its own. */
export function getRegisteredName(target: object): string {
  return nameOfCustom.get(target) ?? ("name" in target ? String(target.name) : "");
}

/** What is registered (or supplied) under a name, or null. */
export function getRegisteredObject(name: string, customObjects: CustomObjects = {}): unknown {
  for (const scope of [customObjects, ...scopes.toReversed()])
    if (Object.hasOwn(scope, name)) return scope[name];
  return custom.get(name) ?? null;
}

/** Runs `f` while `objects` are known to files' names. @see Keras `saving.CustomObjectScope` */
export function withCustomObjects<T>(objects: CustomObjects, f: () => T): T {
  scopes.push(objects);
  try {
    return f();
  } finally {
    scopes.pop();
  }
}
