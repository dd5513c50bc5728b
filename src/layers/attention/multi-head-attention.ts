import type { LayerBase } from "../../graph/layer-base.ts";
import { maskOf } from "../../graph/masks.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MultiHeadRule, QueryValueCallSignature, Shape } from "../../ir/shape-types/index.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { formatShape } from "../../ir/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import { Softmax } from "../activation/index.ts";
import { Dropout } from "../regularization/index.ts";
import { type AttentionEquations, attentionEquations, projection } from "./equations.ts";
import {
  HeadAttention,
  type HeadCallOptions,
  type HeadNames,
  headParameters,
  type HeadOptions,
} from "./head-attention.ts";
import type { DTypeIn, FromConfig, LayerKind, PairForm, SettingsIn, Values } from "../constructor.ts";

export type HeadOutput = number | readonly number[] | null;

export interface MultiHeadAttentionOptions<
  O extends HeadOutput = HeadOutput,
  D extends DType = DType,
> extends HeadOptions<D> {
  /** Size of the values in each head. Default null: `keyDim`. */
  readonly valueDim?: number | null | undefined;
  /** Sizes that take the place of the query's last axis. Default null: its own. */
  readonly outputShape?: O | undefined;
  /** The axes attended along. Default null: all but the batch axis and the last. */
  readonly attentionAxes?: number | readonly number[] | null | undefined;
}

interface Bound extends MultiHeadAttentionOptions {
  readonly numHeads: number;
  readonly keyDim: number;
}

class MultiHeadAttentionLayer extends HeadAttention {
  static readonly className = "MultiHeadAttention";
  static readonly parameters: ParameterTable = {
    numHeads: required,
    keyDim: required,
    valueDim: null,
    dropout: 0,
    useBias: true,
    outputShape: null,
    attentionAxes: null,
    slidingWindow: null,
    flashAttention: null,
    ...headParameters,
  };

  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly outputShape: readonly number[] | null;
  /** Complete after `build`. */
  attentionAxes: readonly number[] | null;
  readonly #penalty: Regularizer | null;
  #equations: AttentionEquations = attentionEquations(4, [1]);
  declare queryDense: LayerBase;
  declare keyDense: LayerBase;
  declare valueDense: LayerBase;
  declare outputDense: LayerBase;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("MultiHeadAttention", MultiHeadAttentionLayer.parameters, args);
    // The projections are penalised, not the layer.
    super("MultiHeadAttention", { ...given, activityRegularizer: null });
    this.#penalty = getRegularizer(given.activityRegularizer ?? null);
    this.numHeads = positiveInteger("MultiHeadAttention", "numHeads", given.numHeads);
    this.keyDim = positiveInteger("MultiHeadAttention", "keyDim", given.keyDim);
    this.valueDim = positiveInteger("MultiHeadAttention", "valueDim", given.valueDim ?? this.keyDim);
    this.outputShape = listOf("outputShape", given.outputShape);
    this.attentionAxes = listOf("attentionAxes", given.attentionAxes);
  }

  override build(query: Shape, value?: Shape, key: Shape | undefined = value): void {
    if (value === undefined || key === undefined) {
      throw new ShapeError(
        `${this.where}: expected a query and a value, received the query ${formatShape(query)} alone. For attention to itself: layer(x, x).`,
      );
    }
    this.checkLengths(value, key);
    const into = ({ length }: Shape, size: number): Shape => [...free(length - 2), this.numHeads, size];
    const heads = (shape: Shape): ReturnType<typeof projection> => projection(shape.length - 1, 1, 2);
    this.queryDense = this.projection("query", heads(query), into(query, this.keyDim), query);
    this.keyDense = this.projection("key", heads(key), into(key, this.keyDim), key);
    if (this.useGate) {
      this._gateDense = this.projection("gate", heads(query), into(query, this.valueDim), query, "sigmoid");
    }
    this.valueDense = this.projection("value", heads(value), into(value, this.valueDim), value);
    const rank = value.length + 1;
    this.attentionAxes = (this.attentionAxes ?? Array.from({ length: rank - 3 }, (_, i) => i + 1)).map(
      (axis) => (axis >= 0 ? axis : rank - 1 + axis),
    );
    this.#equations = attentionEquations(rank, this.attentionAxes);
    const scores = this.#equations.rank;
    const axis = this.attentionAxes.map((_, i) => scores - this.axesCount + i);
    this._softmax = Softmax({ axis, dtype: this.dtypePolicy }) as Softmax; // SAFETY: its dtype is not known here
    this._dropoutLayer = Dropout(this.dropout, { dtype: this.dtypePolicy, seed: this.seed }) as Dropout; // SAFETY: as above
    const last = this.outputShape ?? query.slice(-1);
    this.outputDense = this.projection(
      "attention_output",
      projection(query.length - 1, 2, last.length),
      [...free(query.length - 2), ...last],
      [...query.slice(0, -1), this.numHeads, this.valueDim],
    );
  }

  /** Keras goes by the mask of the query itself, whatever the option says. */
  protected override queryMask(query: Tensor): unknown {
    return maskOf(query);
  }

  protected override project(query: Tensor, key: Tensor, value: Tensor): readonly [Tensor, Tensor, Tensor] {
    // SAFETY: tensors in, tensors out
    return [
      this.queryDense.invoke(query) as Tensor,
      this.keyDense.invoke(key) as Tensor,
      this.valueDense.invoke(value) as Tensor,
    ];
  }

  protected override projectOutput(attended: Tensor): Tensor {
    return this.outputDense.invoke(attended) as Tensor; // SAFETY: tensors in, tensors out
  }

  protected override get equations(): AttentionEquations {
    return this.#equations;
  }

  protected override get headSize(): number {
    return this.keyDim;
  }

  protected override get axesCount(): number {
    return this.attentionAxes?.length ?? 1;
  }

  protected override get outputPenalty(): Regularizer | null {
    return this.#penalty;
  }
}

