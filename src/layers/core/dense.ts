import type { Activation, ActivationLike } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import { formatShape } from "../../ir/shape.ts";
import type { DenseRule, Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import { matmul } from "../../ops/products.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";
import { AdaptableLayer, type AdaptationOptions, type MainWeight } from "./adaptable-layer.ts";
import type { KernelValues } from "../convolutional/constructor.ts";

export interface DenseOptions<D extends DType = DType> extends LayerOptions<D>, AdaptationOptions {
  /** Applied to the result. Default none. */
  readonly activation?: ActivationLike | null | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Default `"glorot_uniform"`. */
  readonly kernelInitializer?: InitializerLike | undefined;
  /** Default `"zeros"`. */
  readonly biasInitializer?: InitializerLike | undefined;
  readonly kernelRegularizer?: RegularizerLike | null | undefined;
  readonly biasRegularizer?: RegularizerLike | null | undefined;
  readonly kernelConstraint?: ConstraintLike | null | undefined;
  readonly biasConstraint?: ConstraintLike | null | undefined;
}

type Bound = Required<Omit<DenseOptions, keyof LayerOptions>> & LayerOptions & { readonly units: number };

class DenseLayer extends AdaptableLayer {
  static readonly className = "Dense";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: null,
    useBias: true,
    kernelInitializer: "glorot_uniform",
    biasInitializer: "zeros",
    kernelRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
    loraRank: null,
    loraAlpha: null,
    quantizationConfig: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly units: number;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  declare kernel: Variable;
  declare bias: Variable | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("Dense", DenseLayer.parameters, args);
    super(given);
    this.units = positiveInteger("Dense", "units", given.units);
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias ?? true;
    this.kernelInitializer = getInitializer(given.kernelInitializer ?? "glorot_uniform");
    this.biasInitializer = getInitializer(given.biasInitializer ?? "zeros");
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer ?? null);
    this.biasRegularizer = getRegularizer(given.biasRegularizer ?? null);
    this.kernelConstraint = getConstraint(given.kernelConstraint ?? null);
    this.biasConstraint = getConstraint(given.biasConstraint ?? null);
    this.inputSpec = new InputSpec({ minNdim: 2 });
    this.supportsMasking = true;
  }

  override build(inputShape: Shape): void {
    const inputDim = inputShape.at(-1);
    if (inputDim === null || inputDim === undefined) {
      throw new ShapeError(
        `${this.where}: expected an input whose last axis is known, received ${formatShape(inputShape)}. Give Input a size there.`,
      );
    }
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [inputDim, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: "bias",
          shape: [this.units],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : null;
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: inputDim } });
    // As in Keras, `loraAlpha` is the rank then; `enableLora` takes another.
    if (this.loraRank !== null) this.addLowRank(this.loraRank);
  }

  override get mainWeight(): MainWeight {
    const { kernel: variable, kernelRegularizer: regularizer, kernelConstraint: constraint } = this;
    return { variable, shape: variable.shape, regularizer, constraint };
  }

  override call(inputs: Tensor, _options?: unknown): Tensor {
    const product = matmul(inputs, this.adapted(this.kernel.value));
    return this.activation(this.bias === null ? product : add(product, this.bias));
  }

  override getConfig(): Record<string, unknown> {
    const { activityRegularizer, ...config } = super.getConfig();
    return activityRegularizer === null ? config : { ...config, activityRegularizer };
  }
}

export interface Dense<U extends number = number, D extends DType = DType>
  extends DenseLayer, LayerCall<DenseRule<U, D>> {}

interface DenseKind extends LayerKind {
  readonly layer: Dense<SettingsIn<this, number>, DTypeIn<this>>;
}

export interface DenseConstructor extends SettingConstructor<
  DenseKind,
  DenseOptions,
  [units: "units"],
  number,
  KernelValues<DenseOptions>
> {}

/**
 * Densely connected layer: `activation(x · kernel + bias)` over the last axis.
 *
 * Shapes: input `[batch, …, n]` → output `[batch, …, units]`; kernel `[n, units]`, bias `[units]`.
 *
 * @param units - Size of the last output axis; a positive integer.
 * @throws {ShapeError} when the last input axis is unknown, or differs from the one the layer was built with.
 * @example
 * const y = Dense(2)(Input({ shape: [4] })); // y.shape → [null, 2]
 * @see Keras `layers/core/dense.py`
 */
export const Dense: DenseConstructor = callable<typeof DenseLayer, DenseConstructor>(DenseLayer);
