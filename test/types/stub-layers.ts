import type { DType } from "../../src/ir/dtypes.ts";
import type * as st from "../../src/ir/shape-types/index.ts";
import type { LayerBase, LayerCall, LayerOptions } from "./stubs.ts";

export { Attention, MultiHeadAttention } from "../../src/layers/attention/index.ts";
export { Embedding } from "../../src/layers/core/index.ts";
export { concatenate, dot, maximum } from "../../src/layers/merging/index.ts";
export { Dropout } from "../../src/layers/regularization/index.ts";
export { Reshape, UpSampling2D } from "../../src/layers/reshaping/index.ts";
export { LSTM, TimeDistributed } from "../../src/layers/rnn/index.ts";

/** How real layer files declare their types: see `src/ir/shape-types/index.ts`. */

export interface Conv2DOptions<
  S extends st.PerAxis,
  P extends st.Padding,
  L extends st.PerAxis,
  F extends st.DataFormat,
  D extends DType,
> extends LayerOptions<D> {
  strides?: S;
  padding?: P;
  dilationRate?: L;
  dataFormat?: F;
  activation?: string;
}
export interface Conv2D<O extends st.ConvolutionSettings = st.ConvolutionSettings, D extends DType = DType>
  extends LayerBase, LayerCall<st.ConvolutionRule<"Conv2D", 2, O, D>> {}
export interface Conv2DConstructor {
  <
    const N extends number,
    const K extends st.PerAxis,
    const S extends st.PerAxis = 1,
    const P extends st.Padding = "valid",
    const L extends st.PerAxis = 1,
    const F extends st.DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: Conv2DOptions<S, P, L, F, D>,
  ): Conv2D<{ filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F }, D>;
}
export declare const Conv2D: Conv2DConstructor;

export interface Conv2DTranspose<O extends st.TransposeSettings = st.TransposeSettings>
  extends LayerBase, LayerCall<st.TransposeRule<"Conv2DTranspose", 2, O>> {}
export declare const Conv2DTranspose: <
  const N extends number,
  const K extends st.PerAxis,
  const S extends st.PerAxis = 1,
  const P extends st.Padding = "valid",
>(
  filters: N,
  kernelSize: K,
  options?: Conv2DOptions<S, P, 1, "channels_last", "float32">,
) => Conv2DTranspose<{
  filters: N;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: 1;
  dataFormat: "channels_last";
  outputPadding: null;
}>;

export interface MaxPooling2D<O extends st.PoolingSettings = st.PoolingSettings>
  extends LayerBase, LayerCall<st.PoolingRule<"MaxPooling2D", 2, O>> {}
export interface PoolOptions<S extends st.PerAxis, P extends st.Padding> extends LayerOptions {
  strides?: S;
  padding?: P;
}
export interface MaxPooling2DConstructor {
  <const K extends st.PerAxis = 2, const S extends st.PerAxis = K, const P extends st.Padding = "valid">(
    poolSize?: K,
    options?: PoolOptions<S, P>,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: "channels_last" }>;
  <const K extends st.PerAxis, const S extends st.PerAxis, const P extends st.Padding = "valid">(
    poolSize: K,
    strides: S,
    padding?: P,
    options?: LayerOptions,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: "channels_last" }>;
}
export declare const MaxPooling2D: MaxPooling2DConstructor;

export interface GlobalAveragePooling2D
  extends LayerBase, LayerCall<st.GlobalPoolingRule<"GlobalAveragePooling2D", 2>> {}
export declare const GlobalAveragePooling2D: () => GlobalAveragePooling2D;
export interface GlobalMaxPooling2D
  extends LayerBase, LayerCall<st.GlobalPoolingRule<"GlobalMaxPooling2D", 2>> {}
export declare const GlobalMaxPooling2D: () => GlobalMaxPooling2D;
