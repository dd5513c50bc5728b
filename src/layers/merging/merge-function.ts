/** The lower-case form of a merging layer: makes the layer and calls it. Positional arguments go in front of the options. */
export function mergeFunction<F>(make: (...args: never[]) => unknown): F {
  const f = (inputs: unknown, ...args: unknown[]): unknown => {
    const layer = make(...(args as never[])) as (inputs: unknown) => unknown; // SAFETY: the constructors of merging layers
    return layer(inputs);
  };
  return f as F; // SAFETY: F is the typed signature of the layer's own call
}
