import type { Activation, ActivationLike } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { ShapeTree } from "../../graph/layer-call.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Dim, EinsumDenseRule, EinsumOutput, Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Spec } from "../../ops/core/abstract.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import type { Value } from "../../ops/core/value.ts";
import { einsum } from "../../ops/einsum.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { Tree } from "../../util/tree.ts";
import { AdaptableLayer, type AdaptationOptions, type MainWeight } from "./adaptable-layer.ts";
import { type EinsumShapes, einsumShapes, parseEquation } from "./einsum-shapes.ts";
import type { DTypeIn, FromConfig, LayerKind, PairForm, SettingsIn, Values } from "../constructor.ts";

export interface EinsumDenseOptions<D extends DType = DType> extends LayerOptions<D>, AdaptationOptions {
  /** Applied to the result. Default none. */
  readonly activation?: ActivationLike | null | undefined;
  /** Letters of the output's axes that have a bias. Default none. */
  readonly biasAxes?: string | null | undefined;
  /** Default `"glorot_uniform"`. */
  readonly kernelInitializer?: InitializerLike | undefined;
  /** Default `"zeros"`. */
  readonly biasInitializer?: InitializerLike | undefined;
  readonly kernelRegularizer?: RegularizerLike | null | undefined;
  readonly biasRegularizer?: RegularizerLike | null | undefined;
  readonly kernelConstraint?: ConstraintLike | null | undefined;
  readonly biasConstraint?: ConstraintLike | null | undefined;
  /** For a way of quantizing that is not supported (GPTQ): only null. */
  readonly gptqUnpackedColumnSize?: null | undefined;
}

type Bound = EinsumDenseOptions & { readonly equation: string; readonly outputShape: Dim | Shape };

class EinsumDenseLayer extends AdaptableLayer {
  static readonly className = "EinsumDense";
  static readonly parameters: ParameterTable = {
    equation: required,
    outputShape: required,
    activation: null,
    biasAxes: null,
    kernelInitializer: "glorot_uniform",
    biasInitializer: "zeros",
    kernelRegularizer: null,
    biasRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
    loraRank: null,
    loraAlpha: null,
    gptqUnpackedColumnSize: null,
    quantizationConfig: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly equation: string;
  /** Sizes of the output without the batch axis and without elided ones. */
  readonly outputShape: Shape;
  readonly activation: Activation;
  readonly biasAxes: string | null;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  declare kernel: Variable;
  declare bias: Variable | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("EinsumDense", EinsumDenseLayer.parameters, args);
    super(given);
    if ((given.gptqUnpackedColumnSize ?? null) !== null)
      throw new OptionError(
        `${this.where}: \`gptqUnpackedColumnSize\` is for GPTQ, which is not supported. Leave it out.`,
      );
    this.equation = String(given.equation).replaceAll(" ", "");
    parseEquation("EinsumDense", this.equation);
    this.outputShape =
      typeof given.outputShape === "number" || given.outputShape === null
        ? [given.outputShape]
        : given.outputShape;
    this.activation = getActivation(given.activation);
    this.biasAxes = given.biasAxes ?? null;
    this.kernelInitializer = getInitializer(given.kernelInitializer ?? "glorot_uniform");
    this.biasInitializer = getInitializer(given.biasInitializer ?? "zeros");
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
  }

  override build(inputShape: Shape): void {
    const { kernel, bias } = this.#shapesFor(inputShape);
    this.kernel = this.addWeight({
      name: "kernel",
      shape: kernel,
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.bias =
      bias === null
        ? null
        : this.addWeight({
            name: "bias",
            shape: bias,
            initializer: this.biasInitializer,
            regularizer: this.biasRegularizer,
            constraint: this.biasConstraint,
          });
    if (this.loraRank !== null) this.addLowRank(this.loraRank, { loraAlpha: this.loraAlpha });
  }

  override get mainWeight(): MainWeight {
    const { kernel: variable, kernelRegularizer: regularizer, kernelConstraint: constraint } = this;
    return { variable, shape: variable.shape, regularizer, constraint };
  }

  override call(inputs: Tensor, _options?: unknown): Tensor {
    const product: Tensor = einsum(this.equation, inputs, this.adapted(this.kernel.value));
    return this.activation(this.bias === null ? product : add(product, this.bias.value));
  }

  override computeOutputSpec([inputs]: readonly unknown[]): Tree<Spec> {
    const { shape } = inputs as Value; // SAFETY: the call's only tensor
    return { shape: this.#shapesFor(shape).output, dtype: this.computeDtype };
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    return this.#shapesFor(inputShape as Shape).output; // SAFETY: the layer takes one tensor
  }

  override getConfig(): Record<string, unknown> {
    const { gptqUnpackedColumnSize: _, ...config } = super.getConfig();
    return { ...config, activityRegularizer: this.activityRegularizer };
  }

  #shapesFor(inputShape: Shape): EinsumShapes {
    return einsumShapes(this.where, this.equation, this.biasAxes, inputShape, this.outputShape);
  }
}

export interface EinsumDense<
  E extends string = string,
  T extends EinsumOutput = EinsumOutput,
  D extends DType = DType,
>
  extends EinsumDenseLayer, LayerCall<EinsumDenseRule<E, T, D>> {}

interface EinsumDenseKind extends LayerKind {
  readonly layer: EinsumDense<
    SettingsIn<this, Equation>["equation"],
    SettingsIn<this, Equation>["outputShape"],
    DTypeIn<this>
  >;
}

interface Equation {
  readonly equation: string;
  readonly outputShape: EinsumOutput;
}

type Form<P extends readonly PropertyKey[], V extends readonly unknown[] = []> = PairForm<
  EinsumDenseKind,
  EinsumDenseOptions,
  "equation",
  string,
  "outputShape",
  EinsumOutput,
  EinsumOutput,
  "outputShape",
  P,
  V
>;

type EquationNames = [equation: "equation", outputShape: "outputShape"];

export interface EinsumDenseConstructor
  extends
    Form<
      EquationNames,
      Values<
        [
          activation: "activation",
          biasAxes: "biasAxes",
          kernelInitializer: "kernelInitializer",
          biasInitializer: "biasInitializer",
          kernelRegularizer: "kernelRegularizer",
          biasRegularizer: "biasRegularizer",
          kernelConstraint: "kernelConstraint",
          biasConstraint: "biasConstraint",
        ],
        EinsumDenseOptions
      >
    >,
    Form<[]>,
    Form<[equation: "equation"]>,
    Form<EquationNames>,
    FromConfig<EinsumDenseKind> {}

/**
 * `activation(einsum(equation, x, kernel) + bias)`: a dense layer over any axes.
 *
 * @param equation - Input, kernel and output: `"ab,bc->ac"`, `"...x,xy->...y"`, `"ab...,bc->ac..."`.
 * @param outputShape - Sizes of the output without the batch axis and without elided ones; null where the input tells.
 * @throws {OptionError} for an equation of another form.
 * @throws {ShapeError} when the equation does not fit the input.
 * @example
 * const y = EinsumDense("...x,xy->...y", 4)(Input({ shape: [3, 5] })); // y.shape → [null, 3, 4]
 * @see Keras `layers/core/einsum_dense.py`
 */
export const EinsumDense: EinsumDenseConstructor = callable<typeof EinsumDenseLayer, EinsumDenseConstructor>(
  EinsumDenseLayer,
);
