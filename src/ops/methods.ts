import { isPlainObject } from "../util/options.ts";
import { Value } from "./core/value.ts";
import { getItem, type Key } from "./get-item.ts";
import * as ops from "./index.ts";

/** True for the ops whose first argument is a tensor: those that are methods of it. */
function isMethod(f: unknown): f is (...args: readonly unknown[]) => unknown {
  if (typeof f !== "function" || !("op" in f) || !isPlainObject(f.op) || !isPlainObject(f.op["args"]))
    return false;
  const [first] = Object.values(f.op["args"]);
  return isPlainObject(first) && first["kind"] === "tensor";
}

/** Makes every op a method of values: `a.matmul(b).add(c)`. Their types are in `method-types.ts`. */
function installMethods(): void {
  const define = (name: string, method: (this: Value, ...args: readonly unknown[]) => unknown): void => {
    Object.defineProperty(Value.prototype, name, { value: method, writable: true, configurable: true });
  };
  for (const [name, f] of Object.entries<unknown>(ops)) {
    if (!isMethod(f) || name in Value.prototype) continue;
    define(name, function (...args) {
      return f(this, ...args);
    });
  }
  define("at", function (...keys) {
    return getItem(this, keys as readonly Key[]); // SAFETY: getItem checks the keys
  });
}

installMethods();
