import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, PerAxis, ResizeRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { repeat } from "../../ops/rearranging.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import { firstSpatialAxis, toFactors } from "./spatial.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind, SizingConstructor } from "../constructor.ts";

export interface UpSampling3DOptions extends LayerOptions {
  /** How many times each axis grows. Default [2, 2, 2]. */
  readonly size?: PerAxis | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class UpSampling3DLayer extends LayerBase {
  static readonly className = "UpSampling3D";
  static readonly parameters: ParameterTable = { size: [2, 2, 2], dataFormat: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly size: PerAxis;
  readonly dataFormat: DataFormat;
  readonly #factors: readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<UpSampling3DOptions>("UpSampling3D", UpSampling3DLayer.parameters, args);
    super(given);
    this.#factors = toFactors("UpSampling3D", "size", given.size, 3);
    this.size = this.#factors;
    this.dataFormat = toDataFormat("UpSampling3D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 5 });
  }

  override call(inputs: Tensor): Tensor {
    const from = firstSpatialAxis(this.dataFormat);
    return this.#factors.reduce<Tensor>(
      (x, factor, i) => (factor === 1 ? x : repeat(x, factor, from + i)),
      inputs,
    );
  }
}

export interface UpSampling3D<
  V extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends UpSampling3DLayer, LayerCall<ResizeRule<"UpSampling3D", 3, "multiply", V, F, D>> {}

interface UpSampling3DKind extends LayerKind {
  readonly layer: UpSampling3D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface UpSampling3DConstructor extends SizingConstructor<
  UpSampling3DKind,
  UpSampling3DOptions,
  [size: "size"],
  PerAxis,
  readonly [2, 2, 2]
> {}

/**
 * Repeats along each spatial axis: `[batch, depth, height, width, channels]` grows `size` times.
 *
 * @throws {OptionError} when `size` is not a positive integer or 3 of them.
 * @see Keras `layers/reshaping/up_sampling3d.py`
 */
export const UpSampling3D: UpSampling3DConstructor = callable<
  typeof UpSampling3DLayer,
  UpSampling3DConstructor
>(UpSampling3DLayer);
