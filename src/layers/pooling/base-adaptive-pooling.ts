import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import { dataFormatOf, tupleOf } from "../convolutional/kernel-options.ts";

export interface AdaptivePoolingOptions<
  F extends DataFormat = DataFormat,
  D extends DType = DType,
> extends LayerOptions<D> {
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: F | null | undefined;
}

interface Bound extends Given<Omit<AdaptivePoolingOptions, keyof LayerOptions>>, LayerOptions {
  readonly outputSize: PerAxis;
}

const adaptivePoolingParameters: ParameterTable = { outputSize: required, dataFormat: null };

/** What pooling to a given size shares. @see Keras `layers/pooling/base_adaptive_pooling.py` */
export abstract class BaseAdaptivePooling extends LayerBase {
  static readonly parameters: ParameterTable = adaptivePoolingParameters;
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly outputSize: readonly number[];
  readonly dataFormat: DataFormat;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindParameters<Bound>(className, adaptivePoolingParameters, args);
    super(given);
    this.outputSize = tupleOf(className, "outputSize", given.outputSize, rank);
    this.dataFormat = dataFormatOf(className, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
}
