/** A function that applies a primitive, and asks the engine for what the primitive needs. */
export function bringing<F extends (...args: never) => unknown>(needs: readonly (() => void)[], f: F): F {
  const call = (...args: never): unknown => {
    for (const need of needs) need();
    return f(...args);
  };
  return call as F; // SAFETY: it takes and gives what `f` does
}
