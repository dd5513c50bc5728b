import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import type { Arguments, Format, FromConfig, LayerKind, Made, SettingsIn, Typed } from "../constructor.ts";
import { dataFormatOf } from "../convolutional/kernel-options.ts";

export interface GlobalPoolingOptions extends LayerOptions {
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Whether spatial axes stay, with size 1. Default false. */
  readonly keepdims?: boolean | undefined;
}

interface Bound extends Given<Omit<GlobalPoolingOptions, keyof LayerOptions>>, LayerOptions {}

export const globalPoolingParameters: ParameterTable = { dataFormat: null, keepdims: false };

/** One form of making a global pooling layer of kind T; see `Arguments`. */
interface GlobalPoolingForm<T extends LayerKind, P extends readonly (keyof GlobalPoolingChoice)[]> {
  <
    const F extends DataFormat | null = null,
    const K extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<
      GlobalPoolingChoice<F, K>,
      never,
      keyof GlobalPoolingChoice,
      P,
      [],
      Typed<GlobalPoolingOptions, D>
    >
  ): Made<T, GlobalPoolingChoice<Format<F>, K>, D>;
  new <
    _,
    const F extends DataFormat | null = null,
    const K extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<
      GlobalPoolingChoice<F, K>,
      never,
      keyof GlobalPoolingChoice,
      P,
      [],
      Typed<GlobalPoolingOptions, D>
    >
  ): Made<T, GlobalPoolingChoice<Format<F>, K>, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<
      GlobalPoolingChoice<DataFormat | null>,
      never,
      keyof GlobalPoolingChoice,
      P,
      [],
      Typed<GlobalPoolingOptions, "float32">
    >
  ): Made<T, GlobalPoolingChoice, "float32">;
}

interface GlobalPoolingChoice<F = DataFormat, K = boolean> {
  readonly dataFormat: F;
  readonly keepdims: K;
}

/** Whether a kind of global pooling keeps the axes. */
export type KeepdimsIn<K extends LayerKind> = SettingsIn<K, GlobalPoolingChoice>["keepdims"];

/** How a global pooling layer of kind K is made. */
export interface GlobalPoolingConstructor<K extends LayerKind>
  extends
    GlobalPoolingForm<K, [dataFormat: "dataFormat", keepdims: "keepdims"]>,
    GlobalPoolingForm<K, [dataFormat: "dataFormat"]>,
    GlobalPoolingForm<K, []>,
    FromConfig<K> {}

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
