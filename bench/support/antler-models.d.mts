import type * as Antler from "../../src/index.ts";

/** Sizes of a curve's point. */
export interface Sizes {
  readonly batch?: number;
  readonly width?: number;
  readonly depth?: number;
  readonly length?: number;
}

type ModelLike = Antler.Model;
type Batch = Antler.Tensor | readonly Antler.Tensor[];

export interface AntlerModels {
  give(array: {
    readonly values: ArrayLike<number>;
    readonly shape: readonly number[];
    readonly dtype: string;
  }): Antler.Tensor;
  model(name: string, sizes?: Sizes): readonly [ModelLike, Parameters<ModelLike["compile"]>[0]];
  batch(name: string, sizes?: Sizes, model?: ModelLike | null): readonly [Batch, Batch];
}

export function antlerModels(antler: typeof Antler): AntlerModels;
