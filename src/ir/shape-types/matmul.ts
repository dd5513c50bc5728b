import type { BroadcastFrom } from "./broadcast.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/** `matmul` as in NumPy: the last two axes multiply, those before them broadcast; vectors lose their added axis again. */
export type Matmul<A extends Shape, B extends Shape> =
  IsWide<A> extends true
    ? Shape
    : IsWide<B> extends true
      ? Shape
      : A extends readonly [...infer As extends Shape, infer M extends Dim, infer K extends Dim]
        ? B extends readonly [...infer Bs extends Shape, infer L extends Dim, infer N extends Dim]
          ? Multiplied<A, B, K, L, As, Bs, readonly [M, N]>
          : B extends readonly [infer L extends Dim]
            ? Multiplied<A, B, K, L, As, readonly [], readonly [M]>
            : NoScalars<A, B>
        : A extends readonly [infer K extends Dim]
          ? B extends readonly [...infer Bs extends Shape, infer L extends Dim, infer N extends Dim]
            ? Multiplied<A, B, K, L, readonly [], Bs, readonly [N]>
            : B extends readonly [infer L extends Dim]
              ? Multiplied<A, B, K, L, readonly [], readonly [], readonly []>
              : NoScalars<A, B>
          : NoScalars<A, B>;

type Multiplied<
  A extends Shape,
  B extends Shape,
  K extends Dim,
  L extends Dim,
  As extends Shape,
  Bs extends Shape,
  Tail extends Shape,
> =
  Differ<K, L> extends true
    ? ShapeMismatch<`matmul: cannot multiply ${Show<A>} by ${Show<B>}: ${K} against ${L}`>
    : BroadcastFrom<As, Bs> extends infer H extends Shape
      ? readonly [...H, ...Tail]
      : ShapeMismatch<`matmul: cannot broadcast the leading axes of ${Show<A>} and ${Show<B>}`>;

type NoScalars<
  A extends Shape,
  B extends Shape,
> = ShapeMismatch<`matmul: expected inputs of rank >= 1, received ${Show<A>} and ${Show<B>}`>;
