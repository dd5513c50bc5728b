import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { separableConv } from "../../ops/convolution.ts";
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
import type { Filters, Strides, StridesPadding, WindowForm, WindowName } from "./constructor.ts";
import type { WindowOptions } from "./kernel-options.ts";
import { WindowLayer } from "./window-layer.ts";

export interface SeparableConvOptions extends WindowOptions {
  /** Channels of the depthwise step for each input channel. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Default `"glorot_uniform"`. */
  readonly depthwiseInitializer?: InitializerLike | undefined;
  /** Default `"glorot_uniform"`. */
  readonly pointwiseInitializer?: InitializerLike | undefined;
  readonly depthwiseRegularizer?: RegularizerLike | null | undefined;
  readonly pointwiseRegularizer?: RegularizerLike | null | undefined;
  readonly depthwiseConstraint?: ConstraintLike | null | undefined;
  readonly pointwiseConstraint?: ConstraintLike | null | undefined;
}

interface Bound extends Given<Omit<SeparableConvOptions, keyof LayerOptions>>, LayerOptions {
  readonly filters: number;
  readonly kernelSize: PerAxis;
}

/** The parameters of a separable convolution over so many spatial axes. */
export function separableConvParameters(rank: number): ParameterTable {
  const one = rank === 1 ? 1 : new Array<number>(rank).fill(1);
  return {
    filters: required,
    kernelSize: required,
    strides: one,
    padding: "valid",
    dataFormat: null,
    dilationRate: one,
    depthMultiplier: 1,
    activation: null,
    useBias: true,
    depthwiseInitializer: "glorot_uniform",
    pointwiseInitializer: "glorot_uniform",
    biasInitializer: "zeros",
    depthwiseRegularizer: null,
    pointwiseRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    depthwiseConstraint: null,
    pointwiseConstraint: null,
    biasConstraint: null,
  };
}

type Form<
  K extends LayerKind,
  P extends readonly (Filters[number] | WindowName)[],
  V extends readonly unknown[] = [],
> = WindowForm<K, SeparableConvOptions, Filters[number], WindowName, P, V>;

/** How a separable convolution of kind K is made. */
export interface SeparableConvConstructor<K extends LayerKind>
  extends
    Form<
      K,
      [...Filters, ...StridesPadding, dataFormat: "dataFormat", dilationRate: "dilationRate"],
      SeparableValues<SeparableConvOptions>
    >,
    Form<K, []>,
    Form<K, [filters: "filters"]>,
    Form<K, [...Filters, ...Strides]>,
    Form<K, [...Filters, ...StridesPadding]>,
    Form<K, [...Filters, ...StridesPadding, dataFormat: "dataFormat"]>,
    Form<K, Filters>,
    FromConfig<K> {}

type SeparableValues<O extends SeparableConvOptions> = [
  depthMultiplier: O["depthMultiplier"],
  activation: O["activation"],
  useBias: O["useBias"],
  depthwiseInitializer: O["depthwiseInitializer"],
  pointwiseInitializer: O["pointwiseInitializer"],
  biasInitializer: O["biasInitializer"],
  depthwiseRegularizer: O["depthwiseRegularizer"],
  pointwiseRegularizer: O["pointwiseRegularizer"],
  biasRegularizer: O["biasRegularizer"],
  activityRegularizer: O["activityRegularizer"],
  depthwiseConstraint: O["depthwiseConstraint"],
  pointwiseConstraint: O["pointwiseConstraint"],
  biasConstraint: O["biasConstraint"],
];

/** What the separable convolutions share. @see Keras `layers/convolutional/base_separable_conv.py` */
export abstract class BaseSeparableConv extends WindowLayer {
  declare readonly padding: "valid" | "same";
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: Initializer;
  readonly pointwiseInitializer: Initializer;
  readonly depthwiseRegularizer: Regularizer | null;
  readonly pointwiseRegularizer: Regularizer | null;
  readonly depthwiseConstraint: Constraint | null;
  readonly pointwiseConstraint: Constraint | null;
  declare depthwiseKernel: Variable;
  declare pointwiseKernel: Variable;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, separableConvParameters(rank), args);
    super(className, rank, given);
    this.filters = positiveInteger(className, "filters", given.filters);
    this.depthMultiplier = positiveInteger(className, "depthMultiplier", given.depthMultiplier);
    this.depthwiseInitializer = getInitializer(given.depthwiseInitializer);
    this.pointwiseInitializer = getInitializer(given.pointwiseInitializer);
    this.depthwiseRegularizer = getRegularizer(given.depthwiseRegularizer);
    this.pointwiseRegularizer = getRegularizer(given.pointwiseRegularizer);
    this.depthwiseConstraint = getConstraint(given.depthwiseConstraint);
    this.pointwiseConstraint = getConstraint(given.pointwiseConstraint);
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    this.depthwiseKernel = this.addWeight({
      name: "depthwise_kernel",
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    this.pointwiseKernel = this.addWeight({
      name: "pointwise_kernel",
      shape: [...new Array<number>(this.rank).fill(1), this.depthMultiplier * channels, this.filters],
      initializer: this.pointwiseInitializer,
      regularizer: this.pointwiseRegularizer,
      constraint: this.pointwiseConstraint,
    });
    this.addBiasWeight(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    const convolved = separableConv(inputs, this.depthwiseKernel, this.pointwiseKernel, {
      strides,
      padding,
      dataFormat,
      dilationRate,
    });
    return this.finish(convolved as Tensor); // SAFETY: tensor in, tensor out
  }
}
