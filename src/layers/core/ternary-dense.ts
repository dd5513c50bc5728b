import type { Activation } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DenseRule, Shape } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { greater } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { mean } from "../../ops/reductions.ts";
import { absolute, sign, stopGradient } from "../../ops/unary-math.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, positiveInteger, required } from "../../util/parameters.ts";
import type { AdaptationOptions } from "./adaptable-layer.ts";
import type { DenseOptions } from "./dense.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";
import type { KernelValues } from "../convolutional/constructor.ts";

export interface TernaryDenseOptions<D extends DType = DType> extends Omit<
  DenseOptions<D>,
  keyof AdaptationOptions
> {
  /** Kernel values up to it count as 0. Default null: half their mean size, and results are scaled by that size. */
  readonly threshold?: number | null | undefined;
}

type Bound = TernaryDenseOptions & { readonly units: number };

class TernaryDenseLayer extends LayerBase {
  static readonly className = "TernaryDense";
  static readonly parameters: ParameterTable = {
    units: required,
    threshold: null,
    activation: null,
    useBias: true,
    kernelInitializer: "glorot_uniform",
    biasInitializer: "zeros",
    kernelRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly units: number;
  readonly threshold: number | null;
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
    const given = bindParameters<Bound>("TernaryDense", TernaryDenseLayer.parameters, args);
    super(given);
    this.units = positiveInteger("TernaryDense", "units", given.units);
    const { threshold = null } = given;
    if (threshold !== null && !(threshold >= 0)) {
      throw new OptionError(
        `TernaryDense: expected \`threshold\` to be a number >= 0 or null, received ${JSON.stringify(threshold)}.`,
      );
    }
    this.threshold = threshold;
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias ?? true;
    this.kernelInitializer = getInitializer(given.kernelInitializer ?? "glorot_uniform");
    this.biasInitializer = getInitializer(given.biasInitializer ?? "zeros");
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.inputSpec = new InputSpec({ minNdim: 2 });
    this.supportsMasking = true;
  }

  override build(inputShape: Shape): void {
    const inputDim = inputShape.at(-1) ?? null;
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
  }

  override call(inputs: Tensor): Tensor {
    const kernel = this.kernel.value;
    const size: Tensor = mean(absolute(kernel));
    const limit = this.threshold ?? multiply(size, 0.5);
    const ternary: Tensor = multiply(sign(kernel), cast(greater(absolute(kernel), limit), kernel.dtype));
    // The gradient passes straight through the rounding.
    const used: Tensor = add(kernel, stopGradient(subtract(ternary, kernel)));
    const product: Tensor = matmul(inputs, used);
    const scaled: Tensor = this.threshold === null ? multiply(product, size) : product;
    return this.activation(this.bias === null ? scaled : add(scaled, this.bias.value));
  }
}

export interface TernaryDense<U extends number = number, D extends DType = DType>
  extends TernaryDenseLayer, LayerCall<DenseRule<U, D>> {}

interface TernaryDenseKind extends LayerKind {
  readonly layer: TernaryDense<SettingsIn<this, number>, DTypeIn<this>>;
}

export interface TernaryDenseConstructor extends SettingConstructor<
  TernaryDenseKind,
  TernaryDenseOptions,
  [units: "units"],
  number,
  [threshold: TernaryDenseOptions["threshold"], ...KernelValues<TernaryDenseOptions>]
> {}

/**
 * A dense layer whose kernel is rounded to −1, 0 and 1 when it is used.
 *
 * Shapes: input `[batch, …, n]` → output `[batch, …, units]`; kernel `[n, units]`, bias `[units]`.
 *
 * @param units - Size of the last output axis; a positive integer.
 * @throws {ShapeError} when the last input axis is unknown.
 * @see Keras `layers/core/ternary_dense.py`
 */
export const TernaryDense: TernaryDenseConstructor = callable<
  typeof TernaryDenseLayer,
  TernaryDenseConstructor
>(TernaryDenseLayer);
