import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface RescalingOptions<D extends DType = DType> extends LayerOptions<D> {
  /** A number, or one for each channel. */
  readonly scale?: number | readonly number[] | undefined;
  /** A number, or one for each channel. Default 0. */
  readonly offset?: number | readonly number[] | undefined;
}

type Bound = LayerOptions & {
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
};

class RescalingLayer extends LayerBase {
  static readonly className = "Rescaling";
  static readonly parameters: ParameterTable = { scale: required, offset: 0 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("Rescaling", RescalingLayer.parameters, args);
    super(given);
    this.scale = given.scale;
    this.offset = given.offset;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    const dtype = this.computeDtype;
    const along = (value: number | readonly number[]): number | Tensor =>
      typeof value === "number" ? value : makeTensor(value, { dtype });
    return add(multiply(cast(inputs, dtype), along(this.scale)), along(this.offset));
  }
}

export interface Rescaling<D extends DType = DType> extends RescalingLayer, LayerCall<SameRule<D>> {}

interface RescalingKind extends LayerKind {
  readonly layer: Rescaling<DTypeIn<this>>;
}

export interface RescalingConstructor extends LayerConstructorOf<
  RescalingKind,
  { readonly scale: number | readonly number[] },
  [scale: "scale"],
  RescalingOptions,
  [offset: "offset"]
> {}

/**
 * `inputs · scale + offset`: `Rescaling(1 / 255)` brings the bytes of an image to 0 … 1.
 *
 * @param scale - A number, or one for each channel.
 * @see Keras `layers/preprocessing/rescaling.py`
 */
export const Rescaling: RescalingConstructor = callable<typeof RescalingLayer, RescalingConstructor>(
  RescalingLayer,
);
