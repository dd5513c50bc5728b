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
import type { DataFormat, Padding, PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import { conv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { pad } from "../../ops/rearranging.ts";
import { reshape } from "../../ops/shape.ts";
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
import {
  channelAxis,
  dataFormatOf,
  type KernelOptions,
  tupleOf,
  type WindowOptions,
} from "./kernel-options.ts";

export interface ConvOptions extends WindowOptions, KernelOptions {
  /** Groups of channels that are convolved separately. Default 1. */
  readonly groups?: number | undefined;
}

interface Bound extends Given<Omit<ConvOptions, keyof LayerOptions>>, LayerOptions {
  readonly filters: number;
  readonly kernelSize: PerAxis;
}

/** The parameters of a convolution over so many spatial axes: Keras's names, order and defaults. */
export function convParameters(rank: number): ParameterTable {
  const one = rank === 1 ? 1 : new Array<number>(rank).fill(1);
  return {
    filters: required,
    kernelSize: required,
    strides: one,
    padding: "valid",
    dataFormat: null,
    dilationRate: one,
    groups: 1,
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
  P extends readonly (Filters[number] | WindowName)[],
  V extends readonly unknown[] = [],
> = WindowForm<K, ConvOptions, Filters[number], WindowName, P, V>;

/** How a convolution of kind K is made. */
export interface ConvConstructor<K extends LayerKind>
  extends
    Form<
      K,
      [...Filters, ...StridesPadding, dataFormat: "dataFormat", dilationRate: "dilationRate"],
      [groups: ConvOptions["groups"], ...KernelValues<ConvOptions>]
    >,
    Form<K, []>,
    Form<K, [filters: "filters"]>,
    Form<K, [...Filters, ...Strides]>,
    Form<K, [...Filters, ...StridesPadding]>,
    Form<K, [...Filters, ...StridesPadding, dataFormat: "dataFormat"]>,
    Form<K, Filters>,
    FromConfig<K> {}

/** What Conv1D, Conv2D and Conv3D share. @see Keras `layers/convolutional/base_conv.py` */
export abstract class BaseConv extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly rank: number;
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly groups: number;
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
    const given = bindParameters<Bound>(className, convParameters(rank), args);
    super(given);
    this.rank = rank;
    this.filters = positiveInteger(className, "filters", given.filters);
    this.kernelSize = tupleOf(className, "kernelSize", given.kernelSize, rank);
    this.strides = tupleOf(className, "strides", given.strides, rank);
    this.dilationRate = tupleOf(className, "dilationRate", given.dilationRate, rank);
    this.padding = oneOf(
      className,
      "padding",
      given.padding,
      rank === 1 ? ["valid", "same", "causal"] : ["valid", "same"],
    );
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.groups = positiveInteger(className, "groups", given.groups);
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias;
    this.kernelInitializer = getInitializer(given.kernelInitializer);
    this.biasInitializer = getInitializer(given.biasInitializer);
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    if (this.filters % this.groups !== 0) {
      throw new OptionError(
        `${className}: expected \`filters\` to be a multiple of \`groups\`, received ${this.filters} and ${this.groups}.`,
      );
    }
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1)) {
      throw new OptionError(
        `${className}: strides above 1 and a dilationRate above 1 do not go together, received ${formatShape(this.strides)} and ${formatShape(this.dilationRate)}.`,
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
    if (channels % this.groups !== 0) {
      throw new ShapeError(
        `${this.where}: expected a number of channels divisible by groups (${this.groups}), received ${channels}.`,
      );
    }
    this.inputSpec = new InputSpec({
      ndim: this.rank + 2,
      axes: { [channelAxis(this.dataFormat)]: channels },
    });
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, channels / this.groups, this.filters],
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
    const isCausal = this.padding === "causal";
    const convolved = conv(isCausal ? this.#padCausally(inputs) : inputs, this.kernel, {
      strides: this.strides,
      padding: isCausal ? "valid" : this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
    });
    return this.activation(addBias(convolved as Tensor, this.bias, this.dataFormat, this.rank)); // SAFETY: tensor in, tensor out
  }

  /** Zeros before the sequence, so that no output depends on later inputs. */
  #padCausally(inputs: Tensor): Tensor {
    const before = (this.dilationRate[0] ?? 1) * ((this.kernelSize[0] ?? 1) - 1);
    const widths: readonly (readonly [number, number])[] =
      this.dataFormat === "channels_last"
        ? [
            [0, 0],
            [before, 0],
            [0, 0],
          ]
        : [
            [0, 0],
            [0, 0],
            [before, 0],
          ];
    return pad(inputs, widths) as Tensor; // SAFETY: tensor in, tensor out
  }
}

/** Adds a bias to each channel. */
export function addBias(x: Tensor, bias: Variable | null, dataFormat: DataFormat, rank: number): Tensor {
  if (bias === null) return x;
  if (dataFormat === "channels_last") return add(x, bias) as Tensor; // SAFETY: tensor in, tensor out
  return add(x, reshape(bias, [1, bias.size, ...new Array<number>(rank).fill(1)])) as Tensor; // SAFETY: as above
}
