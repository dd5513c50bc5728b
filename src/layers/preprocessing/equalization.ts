import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { equal, greater } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { oneHot, where } from "../../ops/indexing.ts";
import { take } from "../../ops/taking.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { max, min, sum } from "../../ops/reductions.ts";
import { reshape } from "../../ops/shape.ts";
import { clip, round } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { bindImage, type ColorOptions, ImageLayer, rangeOf, type Transformation } from "./image-layer.ts";

export interface EqualizationOptions extends ColorOptions {
  /** Number of steps. Default 256. */
  readonly bins?: number | undefined;
}

class EqualizationLayer extends ImageLayer {
  static readonly className = "Equalization";
  static readonly parameters: ParameterTable = { valueRange: [0, 255], bins: 256, dataFormat: null };

  readonly valueRange: readonly [number, number];
  readonly bins: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<EqualizationOptions>("Equalization", EqualizationLayer.parameters, args);
    super(given);
    this.valueRange = rangeOf("Equalization", given.valueRange);
    this.bins = positiveInteger("Equalization", "bins", given.bins);
  }

  override transformImages(images: Tensor, _transformation: Transformation, training: boolean): Tensor {
    if (!training) return images;
    const channels = images.dims.at(this.channelAxis) ?? 1;
    const parts = split(images, channels, { axis: this.channelAxis }) as readonly Tensor[]; // SAFETY: a tensor in, several out
    return concatenate(
      parts.map((part) => this.#equalize(part)),
      this.channelAxis,
    ) as Tensor; // SAFETY: tensors in, tensor out
  }

  /** One channel of the whole batch, through the table that its cumulative histogram gives. */
  #equalize(channel: Tensor): Tensor {
    const { bins } = this;
    const [least, most] = this.valueRange;
    const bytes = multiply(divide(subtract(channel, least), most - least), 255);
    const steps = cast(clip(multiply(divide(bytes, 255), bins - 1), 0, bins - 1), "int32") as Tensor; // SAFETY: tensors in, tensor out
    const histogram = sum(oneHot(reshape(steps, [-1]), bins, { dtype: "float32" }), { axis: 0 });
    const reached = cumsum(histogram) as Tensor; // SAFETY: tensors in, tensor out
    const total = max(reached);
    const first = min(where(greater(reached, 0), reached, total));
    const room = subtract(total, first);
    const safe = where(equal(room, 0), 1, room);
    const table = clip(round(divide(multiply(subtract(reached, first), 255), safe)), 0, 255);
    const equalized = take(table, steps);
    const scaled = add(multiply(divide(equalized, 255), most - least), least);
    // With one step only there is nothing to spread.
    return where(greater(sum(cast(greater(histogram, 0), "int32")), 1), scaled, channel) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface Equalization extends EqualizationLayer, LayerCall<SameRule> {}

export interface EqualizationConstructor extends LayerConstructor<
  Fixed<Equalization>,
  EqualizationOptions,
  [valueRange: "valueRange", bins: "bins", dataFormat: "dataFormat"]
> {}

/**
 * In training, spreads the values of each channel evenly over their range.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/equalization.py`
 */
export const Equalization: EqualizationConstructor = callable<
  typeof EqualizationLayer,
  EqualizationConstructor
>(EqualizationLayer);
