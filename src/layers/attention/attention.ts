import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AttentionRule, ScoredCallSignature, Shape } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { sum } from "../../ops/reductions.ts";
import { expandDims, swapaxes } from "../../ops/shape.ts";
import { tanh } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable } from "../../util/parameters.ts";
import { type AttentionCallOptions, BaseAttention, type BaseAttentionOptions } from "./base-attention.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

/** How queries and keys are compared: by their product, or by the tanh of their sum. */
export type ScoreMode = "dot" | "concat";

export interface AttentionOptions<D extends DType = DType> extends BaseAttentionOptions<D> {
  /** Default `"dot"`. */
  readonly scoreMode?: ScoreMode | undefined;
}

class AttentionLayer extends BaseAttention {
  static readonly className = "Attention";
  static readonly parameters: ParameterTable = {
    useScale: false,
    scoreMode: "dot",
    dropout: 0,
    seed: null,
  };

  readonly scoreMode: ScoreMode;
  declare concatScoreWeight: Variable | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<AttentionOptions>("Attention", AttentionLayer.parameters, args);
    super("Attention", given);
    this.scoreMode = oneOf("Attention", "scoreMode", given.scoreMode, ["dot", "concat"]);
  }

  override build(inputShape: readonly Shape[]): void {
    super.build(inputShape);
    this.scale = this.useScale ? this.addWeight({ name: "scale", shape: [], initializer: "ones" }) : null;
    this.concatScoreWeight =
      this.scoreMode === "concat"
        ? this.addWeight({ name: "concat_score_weight", shape: [], initializer: "ones" })
        : null;
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor): Tensor => (this.scale === null ? x : multiply(x, this.scale));
    if (this.concatScoreWeight === null) return scaled(matmul(query, swapaxes(key, -2, -1)));
    const pairs: Tensor = add(expandDims(query, -2), expandDims(key, -3));
    return multiply(this.concatScoreWeight, sum(tanh(scaled(pairs)), { axis: -1 }));
  }
}

export interface Attention<D extends DType = DType>
  extends
    AttentionLayer,
    ScoredCallSignature<
      AttentionRule<"Attention", false, D>,
      AttentionRule<"Attention", true, D>,
      ConcreteFamily,
      AttentionCallOptions
    > {}

interface AttentionKind extends LayerKind {
  readonly layer: Attention<DTypeIn<this>>;
}

export interface AttentionConstructor extends LayerConstructor<
  AttentionKind,
  AttentionOptions,
  [useScale: "useScale", scoreMode: "scoreMode", dropout: "dropout", seed: "seed"]
> {}

/**
 * Dot-product attention (Luong): `softmax(query · keyᵀ) · value`.
 *
 * Shapes: `[query, value]` or `[query, value, key]` of `[batch, Tq, n]`, `[batch, Tv, m]`, `[batch, Tv, n]` → output
 * `[batch, Tq, m]`, and, with `returnAttentionScores`, scores `[batch, Tq, Tv]`. Without a key the value is the key.
 *
 * @throws {ShapeError} when query and key differ in the last axis, or the input is no list of two or three.
 * @example
 * const x = Input({ shape: [6, 4] });
 * const [y, scores] = Attention()([x, x], { returnAttentionScores: true, useCausalMask: true });
 * @see Keras `layers/attention/attention.py`
 */
export const Attention: AttentionConstructor = callable<typeof AttentionLayer, AttentionConstructor>(
  AttentionLayer,
);
