import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Dims } from "../../ir/shape.ts";
import { formatShape } from "../../ir/shape.ts";
import type { DataFormat, Padding, PerAxis, Shape } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { conv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zeros } from "../../ops/creation.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { reshape } from "../../ops/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import { channelAxis, tupleOf } from "../convolutional/kernel-options.ts";
import { toDataFormat } from "../data-format.ts";
import {
  bindCell,
  type BoundWeights,
  constraintParameters,
  dropoutParameters,
  KernelCell,
  kernelParameters,
  regularizerParameters,
  withOpenForgetGate,
} from "./gate-cell.ts";
import type { SplitSteps } from "./loop.ts";

interface Bound extends BoundWeights, LayerOptions {
  readonly rank: number;
  readonly filters: number;
  readonly kernelSize: PerAxis;
  readonly strides: PerAxis;
  readonly padding: Padding;
  readonly dataFormat: DataFormat | null;
  readonly dilationRate: PerAxis;
  readonly unitForgetBias: boolean;
}

/** An LSTM cell whose products are convolutions. @see Keras `layers/rnn/conv_lstm.py` */
export class ConvLSTMCell extends KernelCell {
  static readonly className = "ConvLSTMCell";
  static readonly parameters: ParameterTable = {
    rank: required,
    filters: required,
    kernelSize: required,
    strides: 1,
    padding: "valid",
    dataFormat: null,
    dilationRate: 1,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    ...kernelParameters,
    unitForgetBias: true,
    ...regularizerParameters,
    ...constraintParameters,
    ...dropoutParameters,
    seed: null,
  };

  readonly rank: number;
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly unitForgetBias: boolean;
  /** Sizes of the input's spatial axes. */
  #spatial: readonly number[] = [];

