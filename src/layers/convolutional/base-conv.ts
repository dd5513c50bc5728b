import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import type { PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { conv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { pad } from "../../ops/rearranging.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
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
import type { KernelOptions, WindowOptions } from "./kernel-options.ts";
import { WindowLayer } from "./window-layer.ts";

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
export abstract class BaseConv extends WindowLayer {
  readonly filters: number;
  readonly groups: number;
  readonly kernelInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  declare kernel: Variable;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, convParameters(rank), args);
    super(className, rank, given, rank === 1 ? ["valid", "same", "causal"] : ["valid", "same"]);
    this.filters = positiveInteger(className, "filters", given.filters);
    this.groups = positiveInteger(className, "groups", given.groups);
    this.kernelInitializer = getInitializer(given.kernelInitializer);
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    if (this.filters % this.groups !== 0) {
      throw new OptionError(
        `${className}: expected \`filters\` to be a multiple of \`groups\`, received ${this.filters} and ${this.groups}.`,
      );
    }
    this.forbidDilatedStrides(className);
  }

  override build(inputShape: Shape): void {
    const channels = this.fixChannels(inputShape);
    if (channels % this.groups !== 0) {
      throw new ShapeError(
        `${this.where}: expected a number of channels divisible by groups (${this.groups}), received ${channels}.`,
      );
    }
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.addBiasWeight(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const isCausal = this.padding === "causal";
    const convolved = conv(isCausal ? this.#padCausally(inputs) : inputs, this.kernel, {
      strides: this.strides,
      padding: isCausal ? "valid" : this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
    });
    return this.finish(convolved as Tensor); // SAFETY: tensor in, tensor out
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
