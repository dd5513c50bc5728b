import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, Padding, PerAxis } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { averagePool, maxPool } from "../../ops/pooling.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import type { Arguments, Format, FromConfig, LayerKind, Made, Typed } from "../constructor.ts";
import { dataFormatOf, tupleOf } from "../convolutional/kernel-options.ts";

export interface PoolingOptions extends LayerOptions {
  /** Step of the window. Default: the window's size. */
  readonly strides?: PerAxis | null | undefined;
  /** Default `"valid"`. */
  readonly padding?: Padding | undefined;
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
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

/** One form of making a pooling layer of kind T, whose size R has to be given; see `Arguments`. */
interface PoolingForm<
  T extends LayerKind,
  R extends "poolSize",
  P extends readonly (keyof PoolingChoice<0, 0, 0, 0>)[],
  V extends readonly unknown[] = [],
> {
  <
    const K extends PerAxis = 2,
    const S extends PerAxis | null = null,
    const B extends Padding = "valid",
    const F extends DataFormat | null = null,
    const D extends DType = "float32",
  >(
    ...args: Arguments<PoolingChoice<K, S, B, F>, R, SettingName, P, V, Typed<PoolingOptions, D>>
  ): Made<T, PoolingMade<K, S, B, F>, D>;
  new <
    _,
    const K extends PerAxis = 2,
    const S extends PerAxis | null = null,
    const B extends Padding = "valid",
    const F extends DataFormat | null = null,
    const D extends DType = "float32",
  >(
    ...args: Arguments<PoolingChoice<K, S, B, F>, R, SettingName, P, V, Typed<PoolingOptions, D>>
  ): Made<T, PoolingMade<K, S, B, F>, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<
      PoolingChoice<PerAxis, PerAxis | null, Padding, DataFormat | null>,
      R,
      SettingName,
      P,
      V,
      Typed<PoolingOptions, "float32">
    >
  ): Made<T, PoolingMade<PerAxis, PerAxis, Padding, DataFormat>, "float32">;
}

interface PoolingChoice<K, S, P, F> {
  readonly poolSize: K;
  readonly strides: S;
  readonly padding: P;
  readonly dataFormat: F;
}

type SettingName = keyof PoolingChoice<0, 0, 0, 0>;

type PoolingMade<K, S, P, F> = {
  poolSize: K;
  strides: S extends null ? K : S;
  padding: P;
  dataFormat: Format<F>;
};

type Size = [poolSize: "poolSize"];

/** How a pooling layer of kind K is made; average pooling has no default size. */
export interface PoolingConstructor<K extends LayerKind, R extends "poolSize" = never>
  extends
    PoolingForm<
      K,
      R,
      [...Size, strides: "strides", padding: "padding", dataFormat: "dataFormat"],
      [name: PoolingOptions["name"]]
    >,
    PoolingForm<K, R, []>,
    PoolingForm<K, R, [...Size, strides: "strides"]>,
    PoolingForm<K, R, [...Size, strides: "strides", padding: "padding"]>,
    PoolingForm<K, R, Size>,
    FromConfig<K> {}

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

  override call(inputs: Tensor): Tensor {
    const { poolSize, strides, padding, dataFormat } = this;
    const pool = this.mode === "max" ? maxPool : averagePool;
    return pool(inputs, poolSize, { strides, padding, dataFormat });
  }
}
