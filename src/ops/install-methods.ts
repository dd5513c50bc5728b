import { sizeOf } from "../ir/shape.ts";
import { isPlainObject } from "../util/options.ts";
import { Tensor } from "./core/tensor.ts";
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

/** The slices of a value along its first axis; views of a tensor's elements where they are in memory. */
function* slices(value: Value, count: number): Generator<unknown> {
  const isConcrete = value instanceof Tensor && !value.isTraced;
  const elements = isConcrete ? value.storedSync() : null;
  const shape = value.shape.slice(1).map((dim) => dim ?? 0);
  const size = sizeOf(shape);
  for (let i = 0; i < count; i++) {
    yield elements === null
      ? getItem(value, [i])
      : Tensor.fromData(elements.subarray(i * size, (i + 1) * size), shape, value.dtype);
  }
}

/** The method of indices: `x.at(":", 0)`, and iteration over the first axis. */
export function installIndexing(): void {
  // Scalars, and symbolic tensors of unknown size, have no iterator: they are not iterable, and are compared as such.
  Object.defineProperty(Value.prototype, Symbol.iterator, {
    get(this: Value) {
      const [count] = this.shape;
      return typeof count === "number" ? () => slices(this, count) : undefined;
    },
    configurable: true,
  });
  // What consoles print: the elements rather than the fields.
  Object.defineProperty(Value.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: Value) {
      return this.toString();
    },
    configurable: true,
  });
  installMethod("at", function (...keys) {
    return getItem(this, keys as readonly Key[]); // SAFETY: getItem checks the keys
  });
}
