import type { Activation } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import { formatShape } from "../../ir/shape.ts";
import type { DataFormat, PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { convTranspose } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import {
  bindParameters,
  type Given,
  type ParameterTable,
  positiveInteger,
  required,
} from "../../util/parameters.ts";
import type { FromConfig, LayerKind } from "../constructor.ts";
import type {
  Filters,
  KernelValues,
  Strides,
  StridesPadding,
  WindowForm,
  WindowName,
} from "./constructor.ts";
import { addBias } from "./base-conv.ts";
import {
  channelAxis,
  dataFormatOf,
  type KernelOptions,
  tupleOf,
  type WindowOptions,
} from "./kernel-options.ts";

export interface ConvTransposeOptions extends WindowOptions, KernelOptions {
  /** Extra size of the output along each spatial axis; below the stride. Default: inferred from the padding. */
  readonly outputPadding?: PerAxis | null | undefined;
}

interface Bound extends Given<Omit<ConvTransposeOptions, keyof LayerOptions>>, LayerOptions {
  readonly filters: number;
  readonly kernelSize: PerAxis;
}

/** The parameters of a transposed convolution over so many spatial axes. */
export function convTransposeParameters(rank: number): ParameterTable {
  const one = rank === 1 ? 1 : new Array<number>(rank).fill(1);
  return {
    filters: required,
    kernelSize: required,
    strides: one,
    padding: "valid",
    // Keras has the two the other way round in three dimensions.
    ...(rank === 3 ? { dataFormat: null, outputPadding: null } : { outputPadding: null, dataFormat: null }),
    dilationRate: one,
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
}

type Form<
  K extends LayerKind,
  P extends readonly (Filters[number] | Chosen)[],
  V extends readonly unknown[] = [],
> = WindowForm<K, ConvTransposeOptions, Filters[number], Chosen, P, V>;

type Chosen = WindowName | "outputPadding";

/** How a transposed convolution of kind K is made; A and B are what follows the padding, in its order. */
export interface ConvTransposeConstructor<
  K extends LayerKind,
  A extends readonly Chosen[] = [outputPadding: "outputPadding"],
  B extends readonly Chosen[] = [dataFormat: "dataFormat"],
>
  extends
    Form<
      K,
      [...Filters, ...StridesPadding, ...A, ...B, dilationRate: "dilationRate"],
      KernelValues<ConvTransposeOptions>
    >,
    Form<K, []>,
    Form<K, [filters: "filters"]>,
    Form<K, [...Filters, ...Strides]>,
    Form<K, [...Filters, ...StridesPadding]>,
    Form<K, [...Filters, ...StridesPadding, ...A]>,
    Form<K, [...Filters, ...StridesPadding, ...A, ...B]>,
    Form<K, Filters>,
    FromConfig<K> {}

/** What the transposed convolutions share. @see Keras `layers/convolutional/base_conv_transpose.py` */
export abstract class BaseConvTranspose extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly rank: number;
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
  readonly outputPadding: readonly number[] | null;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
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

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, convTransposeParameters(rank), args);
    super(given);
    this.rank = rank;
    this.filters = positiveInteger(className, "filters", given.filters);
    this.kernelSize = tupleOf(className, "kernelSize", given.kernelSize, rank);
    this.strides = tupleOf(className, "strides", given.strides, rank);
    this.dilationRate = tupleOf(className, "dilationRate", given.dilationRate, rank);
    this.padding = oneOf(className, "padding", given.padding, ["valid", "same"]);
    this.outputPadding =
      given.outputPadding === null ? null : tupleOf(className, "outputPadding", given.outputPadding, rank, 0);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias;
    this.kernelInitializer = getInitializer(given.kernelInitializer);
    this.biasInitializer = getInitializer(given.biasInitializer);
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1)) {
      throw new OptionError(
        `${className}: strides above 1 and a dilationRate above 1 do not go together, received ${formatShape(this.strides)} and ${formatShape(this.dilationRate)}.`,
      );
    }
    const tooWide = this.outputPadding?.findIndex((extra, i) => extra >= (this.strides[i] ?? 1)) ?? -1;
    if (tooWide >= 0) {
      throw new OptionError(
        `${className}: expected \`outputPadding\` below \`strides\`, received ${formatShape(this.outputPadding ?? [])} and ${formatShape(this.strides)}.`,
      );
    }
  }

  override build(inputShape: Shape): void {
    const channels = inputShape.at(channelAxis(this.dataFormat));
    if (channels === null || channels === undefined) {
      throw new ShapeError(
        `${this.where}: expected an input whose channels are known, received ${formatShape(inputShape)}.`,
      );
    }
    this.inputSpec = new InputSpec({
      ndim: this.rank + 2,
      axes: { [channelAxis(this.dataFormat)]: channels },
    });
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, this.filters, channels],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: "bias",
          shape: [this.filters],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : null;
  }

  /** Unlike other layers, Keras's convolutions always write their activity regularizer. */
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activityRegularizer: this.activityRegularizer };
  }

  override call(inputs: Tensor): unknown {
    const { strides, padding, outputPadding, dataFormat, dilationRate } = this;
    const convolved = convTranspose(inputs, this.kernel, {
      strides,
      padding,
      outputPadding,
      dataFormat,
      dilationRate,
    });
    return this.activation(addBias(convolved as Tensor, this.bias, dataFormat, this.rank)); // SAFETY: tensor in, tensor out
  }
}
