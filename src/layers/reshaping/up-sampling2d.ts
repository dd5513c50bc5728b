import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, PerAxis, ResizeRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { repeat } from "../../ops/rearranging.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import { resize } from "../../ops/image-resize.ts";
import { firstSpatialAxis, toFactors } from "./spatial.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind, SizingConstructor } from "../constructor.ts";

const interpolations = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] as const;
export type Interpolation = (typeof interpolations)[number];

export interface UpSampling2DOptions extends LayerOptions {
  /** How many times each axis grows. Default [2, 2]. */
  readonly size?: PerAxis | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
  /** `"nearest"` (default) repeats; the others interpolate. */
  readonly interpolation?: Interpolation | undefined;
}

class UpSampling2DLayer extends LayerBase {
  static readonly className = "UpSampling2D";
  static readonly parameters: ParameterTable = { size: [2, 2], dataFormat: null, interpolation: "nearest" };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly size: PerAxis;
  readonly dataFormat: DataFormat;
  readonly interpolation: Interpolation;
  readonly #factors: readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<UpSampling2DOptions>("UpSampling2D", UpSampling2DLayer.parameters, args);
    super(given);
    this.#factors = toFactors("UpSampling2D", "size", given.size, 2);
    this.size = this.#factors;
    this.dataFormat = toDataFormat("UpSampling2D", given.dataFormat);
    this.interpolation = oneOf("UpSampling2D", "interpolation", given.interpolation, interpolations);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: Tensor): Tensor {
    if (this.interpolation !== "nearest") {
      const [height = 1, width = 1] = this.#factors.map(
        (factor, i) => factor * (inputs.dims[firstSpatialAxis(this.dataFormat) + i] ?? 1),
      );
      return resize(inputs, [height, width], {
        interpolation: this.interpolation,
        dataFormat: this.dataFormat,
      });
    }
    const from = firstSpatialAxis(this.dataFormat);
    return this.#factors.reduce<Tensor>(
      (x, factor, i) => (factor === 1 ? x : repeat(x, factor, from + i)),
      inputs,
    );
  }
}

export interface UpSampling2D<
  V extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends UpSampling2DLayer, LayerCall<ResizeRule<"UpSampling2D", 2, "multiply", V, F, D>> {}

interface UpSampling2DKind extends LayerKind {
  readonly layer: UpSampling2D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface UpSampling2DConstructor extends SizingConstructor<
  UpSampling2DKind,
  UpSampling2DOptions,
  [size: "size"],
  PerAxis,
  readonly [2, 2],
  never,
  [interpolation: UpSampling2DOptions["interpolation"]]
> {}

/**
 * Repeats rows and columns (or interpolates between them): `[batch, height, width, channels]` grows `size` times.
 *
 * @throws {OptionError} when `size` is not a positive integer or 2 of them.
 * @see Keras `layers/reshaping/up_sampling2d.py`
 */
export const UpSampling2D: UpSampling2DConstructor = callable<
  typeof UpSampling2DLayer,
  UpSampling2DConstructor
>(UpSampling2DLayer);
