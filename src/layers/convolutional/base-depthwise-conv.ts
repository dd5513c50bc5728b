import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { depthwiseConv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import {
  bindParameters,
  type Given,
  type ParameterTable,
  positiveInteger,
  required,
} from "../../util/parameters.ts";
import type { FromConfig, LayerKind } from "../constructor.ts";
import type { StridesPadding, Strides, WindowForm, WindowName } from "./constructor.ts";
import type { WindowOptions } from "./kernel-options.ts";
import { WindowLayer } from "./window-layer.ts";

export interface DepthwiseConvOptions extends WindowOptions {
  /** Output channels for each input channel. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Default `"glorot_uniform"`. */
  readonly depthwiseInitializer?: InitializerLike | undefined;
  readonly depthwiseRegularizer?: RegularizerLike | null | undefined;
  readonly depthwiseConstraint?: ConstraintLike | null | undefined;
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
export abstract class BaseDepthwiseConv extends WindowLayer {
  declare readonly padding: "valid" | "same";
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: Initializer;
  readonly depthwiseRegularizer: Regularizer | null;
  readonly depthwiseConstraint: Constraint | null;
  declare kernel: Variable;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, depthwiseConvParameters(rank), args);
    super(className, rank, given);
    this.depthMultiplier = positiveInteger(className, "depthMultiplier", given.depthMultiplier);
    this.depthwiseInitializer = getInitializer(given.depthwiseInitializer);
    this.depthwiseRegularizer = getRegularizer(given.depthwiseRegularizer);
    this.depthwiseConstraint = getConstraint(given.depthwiseConstraint);
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    this.addBiasWeight(this.depthMultiplier * channels);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    const convolved = depthwiseConv(inputs, this.kernel, { strides, padding, dataFormat, dilationRate });
    return this.finish(convolved as Tensor); // SAFETY: tensor in, tensor out
  }
}
