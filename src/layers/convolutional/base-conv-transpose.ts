import { get as getConstraint } from "../../constraints/index.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import { formatShape } from "../../ir/shape.ts";
import type { PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { convTranspose } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { OptionError } from "../../util/errors.ts";
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
import { type KernelOptions, tupleOf, type WindowOptions } from "./kernel-options.ts";
import { WindowLayer } from "./window-layer.ts";

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
export abstract class BaseConvTranspose extends WindowLayer {
  declare readonly padding: "valid" | "same";
  readonly filters: number;
  readonly outputPadding: readonly number[] | null;
  readonly kernelInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  declare kernel: Variable;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, convTransposeParameters(rank), args);
    super(className, rank, given);
    this.filters = positiveInteger(className, "filters", given.filters);
    this.outputPadding =
      given.outputPadding === null ? null : tupleOf(className, "outputPadding", given.outputPadding, rank, 0);
    this.kernelInitializer = getInitializer(given.kernelInitializer);
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.forbidDilatedStrides(className);
    const tooWide = this.outputPadding?.findIndex((extra, i) => extra >= (this.strides[i] ?? 1)) ?? -1;
    if (tooWide >= 0) {
      throw new OptionError(
        `${className}: expected \`outputPadding\` below \`strides\`, received ${formatShape(this.outputPadding ?? [])} and ${formatShape(this.strides)}.`,
      );
    }
  }

  override build(inputShape: Shape): void {
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, this.filters, this.fixChannels(inputShape)],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.addBiasWeight(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, outputPadding, dataFormat, dilationRate } = this;
    const convolved = convTranspose(inputs, this.kernel, {
      strides,
      padding,
      outputPadding,
      dataFormat,
      dilationRate,
    });
    return this.finish(convolved as Tensor); // SAFETY: tensor in, tensor out
  }
}
