/** The values that S has under the names P, with P's labels: `[units: "units"]` → `[units: S["units"]]`. */
export type Values<P extends readonly PropertyKey[], S> = {
  [I in keyof P]: P[I] extends keyof S ? S[P[I]] : never;
};

/** Options O at the end, behind any number of the values Q. */
export type More<Q extends readonly unknown[], O> = Q extends readonly [...infer I, unknown]
  ? More<I, O> | readonly [...Q, options?: O]
  : readonly [options?: O];

/** As `More`, with one value at least. */
export type Tail<Q extends readonly unknown[], O> = Q extends readonly [...infer I, unknown]
  ? I extends readonly []
    ? readonly [...Q, options?: O]
    : Tail<I, O> | readonly [...Q, options?: O]
  : readonly [options?: O];

/**
 * How an object of class T is made: options O, of which any number come by position, in the order Q (its labels are
 * shown).
 *
 * @example
 * interface MaxNormConstructor extends Constructor<MaxNorm, MaxNormOptions, [maxValue: "maxValue", axis: "axis"]> {}
 */
export interface Constructor<T, O extends object, Q extends readonly (keyof O)[] = []> {
  (...args: Tail<Values<Q, O>, O>): T;
  (options?: O): T;
  new (...args: Tail<Values<Q, O>, O>): T;
  new (options?: O): T;
}
