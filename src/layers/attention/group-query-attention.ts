import type { LayerBase } from "../../graph/layer-base.ts";
import { autoName } from "../../graph/naming.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MultiHeadRule, QueryValueCallSignature, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { repeat } from "../../ops/rearranging.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import { Softmax } from "../activation/index.ts";
import { Dropout } from "../regularization/index.ts";
import type { AttentionEquations } from "./equations.ts";
import {
  HeadAttention,
  type HeadCallOptions,
  type HeadNames,
  headParameters,
  type HeadOptions,
} from "./head-attention.ts";
import type { DTypeIn, FromConfig, LayerKind, SettingForm, SettingsIn, Values } from "../constructor.ts";

export interface GroupQueryAttentionOptions<D extends DType = DType> extends HeadOptions<D> {}

interface Bound extends GroupQueryAttentionOptions {
  readonly headDim: number;
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;
}

class GroupQueryAttentionLayer extends HeadAttention {
  static readonly className = "GroupQueryAttention";
  /** The class's own name in Keras, which automatic names and groups of weights files follow. */
  static readonly groupName = "GroupedQueryAttention";
  static readonly parameters: ParameterTable = {
    headDim: required,
    numQueryHeads: required,
    numKeyValueHeads: required,
    dropout: 0,
    useBias: true,
    slidingWindow: null,
    flashAttention: null,
    ...headParameters,
  };

  readonly headDim: number;
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;
  declare _queryDense: LayerBase;
  declare _keyDense: LayerBase;
  declare _valueDense: LayerBase;
  declare _outputDense: LayerBase;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("GroupQueryAttention", GroupQueryAttentionLayer.parameters, args);
    super("GroupQueryAttention", {
      ...given,
      name: given.name ?? autoName(GroupQueryAttentionLayer.groupName),
    });
    this.headDim = positiveInteger("GroupQueryAttention", "headDim", given.headDim);
    this.numQueryHeads = positiveInteger("GroupQueryAttention", "numQueryHeads", given.numQueryHeads);
    this.numKeyValueHeads = positiveInteger(
      "GroupQueryAttention",
      "numKeyValueHeads",
      given.numKeyValueHeads,
    );
    if (this.numQueryHeads % this.numKeyValueHeads !== 0) {
      throw new OptionError(
        `GroupQueryAttention: expected \`numQueryHeads\` to be a multiple of \`numKeyValueHeads\`, received ${this.numQueryHeads} and ${this.numKeyValueHeads}.`,
      );
    }
  }

  override build(query: Shape, value: Shape, key: Shape = value): void {
    this.checkLengths(value, key);
    if ([query, value, key].some(({ length }) => length !== 3) || query.at(-1) !== value.at(-1)) {
      throw new ShapeError(
        `${this.where}: expected query and value of rank 3 with equal last axes, received ${formatShape(query)} and ${formatShape(value)}.`,
      );
    }
    const queries = { equation: "bqm,muh->bquh", biasAxes: "uh" };
    const values = { equation: "bkm,mvh->bkvh", biasAxes: "vh" };
    const [all, few] = [this.numQueryHeads, this.numKeyValueHeads].map((n) => [null, n, this.headDim]);
    this._queryDense = this.projection("query", queries, all ?? [], query);
    this._keyDense = this.projection("key", values, few ?? [], key);
    if (this.useGate) this._gateDense = this.projection("gate", queries, all ?? [], query, "sigmoid");
    this._valueDense = this.projection("value", values, few ?? [], value);
    this._softmax = Softmax({ axis: -1, dtype: this.dtypePolicy }) as Softmax; // SAFETY: its dtype is not known here
    this._dropoutLayer = Dropout(this.dropout, { dtype: this.dtypePolicy, seed: this.seed }) as Dropout; // SAFETY: as above
    this._outputDense = this.projection(
      "attention_output",
      { equation: "bquh,uhm->bqm", biasAxes: "m" },
      [null, query.at(-1) ?? null],
      [null, null, this.numQueryHeads, this.headDim],
    );
  }

  protected override project(query: Tensor, key: Tensor, value: Tensor): readonly [Tensor, Tensor, Tensor] {
    const repeats = this.numQueryHeads / this.numKeyValueHeads;
    const perQueryHead = (x: unknown): Tensor => repeat(x as Tensor, repeats, { axis: 2 }); // SAFETY: tensors in, tensors out
    return [
      this._queryDense.invoke(query) as Tensor, // SAFETY: as above
      perQueryHead(this._keyDense.invoke(key)),
      perQueryHead(this._valueDense.invoke(value)),
    ];
  }

  protected override projectOutput(attended: Tensor): Tensor {
    return this._outputDense.invoke(attended) as Tensor; // SAFETY: tensors in, tensors out
  }

  protected override get equations(): AttentionEquations {
    return { dotProduct: "bkuh,bquh->buqk", combine: "buqk,bkuh->bquh", rank: 4 };
  }

  protected override get headSize(): number {
    return this.headDim;
  }

  protected override get axesCount(): number {
    return 1;
  }

  protected override get outputPenalty(): Regularizer | null {
    return this.activityRegularizer;
  }
}

export interface GroupQueryAttention<H extends number = number, D extends DType = DType>
  extends
    GroupQueryAttentionLayer,
    QueryValueCallSignature<
      MultiHeadRule<H, null, false, D>,
      MultiHeadRule<H, null, true, D>,
      ConcreteFamily,
      HeadCallOptions
    > {}

interface GroupQueryAttentionKind extends LayerKind {
  readonly layer: GroupQueryAttention<SettingsIn<this, number>, DTypeIn<this>>;
}

type Form<P extends readonly PropertyKey[], V extends readonly unknown[] = []> = SettingForm<
  GroupQueryAttentionKind,
  GroupQueryAttentionOptions,
  "numQueryHeads",
  number,
  number,
  "numQueryHeads",
  P,
  V,
  { readonly headDim: number; readonly numKeyValueHeads: number }
>;

type Heads = [headDim: "headDim", numQueryHeads: "numQueryHeads", numKeyValueHeads: "numKeyValueHeads"];

export interface GroupQueryAttentionConstructor
  extends
    Form<
      Heads,
      Values<
        [
          ...[
            dropout: "dropout",
            useBias: "useBias",
            slidingWindow: "slidingWindow",
            flashAttention: "flashAttention",
          ],
          ...HeadNames,
        ],
        GroupQueryAttentionOptions
      >
    >,
    Form<[]>,
    Form<[headDim: "headDim"]>,
    Form<[headDim: "headDim", numQueryHeads: "numQueryHeads"]>,
    Form<Heads>,
    FromConfig<GroupQueryAttentionKind> {}

/**
 * Attention with several heads, groups of which share a key and a value.
 *
 * Shapes: query `[batch, Tq, n]`, value and key `[batch, Tv, n]` → output `[batch, Tq, n]`, and, with
 * `returnAttentionScores`, scores `[batch, numQueryHeads, Tq, Tv]`.
 *
 * @param headDim - Size of each head.
 * @param numQueryHeads - Number of heads; a multiple of `numKeyValueHeads`.
 * @param numKeyValueHeads - Number of keys and values: 1 for multi-query attention.
 * @throws {ShapeError} when query and value differ in the last axis.
 * @see Ainslie et al. (2023); Keras `layers/attention/grouped_query_attention.py`
 */
export const GroupQueryAttention: GroupQueryAttentionConstructor = callable<
  typeof GroupQueryAttentionLayer,
  GroupQueryAttentionConstructor
>(GroupQueryAttentionLayer);
