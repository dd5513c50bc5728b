import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { EmbeddingRule, Shape } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import { notEqual } from "../../ops/comparison.ts";
import type { TensorInput } from "../../ops/core/convert.ts";
import { expectIndices } from "../../ops/core/index-range.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { take } from "../../ops/taking.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, positiveInteger, required } from "../../util/parameters.ts";
import { layerOptionNames } from "../../util/parameters.ts";
import { warnOnce } from "../../util/errors.ts";
import {
  adaptationNames,
  AdaptableLayer,
  type AdaptationOptions,
  type MainWeight,
} from "./adaptable-layer.ts";
import type { DTypeIn, FromConfig, LayerKind, SettingForm, SettingsIn, Values } from "../constructor.ts";

export interface EmbeddingOptions<N extends number = number, D extends DType = DType>
  extends LayerOptions<D>, AdaptationOptions {
  /** Number of indices, 0 … inputDim − 1. */
  readonly inputDim?: number | undefined;
  /** Size of the vector for each. */
  readonly outputDim?: N | undefined;
  /** Default `"uniform"`. */
  readonly embeddingsInitializer?: InitializerLike | undefined;
  readonly embeddingsRegularizer?: RegularizerLike | null | undefined;
  readonly embeddingsConstraint?: ConstraintLike | null | undefined;
  /** Whether index 0 is padding, left out by the layers that follow. Default false. */
  readonly maskZero?: boolean | undefined;
  /** Initial vectors, in place of an initializer's: nested numbers or a tensor of shape `[inputDim, outputDim]`. */
  readonly weights?: TensorInput | readonly TensorInput[] | null | undefined;
}

/** The computation of `Embedding`, for layers that extend it. */
export class EmbeddingLayer extends AdaptableLayer {
  static readonly className: string = "Embedding";
  static readonly parameters: ParameterTable = {
    inputDim: required,
    outputDim: required,
    embeddingsInitializer: "uniform",
    embeddingsRegularizer: null,
    embeddingsConstraint: null,
    maskZero: false,
    weights: null,
    loraRank: null,
    loraAlpha: null,
    quantizationConfig: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly inputDim: number;
  readonly outputDim: number;
  readonly embeddingsInitializer: Initializer;
  readonly embeddingsRegularizer: Regularizer | null;
  readonly embeddingsConstraint: Constraint | null;
  readonly maskZero: boolean;
  declare embeddings: Variable;

  constructor(...args: readonly unknown[]) {
    const { parameters } = new.target;
    const given = bindParameters<EmbeddingOptions>(new.target.className, parameters, args, [
      ...layerOptionNames,
      ...adaptationNames.filter((name) => !(name in parameters)),
      "inputLength",
    ]);
    // Indices may come as floats of any precision: they are not cast beforehand.
    super({ ...given, autocast: false });
    this.inputDim = positiveInteger(this.className, "inputDim", given.inputDim);
    this.outputDim = positiveInteger(this.className, "outputDim", given.outputDim);
    this.embeddingsInitializer = getInitializer(given.embeddingsInitializer ?? "uniform");
    this.embeddingsRegularizer = getRegularizer(given.embeddingsRegularizer);
    this.embeddingsConstraint = getConstraint(given.embeddingsConstraint);
    this.maskZero = given.maskZero ?? false;
    this.supportsMasking = this.maskZero;
    if ("inputLength" in given) warnOnce("Embedding: `inputLength` has no effect; leave it out.");
    const { weights = null } = given;
    if (weights === null) return;
    this.ensureBuilt([[null]]);
    const only: unknown = Array.isArray(weights) && weights.length === 1 ? weights[0] : weights;
    this.embeddings.assign(only as TensorInput); // SAFETY: assign checks it
  }

  override build(_inputShape: Shape): void {
    this.embeddings = this.addWeight({
      name: "embeddings",
      shape: [this.inputDim, this.outputDim],
      initializer: this.embeddingsInitializer,
      regularizer: this.embeddingsRegularizer,
      constraint: this.embeddingsConstraint,
    });
    // As in Keras, `loraAlpha` is the rank then; `enableLora` takes another.
    if (this.loraRank !== null) this.addLowRank(this.loraRank);
  }

  override get mainWeight(): MainWeight {
    const {
      embeddings: variable,
      embeddingsRegularizer: regularizer,
      embeddingsConstraint: constraint,
    } = this;
    return { variable, shape: [this.inputDim, this.outputDim], regularizer, constraint };
  }

  override call(inputs: Tensor, _options?: unknown): Tensor {
    const advice = "Give `inputDim` one more than the largest index.";
    expectIndices(inputs, { where: this.where, size: this.inputDim, except: null, advice });
    const indices = inputs.dtype === "int64" ? inputs : cast(inputs, "int32");
    return cast(take(this.adapted(this.embeddings.value), indices, { axis: 0 }), this.computeDtype);
  }

  override computeMask(inputs: unknown): unknown {
    return this.maskZero ? notEqual(inputs as Tensor, 0) : null; // SAFETY: one tensor, or a symbolic one
  }

  override getConfig(): Record<string, unknown> {
    const { weights: _, ...config } = super.getConfig();
    return { ...config, activityRegularizer: this.activityRegularizer };
  }
}

export interface Embedding<N extends number = number, D extends DType = DType>
  extends EmbeddingLayer, LayerCall<EmbeddingRule<N, D>> {}

interface EmbeddingKind extends LayerKind {
  readonly layer: Embedding<SettingsIn<this, number>, DTypeIn<this>>;
}

type Form<P extends readonly PropertyKey[], V extends readonly unknown[] = []> = SettingForm<
  EmbeddingKind,
  EmbeddingOptions,
  "outputDim",
  number,
  number,
  "outputDim",
  P,
  V,
  { readonly inputDim: number }
>;

type Sizes = [inputDim: "inputDim", outputDim: "outputDim"];

export interface EmbeddingConstructor
  extends
    Form<
      Sizes,
      Values<
        [
          embeddingsInitializer: "embeddingsInitializer",
          embeddingsRegularizer: "embeddingsRegularizer",
          embeddingsConstraint: "embeddingsConstraint",
          maskZero: "maskZero",
          weights: "weights",
        ],
        EmbeddingOptions
      >
    >,
    Form<[]>,
    Form<[inputDim: "inputDim"]>,
    Form<Sizes>,
    FromConfig<EmbeddingKind> {}

/**
 * A learnt vector for each index: `[batch, …]` → `[batch, …, outputDim]`; embeddings `[inputDim, outputDim]`.
 *
 * @param inputDim - Number of indices, 0 … inputDim − 1.
 * @param outputDim - Size of the vector for each.
 * @throws {OptionError} when a size is not a positive integer.
 * @example
 * const y = Embedding(1000, 64)(Input({ shape: [10] })); // y.shape → [null, 10, 64]
 * @see Keras `layers/core/embedding.py`
 */
export const Embedding: EmbeddingConstructor = callable<typeof EmbeddingLayer, EmbeddingConstructor>(
  EmbeddingLayer,
);
