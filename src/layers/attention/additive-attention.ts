import type { DType } from "../../ir/dtypes.ts";
import type { AttentionRule, ScoredCallSignature, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { sum } from "../../ops/reductions.ts";
import { expandDims } from "../../ops/shape.ts";
import { tanh } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { bindParameters, layerOptionNames, type ParameterTable } from "../../util/parameters.ts";
import { type AttentionCallOptions, BaseAttention, type BaseAttentionOptions } from "./base-attention.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface AdditiveAttentionOptions<D extends DType = DType> extends BaseAttentionOptions<D> {
  /** Whether each feature of the sum has a weight of its own. Default true. */
  readonly useScale?: boolean | undefined;
}

class AdditiveAttentionLayer extends BaseAttention {
  static readonly className = "AdditiveAttention";
  static readonly parameters: ParameterTable = { useScale: true, dropout: 0 };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<AdditiveAttentionOptions>(
      "AdditiveAttention",
      AdditiveAttentionLayer.parameters,
      args,
      [...layerOptionNames, "seed"],
    );
    super("AdditiveAttention", given);
  }

  override build(inputShape: readonly Shape[]): void {
    super.build(inputShape);
    const dim = inputShape[0]?.at(-1) ?? null;
    if (this.useScale && dim === null) {
      throw new ShapeError(
        `${this.where}: expected a query whose last axis is known, received ${formatShape(inputShape[0] ?? [])}.`,
      );
    }
    this.scale = this.useScale
      ? this.addWeight({ name: "scale", shape: [dim], initializer: "glorot_uniform" })
      : null;
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const pairs: Tensor = tanh(add(expandDims(query, -2), expandDims(key, -3)));
    return sum(this.scale === null ? pairs : multiply(this.scale, pairs), { axis: -1 });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), seed: this.seed };
  }
}

export interface AdditiveAttention<D extends DType = DType>
  extends
    AdditiveAttentionLayer,
    ScoredCallSignature<
      AttentionRule<"AdditiveAttention", false, D>,
      AttentionRule<"AdditiveAttention", true, D>,
      ConcreteFamily,
      AttentionCallOptions
    > {}

interface AdditiveAttentionKind extends LayerKind {
  readonly layer: AdditiveAttention<DTypeIn<this>>;
}

export interface AdditiveAttentionConstructor extends LayerConstructor<
  AdditiveAttentionKind,
  AdditiveAttentionOptions,
  [useScale: "useScale", dropout: "dropout"]
> {}

/**
 * Additive attention (Bahdanau): the scores are `Σ scale · tanh(query + key)`.
 *
 * Shapes and masks as those of `Attention`; the weight `scale` is `[n]`.
 *
 * @throws {ShapeError} when query and key differ in the last axis, or the input is no list of two or three.
 * @see Keras `layers/attention/additive_attention.py`
 */
export const AdditiveAttention: AdditiveAttentionConstructor = callable<
  typeof AdditiveAttentionLayer,
  AdditiveAttentionConstructor
>(AdditiveAttentionLayer);
