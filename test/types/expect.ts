/** True when two types are the same, not only assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles for `true` alone. */
export type Expect<T extends true> = T;

/** Holds a tuple of `Expect`s where a file cannot export them as a type. */
export declare function check<_T extends readonly true[]>(): void;
