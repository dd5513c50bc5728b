import { isPlainObject } from "../util/options.ts";
import { Value } from "./core/value.ts";
import { getItem, type Key } from "./get-item.ts";

/** True for the ops whose first argument is a tensor: those that are methods of it. */
function isMethod(f: unknown): f is (...args: readonly unknown[]) => unknown {
  if (typeof f !== "function" || !("op" in f) || !isPlainObject(f.op) || !isPlainObject(f.op["args"]))
    return false;
  const [first] = Object.values(f.op["args"]);
  return isPlainObject(first) && first["kind"] === "tensor";
}

/** Makes an op's function a method of values, called on the first of its arguments. */
function installMethod(name: string, method: (this: Value, ...args: readonly unknown[]) => unknown): void {
  if (name in Value.prototype) return;
  Object.defineProperty(Value.prototype, name, { value: method, writable: true, configurable: true });
}

/** Makes ops methods of values: `a.matmul(b).add(c)`. Their types are in `method-types.ts`. */
export function installMethods(functions: Readonly<Record<string, unknown>>): void {
  for (const [name, f] of Object.entries(functions)) {
    if (!isMethod(f)) continue;
    installMethod(name, function (...args) {
      return f(this, ...args);
    });
  }
}

/** The method of indices: `x.at(":", 0)`. */
export function installIndexing(): void {
  installMethod("at", function (...keys) {
    return getItem(this, keys as readonly Key[]); // SAFETY: getItem checks the keys
  });
}
