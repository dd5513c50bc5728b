import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule } from "../../ir/shape-types/index.ts";
import { logicalOr } from "../../ops/comparison.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer, spreadMask } from "./merge-base.ts";
import { multiply as multiplyOp } from "../../ops/arithmetic.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class MultiplyLayer extends MergeLayer {
  static readonly className = "Multiply";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Multiply", MultiplyLayer.parameters, args));
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    const masks = inputs.map((x) => spreadMask(x));
    // Outside its mask a factor counts as 1; what all masks leave out is 0.
    const factors = inputs.map((x, i): Tensor => {
      const mask = masks[i] ?? null;
      return mask === null ? x : where(mask, x, 1);
    });
    const product = factors.reduce((a, b) => multiplyOp(a, b));
    if (masks.some((mask) => mask === null)) return product;
    const kept = masks.filter((mask) => mask !== null).reduce((a, b) => logicalOr(a, b));
    return where(kept, product, 0);
  }
}

export interface Multiply<D extends DType = DType>
  extends MultiplyLayer, LayerCall<MergeRule<"Multiply", D>> {}

interface MultiplyKind extends LayerKind {
  readonly layer: Multiply<DTypeIn<this>>;
}

export interface MultiplyConstructor extends LayerConstructor<MultiplyKind, LayerOptions> {}

/**
 * Product of a list of tensors, which broadcast.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/multiply.py`
 */
export const Multiply: MultiplyConstructor = callable<typeof MultiplyLayer, MultiplyConstructor>(
  MultiplyLayer,
);

/** `Multiply(options)(inputs)`: `multiply([a, b])`. @see Keras `layers.multiply` */
export const multiply: MergeFunction<"multiply", ConcreteFamily, LayerOptions> = mergeFunction(Multiply);