/** Axes that the input tells. */
function free(count: number): null[] {
  return new Array<null>(count).fill(null);
}

function listOf(name: string, value: unknown): readonly number[] | null {
  if (value === null || value === undefined) return null;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === "number" && Number.isInteger(item))) return list as number[]; // SAFETY: just checked
  throw new OptionError(
    `MultiHeadAttention: expected \`${name}\` to be a whole number, several, or null, received ${JSON.stringify(value)}.`,
  );
}

export interface MultiHeadAttention<
  H extends number = number,
  O extends HeadOutput = HeadOutput,
  D extends DType = DType,
>
  extends
    MultiHeadAttentionLayer,
    QueryValueCallSignature<
      MultiHeadRule<H, O, false, D>,
      MultiHeadRule<H, O, true, D>,
      ConcreteFamily,
      HeadCallOptions
    > {}

interface MultiHeadAttentionKind extends LayerKind {
  readonly layer: MultiHeadAttention<
    SettingsIn<this, Heads>["numHeads"],
    SettingsIn<this, Heads>["outputShape"],
    DTypeIn<this>
  >;
}

interface Heads {
  readonly numHeads: number;
  readonly outputShape: HeadOutput;
}

type Form<
  P extends readonly PropertyKey[],
  V extends readonly unknown[] = [],
  N extends keyof MultiHeadAttentionOptions = never,
> = PairForm<
  MultiHeadAttentionKind,
  MultiHeadAttentionOptions,
  "numHeads",
  number,
  "outputShape",
  HeadOutput,
  null,
  never,
  P,
  V,
  { readonly keyDim: number } & Pick<MultiHeadAttentionOptions, N>
>;

type HeadSizes = [numHeads: "numHeads", keyDim: "keyDim"];

/** Names between the sizes and the shape of the output, and behind it. */
type EarlyNames = [valueDim: "valueDim", dropout: "dropout", useBias: "useBias"];
type LateNames = [
  ...[attentionAxes: "attentionAxes", slidingWindow: "slidingWindow", flashAttention: "flashAttention"],
  ...HeadNames,
];

export interface MultiHeadAttentionConstructor
  extends
    Form<HeadSizes, Values<EarlyNames, MultiHeadAttentionOptions>>,
    Form<
      [...HeadSizes, ...EarlyNames, outputShape: "outputShape"],
      Values<LateNames, MultiHeadAttentionOptions>,
      EarlyNames[number]
    >,
    Form<[]>,
    Form<[numHeads: "numHeads"]>,
    Form<HeadSizes>,
    FromConfig<MultiHeadAttentionKind> {}

/**
 * Attention with several heads: queries, keys and values are projected for each head, attended, and projected together.
 *
 * Shapes: query `[batch, Tq, n]`, value and key `[batch, Tv, m]` → output `[batch, Tq, n]` (or `outputShape` in place of
 * n), and, with `returnAttentionScores`, scores `[batch, numHeads, Tq, Tv]`. Further axes between batch and last are
 * attended along too, or those of `attentionAxes` alone.
 *
 * @param numHeads - Number of heads.
 * @param keyDim - Size of queries and keys in each head.
 * @throws {ShapeError} when value and key differ in more than the last axis.
 * @example
 * const x = Input({ shape: [6, 8] });
 * const y = MultiHeadAttention(2, 4)(x, x, { useCausalMask: true }); // y.shape → [null, 6, 8]
 * @see Vaswani et al. (2017); Keras `layers/attention/multi_head_attention.py`
 */
export const MultiHeadAttention: MultiHeadAttentionConstructor = callable<
  typeof MultiHeadAttentionLayer,
  MultiHeadAttentionConstructor
>(MultiHeadAttentionLayer);
