/** A class, as far as making objects of it goes. */
export type Constructable = abstract new (...args: never[]) => object;

/** What a constructor is to be given for a configuration. */
type Arguments = (cls: Constructable, config: Readonly<Record<string, unknown>>) => readonly unknown[];

let argumentsOf: Arguments = (_, config) => [config];

/** A new object of a class from its configuration, which its constructor takes as one object (but see `readArgumentsBy`). */
export function constructFrom(cls: Constructable, config: Readonly<Record<string, unknown>>): object {
  return Reflect.construct(cls, argumentsOf(cls, config)) as object; // SAFETY: construct gives objects
}

/** Lets constructors have their arguments as `read` finds them. */
export function readArgumentsBy(read: Arguments): void {
  argumentsOf = read;
}
