import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import { dataFormatOf } from "../convolutional/kernel-options.ts";

export interface GlobalPoolingOptions<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
> extends LayerOptions<D> {
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: F | null | undefined;
  /** Whether spatial axes stay, with size 1. Default false. */
  readonly keepdims?: K | undefined;
}

interface Bound extends Given<Omit<GlobalPoolingOptions, keyof LayerOptions>>, LayerOptions {}

export const globalPoolingParameters: ParameterTable = { dataFormat: null, keepdims: false };

/** What global pooling layers share. @see Keras `layers/pooling/base_global_pooling.py` */
export abstract class BaseGlobalPooling extends LayerBase {
  static readonly parameters: ParameterTable = globalPoolingParameters;
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  /** The axes that are pooled over. */
  readonly spatialAxes: readonly number[];

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, globalPoolingParameters, args);
    super(given);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.keepdims = given.keepdims;
    const first = this.dataFormat === "channels_last" ? 1 : 2;
    this.spatialAxes = Array.from({ length: rank }, (_, i) => first + i);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
}
