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
import { depthwiseConv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { ShapeError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import {
  bindParameters,
  type Given,
  type ParameterTable,
  positiveInteger,
  required,
} from "../../util/parameters.ts";
import type { FromConfig, LayerKind } from "../constructor.ts";
import type { StridesPadding, Strides, WindowForm, WindowName } from "./constructor.ts";
import { addBias } from "./base-conv.ts";
import { channelAxis, dataFormatOf, tupleOf, type WindowOptions } from "./kernel-options.ts";

export interface DepthwiseConvOptions extends WindowOptions {
  /** Output channels for each input channel. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Default `"glorot_uniform"`. */
  readonly depthwiseInitializer?: Initializer | string | undefined;
  readonly depthwiseRegularizer?: Regularizer | string | null | undefined;
  readonly depthwiseConstraint?: Constraint | string | null | undefined;
}

interface Bound extends Given<Omit<DepthwiseConvOptions, keyof LayerOptions>>, LayerOptions {
  readonly kernelSize: PerAxis;
}

/** The parameters of a depthwise convolution over so many spatial axes. */
export function depthwiseConvParameters(rank: number): ParameterTable {
  const one = rank === 1 ? 1 : new Array<number>(rank).fill(1);
  return {
    kernelSize: required,
    strides: one,
    padding: "valid",
    depthMultiplier: 1,
    dataFormat: null,
    dilationRate: one,
    activation: null,
    useBias: true,
    depthwiseInitializer: "glorot_uniform",
    biasInitializer: "zeros",
    depthwiseRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    depthwiseConstraint: null,
    biasConstraint: null,
  };
}

type Form<
  K extends LayerKind,
  P extends readonly (WindowName | "kernelSize" | "depthMultiplier")[],
  V extends readonly unknown[] = [],
> = WindowForm<K, DepthwiseConvOptions, "kernelSize", WindowName | "depthMultiplier", P, V>;

type Size = [kernelSize: "kernelSize"];
type Multiplied = [...Size, ...StridesPadding, depthMultiplier: "depthMultiplier"];

/** How a depthwise convolution of kind K is made. */
export interface DepthwiseConvConstructor<K extends LayerKind>
  extends
    Form<
      K,
      [...Multiplied, dataFormat: "dataFormat", dilationRate: "dilationRate"],
      DepthwiseValues<DepthwiseConvOptions>
    >,
    Form<K, []>,
    Form<K, [...Size, ...Strides]>,
    Form<K, [...Size, ...StridesPadding]>,
    Form<K, Multiplied>,
    Form<K, [...Multiplied, dataFormat: "dataFormat"]>,
    Form<K, Size>,
    FromConfig<K> {}

type DepthwiseValues<O extends DepthwiseConvOptions> = [
  activation: O["activation"],
  useBias: O["useBias"],
  depthwiseInitializer: O["depthwiseInitializer"],
  biasInitializer: O["biasInitializer"],
  depthwiseRegularizer: O["depthwiseRegularizer"],
  biasRegularizer: O["biasRegularizer"],
  activityRegularizer: O["activityRegularizer"],
  depthwiseConstraint: O["depthwiseConstraint"],
  biasConstraint: O["biasConstraint"],
];

/** What the depthwise convolutions share. @see Keras `layers/convolutional/base_depthwise_conv.py` */
export abstract class BaseDepthwiseConv extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly rank: number;
  readonly depthMultiplier: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly depthwiseInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly depthwiseRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly depthwiseConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  declare kernel: Variable;
  declare bias: Variable | null;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, depthwiseConvParameters(rank), args);
    super(given);
    this.rank = rank;
    this.depthMultiplier = positiveInteger(className, "depthMultiplier", given.depthMultiplier);
    this.kernelSize = tupleOf(className, "kernelSize", given.kernelSize, rank);
    this.strides = tupleOf(className, "strides", given.strides, rank);
    this.dilationRate = tupleOf(className, "dilationRate", given.dilationRate, rank);
    this.padding = oneOf(className, "padding", given.padding, ["valid", "same"]);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias;
    this.depthwiseInitializer = getInitializer(given.depthwiseInitializer);
    this.biasInitializer = getInitializer(given.biasInitializer);
    this.depthwiseRegularizer = getRegularizer(given.depthwiseRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.depthwiseConstraint = getConstraint(given.depthwiseConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
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
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: "bias",
          shape: [this.depthMultiplier * channels],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : null;
  }

  /** As Keras's convolutions do, writes the activity regularizer always. */
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activityRegularizer: this.activityRegularizer };
  }

  override call(inputs: Tensor): unknown {
    const { strides, padding, dataFormat, dilationRate } = this;
    const convolved = depthwiseConv(inputs, this.kernel, {
      strides,
      padding: padding === "same" ? "same" : "valid",
      dataFormat,
      dilationRate,
    });
    return this.activation(addBias(convolved as Tensor, this.bias, dataFormat, this.rank)); // SAFETY: tensor in, tensor out
  }
}
