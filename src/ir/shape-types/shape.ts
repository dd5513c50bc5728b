/** One size of a symbolic shape; `null` is not known before the model runs (the batch size, a sequence's length). */
export type Dim = number | null;

/** A symbolic shape. The bare type stands for any shape; a tuple of literals is exact. */
export type Shape = readonly Dim[];

/** True when the rank of a shape is not known to the type checker. */
export type IsWide<S extends Shape> = number extends S["length"] ? true : false;

/** The last size. */
export type Last<S extends Shape> = S extends readonly [...Shape, infer D extends Dim] ? D : Dim;

/** All sizes but the last. */
export type Init<S extends Shape> = S extends readonly [...infer I extends Shape, Dim] ? I : Shape;

/** The shape of a batch of samples of shape S, as `Input({ shape })` makes it. */
export type Batched<S extends Shape, B extends Dim = null> = readonly [B, ...S];

/** True when two sizes are literals that differ: a mistake for certain. */
export type Differ<A extends Dim, B extends Dim> =
  IsLiteral<A> extends true ? (IsLiteral<B> extends true ? ([A] extends [B] ? false : true) : false) : false;

/** True for one known size: neither `null`, nor `number`, nor a union. */
export type IsLiteral<D extends Dim> = [D] extends [null]
  ? false
  : null extends D
    ? false
    : number extends D
      ? false
      : true;

/** A shape as messages show it: `[null, 64]`. */
export type Show<S extends Shape> = IsWide<S> extends true ? "[...]" : `[${ShowDims<S>}]`;

type ShowDims<S extends Shape> = S extends readonly [infer D extends Dim]
  ? `${D}`
  : S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
    ? `${D}, ${ShowDims<Rest>}`
    : "";
