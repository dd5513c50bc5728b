/**
 * Base of objects that are functions as well: `layer(x)`, `loss(yTrue, yPred)`, `initializer(shape)`.
 *
 * The constructor returns a function whose prototype is the class's, so fields, `#private` state, getters and
 * `instanceof` work as on any object, and calling it calls its `invoke` method.
 */
export abstract class Callable {
  constructor() {
    // SAFETY: once its prototype is set (next line), the function has the class's methods.
    const self = ((...args: never[]): unknown => self.invoke(...args)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    // A function's own `name` and `length` would hide the class's fields and getters of these names.
    delete (self as { name?: unknown }).name; // SAFETY: both are configurable own properties of every function
    delete (self as { length?: unknown }).length; // SAFETY: as above
    return self;
  }

  /** What calling the object does: by default, what its `call` does. */
  invoke(...args: never[]): unknown {
    // SAFETY: subclasses without an `invoke` of their own have a `call`.
    return (this as unknown as { call(...args: never[]): unknown }).call(...args);
  }
}

/**
 * Makes a class callable without `new`; it can still be extended and used with `instanceof`.
 *
 * The declared type of the export gives the call signature: `export const Dense: DenseConstructor = callable(DenseLayer)`.
 */
export function callable<
  C extends abstract new (...args: never[]) => object,
  T = C & ((...args: ConstructorParameters<C>) => InstanceType<C>),
>(target: C): T {
  const proxy = new Proxy(target, {
    apply: (cls, _this, args) => Reflect.construct(cls, args, cls),
    get: (cls, key, receiver) => Reflect.get(cls, key, key === "prototype" ? cls : receiver),
  });
  Object.defineProperty(target.prototype, "constructor", {
    value: proxy,
    writable: true,
    configurable: true,
  });
  // SAFETY: the proxy constructs what the class constructs, with or without `new`.
  return proxy as unknown as T;
}
