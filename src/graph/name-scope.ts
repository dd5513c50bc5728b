import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { currentPath, withNameScope, withPath } from "./naming.ts";

/** Options of `nameScope`. */
export interface NameScopeOptions {
  /** Whoever opens the scope. Default null. */
  readonly caller?: object | null | undefined;
  /** Whether a scope that the same caller has just opened under the same name is stayed in. Default true. */
  readonly deduplicate?: boolean | undefined;
  /** A path that stands in place of the enclosing scopes: `"encoder/block"`. Default null: they stay. */
  readonly overrideParent?: string | null | undefined;
}

const optionNames = ["caller", "deduplicate", "overrideParent"];

interface Opened {
  readonly caller: object;
  readonly name: string;
  readonly path: string;
}

const opened: Opened[] = [];

/**
 * Runs `f`, in which the paths of new variables, and of layers that are built, begin with `name`; gives what `f` gives.
 * What is made after an `await` in `f` is outside.
 *
 * @throws {OptionError} when the name is no string, or contains "/".
 * @example
 * nameScope("encoder", () => Variable(0, { name: "step" })).path; // "encoder/step"
 * @see Keras `backend/common/name_scope.py`
 */
export function nameScope<T>(name: string, f: () => T, options: NameScopeOptions = {}): T {
  checkOptions("nameScope", options, optionNames);
  if (typeof name !== "string" || name.includes("/"))
    throw new OptionError(
      `nameScope: expected \`name\` to be a string without "/", received ${JSON.stringify(name)}.`,
    );
  const { caller = null, deduplicate = true, overrideParent = null } = options;
  if (caller === null) return enter(name, overrideParent, f);
  const last = opened.at(-1);
  if (deduplicate && last?.caller === caller && last.name === name && last.path === currentPath()) return f();
  return enter(name, overrideParent, () => {
    opened.push({ caller, name, path: currentPath() });
    try {
      return f();
    } finally {
      opened.pop();
    }
  });
}

function enter<T>(name: string, parent: string | null, f: () => T): T {
  if (parent === null) return withNameScope(name, f);
  const parts = parent.split("/").filter((part) => part !== "");
  return withPath([...parts, name], f);
}
