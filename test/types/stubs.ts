import type { DType } from "../../src/ir/dtypes.ts";
import type * as st from "../../src/ir/shape-types/index.ts";

export interface LayerOptions<D extends DType = DType> {
  name?: string;
  dtype?: D;
  trainable?: boolean;
}
export interface CallOptions {
  training?: boolean;
}

/** Stands for the class of graph values. */
export interface KerasTensor<
  out S extends st.Shape = st.Shape,
  out D extends DType = st.DefaultDType<S>,
> extends st.TensorLike<S, D> {
  readonly "~family": KerasTensorFamily;
  readonly name: string;
}
export interface KerasTensorFamily extends st.TensorFamily {
  readonly symbolic: true;
  readonly tensor: KerasTensor<st.Cast<this["shape"], st.Shape>, st.Cast<this["dtype"], DType>>;
}
export interface Tensor<
  out S extends st.Shape = st.Shape,
  out D extends DType = st.DefaultDType<S>,
> extends st.TensorLike<S, D> {
  readonly "~family": ConcreteFamily;
  data(): Promise<unknown>;
}
export interface ConcreteFamily extends st.TensorFamily {
  readonly symbolic: false;
  readonly tensor: Tensor<st.Cast<this["shape"], st.Shape>, st.Cast<this["dtype"], DType>>;
}

export declare class LayerBase {
  private readonly secret: number;
  name: string;
  countParams(): number;
  build(inputShape: unknown): void;
  call(inputs: unknown, options?: CallOptions): unknown;
}
export type LayerCall<R extends st.ShapeRule, O = CallOptions> = st.CallSignature<R, ConcreteFamily, O>;
export type Layer<R extends st.ShapeRule = st.WideRule> = LayerBase &
  (st.WideRule extends R
    ? st.WideCallSignature<KerasTensorFamily, ConcreteFamily, CallOptions>
    : LayerCall<R>);
export interface LayerConstructor {
  new (options?: LayerOptions): Layer;
  new <R extends st.ShapeRule>(options?: LayerOptions): Layer<R>;
}
export declare const Layer: LayerConstructor;

export declare function Input<const S extends st.Shape, const D extends DType = "float32">(options: {
  shape: S;
  dtype?: D;
  name?: string;
}): KerasTensor<st.Batched<S>, D>;

export interface Dense<U extends number = number, D extends DType = DType>
  extends LayerBase, LayerCall<st.DenseRule<U, D>> {
  readonly units: U;
}
export interface DenseOptions<D extends DType> extends LayerOptions<D> {
  activation?: string;
  useBias?: boolean;
}
export interface DenseConstructor {
  <const U extends number, const D extends DType = "float32">(
    units: U,
    options?: DenseOptions<D>,
  ): Dense<U, D>;
  <const U extends number, const D extends DType = "float32">(
    options: DenseOptions<D> & { units: U },
  ): Dense<U, D>;
  new <const U extends number = number, const D extends DType = "float32">(
    units: U,
    options?: DenseOptions<D>,
  ): Dense<U, D>;
  new <const U extends number = number, const D extends DType = "float32">(
    options: DenseOptions<D> & { units: U },
  ): Dense<U, D>;
}
export declare const Dense: DenseConstructor;
export interface Flatten<D extends DType = DType> extends LayerBase, LayerCall<st.FlattenRule<D>> {}
export declare const Flatten: { (): Flatten<"float32">; new (): Flatten<"float32"> };
export interface Add extends LayerBase, LayerCall<st.MergeRule<"Add">> {}
export declare const Add: { (): Add; new (): Add };
export declare const add: LayerCall<st.MergeRule<"add">, LayerOptions>;
