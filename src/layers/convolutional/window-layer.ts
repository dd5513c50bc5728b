import type { Activation } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import { formatShape } from "../../ir/shape.ts";
import type { DataFormat, Padding, PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { reshape } from "../../ops/shape.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import type { Given } from "../../util/parameters.ts";
import { channelAxis, dataFormatOf, tupleOf, type WindowOptions } from "./kernel-options.ts";

/** What every convolution is given, defaults filled in. */
export interface BoundWindow extends Given<Omit<WindowOptions, keyof LayerOptions>>, LayerOptions {
  readonly kernelSize: PerAxis;
}

/** What all layers share whose windows move over the `rank` spatial axes of their input. */
export abstract class WindowLayer extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly rank: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly biasInitializer: Initializer;
  readonly biasRegularizer: Regularizer | null;
  readonly biasConstraint: Constraint | null;
  declare bias: Variable | null;

  constructor(
    className: string,
    rank: number,
    given: BoundWindow,
    paddings: readonly Padding[] = ["valid", "same"],
  ) {
    super(given);
    this.rank = rank;
    this.kernelSize = tupleOf(className, "kernelSize", given.kernelSize, rank);
    this.strides = tupleOf(className, "strides", given.strides, rank);
    this.dilationRate = tupleOf(className, "dilationRate", given.dilationRate, rank);
    this.padding = oneOf(className, "padding", given.padding, paddings);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.activation = getActivation(given.activation);
    this.useBias = given.useBias;
    this.biasInitializer = getInitializer(given.biasInitializer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }

  /** @throws {OptionError} when windows that are spread out would also take large steps. */
  protected forbidDilatedStrides(className: string): void {
    if (this.strides.every((s) => s === 1) || this.dilationRate.every((d) => d === 1)) return;
    throw new OptionError(
      `${className}: strides above 1 and a dilationRate above 1 do not go together, received ${formatShape(this.strides)} and ${formatShape(this.dilationRate)}.`,
    );
  }

  /**
   * The number of channels, which later inputs have to have too.
   *
   * @throws {ShapeError} when it is not known.
   */
  protected fixChannels(inputShape: Shape): number {
    const axis = channelAxis(this.dataFormat);
    const channels = inputShape.at(axis);
    if (channels === null || channels === undefined) {
      throw new ShapeError(
        `${this.where}: expected an input whose channels are known, received ${formatShape(inputShape)}.`,
      );
    }
    this.inputSpec = new InputSpec({ ndim: this.rank + 2, axes: { [axis]: channels } });
    return channels;
  }

  /** Adds the bias of so many channels, if there is to be one. */
  protected addBiasWeight(channels: number): void {
    this.bias = this.useBias
      ? this.addWeight({
          name: "bias",
          shape: [channels],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : null;
  }

  /** Bias and activation of what was convolved. */
  protected finish(convolved: Tensor): Tensor {
    return this.activation(this.#biased(convolved));
  }

  #biased(x: Tensor): Tensor {
    if (this.bias === null) return x;
    if (this.dataFormat === "channels_last") return add(x, this.bias) as Tensor; // SAFETY: tensor in, tensor out
    const { size } = this.bias;
    return add(x, reshape(this.bias, [1, size, ...new Array<number>(this.rank).fill(1)])) as Tensor; // SAFETY: as above
  }

  /** Unlike other layers, Keras's convolutions always write their activity regularizer. */
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activityRegularizer: this.activityRegularizer };
  }
}
