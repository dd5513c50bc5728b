import { formatShape } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
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
function installMethod(
  name: string | symbol,
  method: (this: Value, ...args: readonly unknown[]) => unknown,
): void {
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

/** Slices along the first axis. @see Keras `backend/common/keras_tensor.py` `__iter__` */
function* slices(value: Value): Generator<unknown> {
  const [size] = value.shape;
  if (size === undefined || size === null) {
    const mending =
      size === null
        ? "Take slices by index, as in x.at(0)."
        : "Where several tensors were expected, there is one.";
    throw new ShapeError(
      `a tensor of shape ${formatShape(value.shape)} cannot be taken apart along its first axis. ${mending}`,
    );
  }
  for (let i = 0; i < size; i++) yield getItem(value, [i]);
}

/** The method of indices: `x.at(":", 0)`, and iteration over the first axis. */
export function installIndexing(): void {
  installMethod(Symbol.iterator, function () {
    return slices(this);
  });
  installMethod("at", function (...keys) {
    return getItem(this, keys as readonly Key[]); // SAFETY: getItem checks the keys
  });
}
