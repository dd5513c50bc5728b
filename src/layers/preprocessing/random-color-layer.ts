import { type ColorOptions, type Factor, intervalOf, RandomImageLayer, rangeOf } from "./image-layer.ts";

/** Base of layers that change the colours of each image by a factor of its own. */
export abstract class RandomColorLayer extends RandomImageLayer {
  readonly factor: readonly [number, number];
  readonly valueRange: readonly [number, number];

  /** @param bounds - Between which factors may lie. Default −1 and 1. */
  constructor(
    given: ColorOptions & { readonly factor?: Factor | undefined },
    bounds?: readonly [least: number, most: number],
  ) {
    super(given);
    this.factor = intervalOf(this.className, "factor", given.factor, bounds);
    this.valueRange = rangeOf(this.className, given.valueRange);
  }
}
