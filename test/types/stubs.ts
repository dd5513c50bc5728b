import type { DType } from "../../src/ir/dtypes.ts";
import type * as st from "../../src/ir/shape-types/index.ts";
import { LayerBase } from "../../src/graph/layer-base.ts";
import type { LayerCallOptions as CallOptions, LayerOptions } from "../../src/graph/layer-base.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import type { LayerCall } from "../../src/graph/layer.ts";
import type { ConcreteFamily, Tensor } from "../../src/ops/core/tensor.ts";

export { Layer } from "../../src/graph/layer.ts";
export { LayerBase };
export type { CallOptions, ConcreteFamily, KerasTensor, LayerCall, LayerOptions, Tensor };

export declare function Input<const S extends st.Shape, const D extends DType = "float32">(options: {
  shape: S;
  dtype?: D;
  name?: string;
}): KerasTensor<st.Batched<S>, D>;

/** Stands for the class behind `Dense`. */
declare class DenseLayer extends LayerBase {
  override call(inputs: Tensor): Tensor;
}
export interface Dense<U extends number = number, D extends DType = DType>
  extends DenseLayer, LayerCall<st.DenseRule<U, D>> {
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
