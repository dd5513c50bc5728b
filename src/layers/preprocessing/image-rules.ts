import type { DType } from "../../ir/dtypes.ts";
import type {
  DataFormat,
  IsWide,
  Shape,
  ShapeMismatch,
  ShapeRule,
  Show,
} from "../../ir/shape-types/index.ts";

/** Images in another size: `[batch, height, width, channels]`, or one of them. */
export interface ImageSizeRule<
  Name extends string,
  H extends number,
  W extends number,
  F extends DataFormat,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape ? Sized<Name, S, H, W, F> : this["in"];
  readonly outDtype: D;
}

type Sized<Name extends string, S extends Shape, H extends number, W extends number, F extends DataFormat> =
  IsWide<S> extends true
    ? Shape
    : [F] extends ["channels_last"]
      ? S extends readonly [
          infer B extends number | null,
          number | null,
          number | null,
          infer C extends number | null,
        ]
        ? readonly [B, H, W, C]
        : S extends readonly [number | null, number | null, infer C extends number | null]
          ? readonly [H, W, C]
          : ShapeMismatch<`${Name}: expected images of rank 3 or 4, received ${Show<S>}`>
      : [F] extends ["channels_first"]
        ? S extends readonly [
            infer B extends number | null,
            infer C extends number | null,
            number | null,
            number | null,
          ]
          ? readonly [B, C, H, W]
          : S extends readonly [infer C extends number | null, number | null, number | null]
            ? readonly [C, H, W]
            : ShapeMismatch<`${Name}: expected images of rank 3 or 4, received ${Show<S>}`>
        : Shape;
