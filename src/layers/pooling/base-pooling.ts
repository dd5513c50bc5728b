import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, Padding, PerAxis } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { averagePool, maxPool } from "../../ops/pooling.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import { dataFormatOf, tupleOf } from "../convolutional/kernel-options.ts";

export interface PoolingOptions<
  S extends PerAxis | null = PerAxis | null,
  P extends Padding = Padding,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
> extends LayerOptions<D> {
  /** Step of the window. Default: the window's size. */
  readonly strides?: S | undefined;
  /** Default `"valid"`. */
  readonly padding?: P | undefined;
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: F | null | undefined;
}

interface Bound extends Given<Omit<PoolingOptions, keyof LayerOptions>>, LayerOptions {
  readonly poolSize: PerAxis;
}

/** The parameters of a pooling layer; average pooling has no default size in Keras. */
export function poolingParameters(rank: number, mode: "max" | "average"): ParameterTable {
  const two = rank === 1 ? 2 : new Array<number>(rank).fill(2);
  return {
    poolSize: mode === "max" ? two : required,
    strides: null,
    padding: "valid",
    dataFormat: null,
    name: null,
  };
}

/** What max and average pooling share. @see Keras `layers/pooling/base_pooling.py` */
export abstract class BasePooling extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly mode: "max" | "average";
  readonly poolSize: readonly number[];
  readonly padding: "valid" | "same";
  readonly strides: readonly number[];
  readonly dataFormat: DataFormat;

  constructor(className: string, rank: number, mode: "max" | "average", args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, poolingParameters(rank, mode), args);
    super(given);
    this.mode = mode;
    this.poolSize = tupleOf(className, "poolSize", given.poolSize, rank);
    this.padding = oneOf(className, "padding", given.padding, ["valid", "same"]);
    this.strides =
      given.strides === null ? this.poolSize : tupleOf(className, "strides", given.strides, rank);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }

  override call(inputs: Tensor): unknown {
    const { poolSize, strides, padding, dataFormat } = this;
    const pool = this.mode === "max" ? maxPool : averagePool;
    return pool(inputs, poolSize, { strides, padding, dataFormat });
  }
}