  constructor(...args: readonly unknown[]) {
    const given = bindCell<Bound>("ConvLSTMCell", ConvLSTMCell.parameters, args);
    // One dropout mask for each gate.
    super({ ...given, implementation: 1 });
    const where = `ConvLSTM${given.rank}D`;
    this.rank = given.rank;
    this.filters = positiveInteger(where, "filters", given.filters);
    this.kernelSize = tupleOf(where, "kernelSize", given.kernelSize, this.rank);
    this.strides = tupleOf(where, "strides", given.strides, this.rank);
    this.padding = oneOf(where, "padding", given.padding, ["valid", "same"]);
    this.dataFormat = toDataFormat(where, given.dataFormat);
    this.dilationRate = tupleOf(where, "dilationRate", given.dilationRate, this.rank);
    this.unitForgetBias = given.unitForgetBias;
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1)) {
      throw new OptionError(
        `${where}: strides above 1 and a dilationRate above 1 do not go together, received ${formatShape(this.strides)} and ${formatShape(this.dilationRate)}.`,
      );
    }
  }

  /** Channels of the two states. */
  override get stateSize(): readonly number[] {
    return [this.filters, this.filters];
  }

  override get outputSize(): number {
    return this.filters;
  }

  override build(inputShape: Shape): void {
    const { filters, biasInitializer } = this;
    const [, ...dims] = inputShape.map((dim, axis) => {
      if (dim !== null || axis === 0) return dim ?? 0;
      throw new ShapeError(
        `${this.where}: expected known sizes behind the time axis, received ${formatShape(inputShape)}. Give Input a full shape there.`,
      );
    });
    const isLast = this.dataFormat === "channels_last";
    this.#spatial = isLast ? dims.slice(0, -1) : dims.slice(1);
    const channels = (isLast ? dims.at(-1) : dims[0]) ?? 0;
    const initializer = this.unitForgetBias ? withOpenForgetGate(biasInitializer, filters) : biasInitializer;
    this.addKernels(
      [...this.kernelSize, channels, 4 * filters],
      [...this.kernelSize, filters, 4 * filters],
      [4 * filters],
      initializer,
    );
  }

  /** Zeros of the size of the convolved image. */
  override getInitialState(batchSize: number): Tensor[] {
    const image = this.#spatial.map((size, axis) => {
      const [window = 1, stride = 1, dilation = 1] = [
        this.kernelSize[axis],
        this.strides[axis],
        this.dilationRate[axis],
      ];
      return this.padding === "same"
        ? Math.ceil(size / stride)
        : Math.floor((size - (window - 1) * dilation - 1) / stride) + 1;
    });
    const shape =
      this.dataFormat === "channels_last"
        ? [batchSize, ...image, this.filters]
        : [batchSize, this.filters, ...image];
    return [0, 1].map(() => zeros(shape, { dtype: this.computeDtype }) as Tensor); // SAFETY: a tensor of numbers
  }

  protected override start(inputs: Dims, [h]: readonly Tensor[], training: boolean): SplitSteps {
    const masks = this.gateMasks(4, inputs, h?.dims ?? [], training);
    const { strides, padding, dataFormat, dilationRate } = this;
    const project = this.#gates(this.kernel, masks.inputs, { strides, padding, dataFormat, dilationRate });
    const recur = this.#gates(this.recurrentKernel, masks.state, { padding: "same", dataFormat });
    return {
      project: (x) => this.#overTime(x, inputs.length, (images) => this.#plusBias(project(images, x))),
      step: (projected, [state, carry]) =>
        this.#step(state === undefined ? projected : (add(projected, recur(state, state)) as Tensor), carry), // SAFETY: tensors in, tensor out
    };
  }

  /** All time steps as so many images. */
  #overTime(x: Tensor, rank: number, f: (images: Tensor) => Tensor): Tensor {
    if (x.dims.length === rank) return f(x);
    const [time = 0, batch = 0, ...image] = x.dims;
    const result = f(reshape(x, [time * batch, ...image]) as Tensor); // SAFETY: tensor in, tensor out
    return reshape(result, [time, batch, ...result.dims.slice(1)]) as Tensor; // SAFETY: as above
  }

  /** The convolution for all gates: one, or one for each mask. Masks are for one step, also where `x` holds many. */
  #gates(kernel: Variable, masks: readonly Tensor[], options: object): (images: Tensor, x: Tensor) => Tensor {
    if (masks.length === 0) return (images) => conv(images, kernel, options) as Tensor; // SAFETY: tensors in, tensor out
    const kernels = split(kernel, masks.length, { axis: -1 }) as readonly Tensor[]; // SAFETY: as above
    return (images, x) => {
      const parts = masks.map(
        (mask, i) => conv(reshape(multiply(x, mask), images.dims), kernels[i] ?? kernel, options) as Tensor,
      ); // SAFETY: as above
      return concatenate(parts, channelAxis(this.dataFormat)) as Tensor; // SAFETY: as above
    };
  }

  #plusBias(x: Tensor): Tensor {
    if (this.bias === null) return x;
    const shape =
      this.dataFormat === "channels_last"
        ? [this.bias.size]
        : [this.bias.size, ...new Array<number>(this.rank).fill(1)];
    return add(x, reshape(this.bias, shape)) as Tensor; // SAFETY: tensors in, tensor out
  }

  /** Gates i, f, candidate, o: c' = f ⊙ c + i ⊙ candidate, h' = o ⊙ activation(c'). */
  #step(gates: Tensor, carry: Tensor | undefined): readonly Tensor[] {
    const [i, f, candidate, o] = split(gates, 4, { axis: channelAxis(this.dataFormat) }) as readonly [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ]; // SAFETY: a tensor in, four out
    const { activation, recurrentActivation } = this;
    const written = multiply(recurrentActivation(i), activation(candidate));
    const next = carry === undefined ? written : add(multiply(recurrentActivation(f), carry), written);
    return [multiply(recurrentActivation(o), activation(next)) as Tensor, next as Tensor]; // SAFETY: tensors in, tensors out
  }
}
