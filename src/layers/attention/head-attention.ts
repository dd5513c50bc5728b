import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerCallOptions, type LayerOptions } from "../../graph/layer-base.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import { multiply } from "../../ops/arithmetic.ts";
import { dotProductAttention } from "../../ops/attention.ts";
import { logicalAnd } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { einsum } from "../../ops/einsum.ts";
import { expandDims } from "../../ops/shape.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { isFlashAttentionEnabled } from "../../util/flash-attention.ts";
import { positiveInteger } from "../../util/parameters.ts";
import type { Softmax } from "../activation/index.ts";
import { EinsumDense } from "../core/einsum-dense.ts";
import type { Dropout } from "../regularization/index.ts";
import { fraction } from "../regularization/noise.ts";
import type { AttentionEquations } from "./equations.ts";
import { asMask, causalMask, slidingWindowMask } from "./masks.ts";

/** Options that both layers with several heads take. */
export interface HeadOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Share of the scores that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether the projections have biases. Default true. */
  readonly useBias?: boolean | undefined;
  /** Queries see only values less than this many positions away. Default null: all. */
  readonly slidingWindow?: number | null | undefined;
  /**
   * Whether scores are worked on by tiles and never kept as a whole. Default null: where sequences are long, unless
   * `config.disableFlashAttention()` was called before.
   */
  readonly flashAttention?: boolean | null | undefined;
  /** Default `"glorot_uniform"`. */
  readonly kernelInitializer?: InitializerLike | undefined;
  /** Default `"zeros"`. */
  readonly biasInitializer?: InitializerLike | undefined;
  readonly kernelRegularizer?: RegularizerLike | null | undefined;
  readonly biasRegularizer?: RegularizerLike | null | undefined;
  readonly kernelConstraint?: ConstraintLike | null | undefined;
  readonly biasConstraint?: ConstraintLike | null | undefined;
  /** Whether a sigmoid of the projected query is multiplied to the result. Default false. */
  readonly useGate?: boolean | undefined;
  /** Seed of the dropout. Default null: random. */
  readonly seed?: number | null | undefined;
}

/** Options of one call of a layer with several heads. */
export interface HeadCallOptions extends LayerCallOptions {
  /** Compared with the queries. Default: the value. */
  readonly key?: unknown;
  /** `[batch, Tq]`. Default: the mask of the query, which is the only one that `MultiHeadAttention` uses, as in Keras. */
  readonly queryMask?: unknown;
  /** `[batch, Tv]`. Default: the mask of the value. */
  readonly valueMask?: unknown;
  /** `[batch, Tv]`. Default: the mask of the key. */
  readonly keyMask?: unknown;
  /** `[batch, Tq, Tv]`: false where a query does not see a value. */
  readonly attentionMask?: unknown;
  /** Whether a position sees itself and earlier ones only. Default false. */
  readonly useCausalMask?: boolean | undefined;
}

interface Call extends HeadCallOptions {
  readonly returnAttentionScores?: boolean;
}

/** The defaults after the sizes, in Keras's order. */
export const headParameters = {
  kernelInitializer: "glorot_uniform",
  biasInitializer: "zeros",
  kernelRegularizer: null,
  biasRegularizer: null,
  activityRegularizer: null,
  kernelConstraint: null,
  biasConstraint: null,
  useGate: false,
  seed: null,
} as const;

/** The names of `headParameters`, in their order. */
export type HeadNames = [
  kernelInitializer: "kernelInitializer",
  biasInitializer: "biasInitializer",
  kernelRegularizer: "kernelRegularizer",
  biasRegularizer: "biasRegularizer",
  activityRegularizer: "activityRegularizer",
  kernelConstraint: "kernelConstraint",
  biasConstraint: "biasConstraint",
  useGate: "useGate",
  seed: "seed",
];

/** What attention with several heads shares. @see Keras `layers/attention/multi_head_attention.py` */
export abstract class HeadAttention extends LayerBase {
  static readonly callArguments: CallArguments = {
    tensors: ["query", "value", "key"],
    options: [
      "queryMask", "valueMask", "keyMask", "attentionMask", "returnAttentionScores", "training", "useCausalMask",
    ], // prettier-ignore
  };

