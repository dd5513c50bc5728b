import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import type { LayerKind, SizingConstructor } from "../constructor.ts";
import { dataFormatOf, tupleOf } from "../convolutional/kernel-options.ts";

export interface AdaptivePoolingOptions extends LayerOptions {
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

interface Bound extends Given<Omit<AdaptivePoolingOptions, keyof LayerOptions>>, LayerOptions {
  readonly outputSize: PerAxis;
}

const adaptivePoolingParameters: ParameterTable = { outputSize: required, dataFormat: null };

/** How a layer of kind K that pools to a given size is made. */
export interface AdaptivePoolingConstructor<K extends LayerKind> extends SizingConstructor<
  K,
  AdaptivePoolingOptions,
  [outputSize: "outputSize"],
  PerAxis,
  PerAxis,
  "outputSize"
> {}

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
