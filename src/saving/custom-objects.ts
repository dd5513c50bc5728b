import { OptionError } from "../util/errors.ts";
import { bindParameters } from "../util/parameters.ts";
import { scoped } from "../util/scoped.ts";

/** Classes and functions by the names that files have for them. */
export type CustomObjects = Readonly<Record<string, unknown>>;

const custom: Record<string, unknown> = {};
const nameOfCustom = new Map<unknown, string>();
const scopes: CustomObjects[] = [];

/**
 * Registers a class or function under `package>name`, so that files can name it. Package (default `"Custom"`) and name
 * (default its own) may be given by position.
 *
 * @example
 * saving.registerKerasSerializable({ package: "mine" })(MyDense);
 * @see Keras `saving/object_registration.py`
 */
export function registerKerasSerializable(
  ...args:
    | readonly [options?: { readonly package?: string; readonly name?: string | null }]
    | readonly [packageName: string, name?: string | null]
): <T extends object>(target: T) => T {
  const options = bindParameters<{ readonly package: string; readonly name: string | null }>(
    "registerKerasSerializable",
    { package: "Custom", name: null },
    args,
    [],
  );
  return (target) => {
    const given: unknown = target;
    if (typeof given !== "function") {
      throw new OptionError(
        `registerKerasSerializable: expected a class or a function, received ${JSON.stringify(given)}.`,
      );
    }
    const own = options.name ?? ("name" in target ? String(target.name) : "");
    const registered = `${options.package}>${own}`;
    const taken = Object.hasOwn(custom, registered) ? custom[registered] : undefined;
    if (taken !== undefined && taken !== target) {
      throw new OptionError(
        `registerKerasSerializable: "${registered}" is registered already, for another object.`,
      );
    }
    custom[registered] = target;
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
  for (const scope of [customObjects, ...scopes.toReversed(), custom])
    if (Object.hasOwn(scope, name)) return scope[name] ?? null;
  return null;
}

/**
 * The classes and functions that are known everywhere, by their names in files. What is put into it becomes known.
 *
 * @example
 * Object.assign(saving.getCustomObjects(), { MyDense });
 * @see Keras `saving.get_custom_objects`
 */
export function getCustomObjects(): Record<string, unknown> {
  return custom;
}

/**
 * Runs `f` while `objects` are known to files' names; where `f` gives a promise, until that is settled.
 *
 * @example
 * const model = await saving.customObjectScope({ MyDense }, () => saving.loadModel("model.keras"));
 * @see Keras `saving.CustomObjectScope`
 */
export function withCustomObjects<T>(objects: CustomObjects, f: () => T): T {
  const scope = { ...objects };
  scopes.push(scope);
  return scoped(f, () => void scopes.splice(scopes.lastIndexOf(scope), 1));
}