  readonly dropout: number;
  readonly useBias: boolean;
  readonly useGate: boolean;
  readonly slidingWindow: number | null;
  readonly flashAttention: boolean | null;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  readonly seed: number | null;
  // The names are those of weights files.
  declare _gateDense: LayerBase;
  declare _softmax: Softmax;
  declare _dropoutLayer: Dropout;

  constructor(className: string, given: HeadOptions) {
    super(given);
    this.dropout = fraction(className, "dropout", given.dropout);
    this.useBias = given.useBias ?? true;
    this.useGate = given.useGate ?? false;
    this.slidingWindow =
      given.slidingWindow === null || given.slidingWindow === undefined
        ? null
        : positiveInteger(className, "slidingWindow", given.slidingWindow);
    this.flashAttention = given.flashAttention ?? (isFlashAttentionEnabled() ? null : false);
    this.kernelInitializer = getInitializer(given.kernelInitializer ?? "glorot_uniform");
    this.biasInitializer = getInitializer(given.biasInitializer ?? "zeros");
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer ?? null);
    this.biasRegularizer = getRegularizer(given.biasRegularizer ?? null);
    this.kernelConstraint = getConstraint(given.kernelConstraint ?? null);
    this.biasConstraint = getConstraint(given.biasConstraint ?? null);
    this.seed = given.seed ?? null;
    this.supportsMasking = true;
    if (this.flashAttention === true && this.dropout > 0) {
      throw new OptionError(
        `${className}: flash attention knows no dropout, received dropout ${this.dropout}. Leave one of them out.`,
      );
    }
  }

  /** Query, key and value by heads, after `build`. */
  protected abstract project(query: Tensor, key: Tensor, value: Tensor): readonly [Tensor, Tensor, Tensor];
  /** The result's projection to the output. */
  protected abstract projectOutput(attended: Tensor): Tensor;
  protected abstract get equations(): AttentionEquations;
  /** Size of one head, of which the scores are independent in scale. */
  protected abstract get headSize(): number;
  /** How many axes are attended along. */
  protected abstract get axesCount(): number;
  /** The penalty on the outputs of each projection. */
  protected abstract get outputPenalty(): Regularizer | null;

  /** Which queries are no padding. */
  protected queryMask(_query: Tensor, { queryMask }: HeadCallOptions): unknown {
    return queryMask;
  }

  /** Makes and builds one of the projections; name and equation as in Keras. */
  protected projection(
    name: string,
    { equation, biasAxes }: { readonly equation: string; readonly biasAxes: string },
    outputShape: Shape,
    inputShape: Shape,
    activation: string | null = null,
  ): LayerBase {
    const layer: LayerBase = EinsumDense(equation, outputShape, {
      name,
      activation,
      biasAxes: this.useBias ? biasAxes : null,
      dtype: this.dtypePolicy,
      kernelInitializer: copyOf(this.kernelInitializer),
      biasInitializer: copyOf(this.biasInitializer),
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      activityRegularizer: this.outputPenalty,
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
    });
    layer.ensureBuilt([inputShape]);
    return layer;
  }

  /** Values and keys must be as many. */
  protected checkLengths(value: Shape, key: Shape): void {
    const differ = value
      .slice(1, -1)
      .some((dim, i) => typeof dim === "number" && typeof key[i + 1] === "number" && dim !== key[i + 1]);
    if (!differ && value.length === key.length) return;
    throw new ShapeError(
      `${this.where}: expected value and key to have the same shape but for the last axis, received ${formatShape(value)} and ${formatShape(key)}.`,
    );
  }

  override call(query: Tensor, value: Tensor, ...rest: readonly unknown[]): unknown {
    // SAFETY: a layer's call gets its tensors, then one object of options; the key is there when it was given.
    const options = (rest.at(-1) ?? {}) as Call;
    const key = rest.length > 1 && rest[0] !== null ? (rest[0] as Tensor) : value; // SAFETY: as above
    const { training, useCausalMask = false, returnAttentionScores = false } = options;
    const padding = this.#padding(query, value, options);
    const gate = this.useGate ? (this._gateDense.invoke(query) as Tensor) : null; // SAFETY: tensors in, tensors out
    const [q, k, v] = this.project(query, key, value);
    const drops = this.dropout > 0 && training === true;
    const needsScores = drops || returnAttentionScores || q.dims.length !== 4;
    let output: Tensor;
    let scores: Tensor | null = null;
    if (needsScores) {
      if (this.flashAttention === true)
        throw new OptionError(`${this.where}: flash attention gives no scores. Leave flashAttention out.`);
      const causal = useCausalMask ? causalMask(query.dims[1] ?? 0, value.dims[1] ?? 0) : null;
      [output, scores] = this.#attend([q, k, v], both(padding, causal), training ?? null);
    } else {
      output = dotProductAttention(q, k, v, {
        mask: this.#expanded(padding, 4),
        scale: this.#scale,
        isCausal: useCausalMask,
        flashAttention: this.flashAttention,
      });
    }
    const projected = this.projectOutput(gate === null ? output : multiply(output, gate));
    return returnAttentionScores ? [projected, scores] : projected;
  }

  override computeMask(_inputs: unknown, previousMask?: unknown): unknown {
    return Array.isArray(previousMask) ? ((previousMask as unknown[])[0] ?? null) : (previousMask ?? null); // SAFETY: an array, just checked
  }

  override getConfig(): Record<string, unknown> {
    const { flashAttention: _runsHere, ...config } = super.getConfig();
    return { ...config, activityRegularizer: this.outputPenalty };
  }

  get #scale(): number {
    return 1 / Math.sqrt(this.headSize);
  }

  /** Scores and what they pick, by einsum: for dropout, any number of axes, and where the scores are asked for. */
  #attend(
    [query, key, value]: readonly [Tensor, Tensor, Tensor],
    mask: Tensor | null,
    training: boolean | null,
  ): [Tensor, Tensor] {
    const { dotProduct, combine, rank } = this.equations;
    const raw: Tensor = einsum(dotProduct, key, multiply(query, this.#scale));
    const scores = this._softmax.invoke(raw, { mask: this.#expanded(mask, rank) }) as Tensor; // SAFETY: tensors in, tensors out
    const kept = this.dropout > 0 ? (this._dropoutLayer.invoke(scores, { training }) as Tensor) : scores; // SAFETY: as above
    return [einsum(combine, kept, value), scores];
  }

  /** The masks of the inputs, the given mask and the window in one; the causal mask is apart. */
  #padding(query: Tensor, value: Tensor, options: Call): Tensor | null {
    const given = [this.queryMask(query, options), options.valueMask, options.keyMask];
    const [queryMask, valueMask, keyMask] = given.map(asMask);
    const window =
      this.slidingWindow === null
        ? null
        : slidingWindowMask(query.dims[1] ?? 0, value.dims[1] ?? 0, this.slidingWindow);
    return [
      queryMask ? expandDims(queryMask, -1) : null,
      valueMask ? expandDims(valueMask, -2) : null,
      keyMask ? expandDims(keyMask, -2) : null,
      window,
      asMask(options.attentionMask),
    ].reduce<Tensor | null>(both, null);
  }

  /** A mask with axes of size 1 for the heads and what else the scores have. */
  #expanded(mask: Tensor | null, rank: number): Tensor | null {
    let expanded = mask;
    while (expanded !== null && expanded.dims.length < rank) {
      expanded = expandDims(expanded, -2 * this.axesCount - 1) as Tensor; // SAFETY: tensor in, tensor out
    }
    return expanded;
  }
}

/** True where both masks are; null stands for true everywhere. */
function both(a: Tensor | null, b: Tensor | null): Tensor | null {
  if (a === null || b === null) return a ?? b;
  return logicalAnd(a, b) as Tensor; // SAFETY: tensors in, tensors out
}

/** An initializer of the same configuration, so that each projection draws its own values. */
function copyOf(initializer: Initializer): Initializer {
  // SAFETY: an initializer's class makes one from its configuration.
  const make = initializer.constructor as new (config: Readonly<Record<string, unknown>>) => Initializer;
  return new make(initializer.getConfig());
}
