import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { subtract } from "../../ops/arithmetic.ts";
import { softmax } from "../../ops/activations.ts";
import { logicalAnd } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { matmul } from "../../ops/products.ts";
import { expandDims } from "../../ops/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { dropout, fraction } from "../regularization/noise.ts";
import { asMask, causalMask } from "./masks.ts";

export interface BaseAttentionOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Whether the scores are scaled by a weight. */
  readonly useScale?: boolean | undefined;
  /** Share of the scores that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Seed of the dropout. Default null: random. */
  readonly seed?: number | null | undefined;
}

/** Options of one call of `Attention` and `AdditiveAttention`. */
export interface AttentionCallOptions {
  /** `[queryMask, valueMask]`, either of which may be null. Default: the masks of the inputs. */
  readonly mask?: readonly unknown[] | null | undefined;
  readonly training?: boolean | null | undefined;
  /** Whether the scores after masking and softmax are returned as well. Default false. */
  readonly returnAttentionScores?: boolean | undefined;
  /** Whether a position sees itself and earlier ones only. Default false. */
  readonly useCausalMask?: boolean | undefined;
}

/** What attention over `[query, value, key]` shares, whatever its scores. @see Keras `layers/attention/attention.py` */
export abstract class BaseAttention extends LayerBase {
  static readonly takesList: boolean = true;
  static readonly callArguments: CallArguments = {
    tensors: ["inputs"],
    options: ["mask", "training", "returnAttentionScores", "useCausalMask"],
  };

  readonly useScale: boolean;
  readonly dropout: number;
  readonly seed: number | null;
  /** Null where nothing is drawn. */
  readonly seedGenerator: SeedGenerator | null;
  declare scale: Variable | null;

  constructor(className: string, given: BaseAttentionOptions) {
    super(given);
    this.useScale = given.useScale ?? false;
    this.dropout = fraction(className, "dropout", given.dropout ?? 0);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.dropout > 0 ? new SeedGenerator(this.seed) : null;
    this.supportsMasking = true;
  }

  /** How well each query fits each key: `[batch, Tq, Tv]`. */
  protected abstract scores(query: Tensor, key: Tensor): Tensor;

  override build(inputShape: readonly Shape[]): void {
    this.#checkCount(inputShape);
    const [query, value, key = value] = inputShape;
    const [wanted, found] = [query?.at(-1), key?.at(-1)];
    if (typeof wanted === "number" && typeof found === "number" && wanted !== found) {
      throw new ShapeError(
        `${this.where}: expected query and key with equal last axes, received ${wanted} and ${found}.`,
      );
    }
  }

  override call(inputs: readonly Tensor[], options: AttentionCallOptions = {}): unknown {
    const { training, returnAttentionScores = false, useCausalMask = false } = options;
    const [query, value, key = value] = inputs;
    this.#checkCount(inputs);
    if (query === undefined || value === undefined || key === undefined) {
      throw new ShapeError(`${this.where}: expected tensors for query and value.`);
    }
    const [queryMask, valueMask] = this.#masks(options.mask);
    const scores = this.scores(query, key);
    const seen = visible(scores, valueMask, useCausalMask);
    const hidden = scores.dtype === "float16" ? 65504 : 1e9;
    const masked: Tensor = seen === null ? scores : where(seen, scores, subtract(scores, hidden));
    let weights: Tensor = softmax(masked, { axis: -1 });
    if (training === true && this.seedGenerator !== null) {
      weights = dropout(weights, this.dropout, weights.dims, this.seedGenerator);
    }
    const attended: Tensor = matmul(weights, value);
    const output: Tensor = queryMask === null ? attended : where(expandDims(queryMask, -1), attended, 0);
    return returnAttentionScores ? [output, weights] : output;
  }

  override computeMask(_inputs: unknown, previousMask?: unknown): unknown {
    return Array.isArray(previousMask) ? ((previousMask as unknown[])[0] ?? null) : null; // SAFETY: an array, just checked
  }

  #masks(mask: unknown): readonly [query: Tensor | null, value: Tensor | null] {
    if (mask === null || mask === undefined) return [null, null];
    if (!Array.isArray(mask) || mask.length < 2 || mask.length > 3) {
      throw new OptionError(`${this.where}: expected \`mask\` to be [queryMask, valueMask], either null.`);
    }
    return [asMask(mask[0]), asMask(mask[1])];
  }

  #checkCount(list: unknown): void {
    const isList = Array.isArray(list) && list.every((item) => typeof item !== "number" && item !== null);
    if (isList && (list.length === 2 || list.length === 3)) return;
    throw new ShapeError(
      `${this.where}: expected a list [query, value] or [query, value, key], received ${isList ? `${list.length} inputs` : "one input"}.`,
    );
  }
}

/** Which scores count: those of values that are no padding and, for a causal mask, not behind the query. */
function visible(scores: Tensor, valueMask: Tensor | null, isCausal: boolean): Tensor | null {
  const values: Tensor | null = valueMask === null ? null : expandDims(valueMask, -2);
  if (!isCausal) return values;
  const causal = causalMask(scores.dims.at(-2) ?? 0, scores.dims.at(-1) ?? 0);
  return values === null ? causal : logicalAnd(values, causal);
}
