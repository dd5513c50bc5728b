import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import { softmax } from "../../ops/activations.ts";
import { greater } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface SoftmaxOptions<D extends DType = DType> extends LayerOptions<D> {
  /** One axis or several, over which the results add up to 1. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
}

class SoftmaxLayer extends LayerBase {
  static readonly className = "Softmax";
  static readonly parameters: ParameterTable = { axis: -1 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["mask", "training"] };

  readonly axis: number | readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<SoftmaxOptions>("Softmax", SoftmaxLayer.parameters, args);
    super(given);
    this.axis = given.axis ?? -1;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { mask = null }: { readonly mask?: Tensor | null } = {}): Tensor {
    if (mask === null) return softmax(inputs, { axis: this.axis });
    this.#checkMask(inputs, mask);
    const isKept: Tensor = mask.dtype === "bool" ? mask : greater(mask, 0.5);
    const least = inputs.dtype === "float16" ? -3e4 : -1e9;
    // Where an axis is masked as a whole, softmax alone would give a uniform distribution.
    return where(isKept, softmax(where(isKept, inputs, least), { axis: this.axis }), 0);
  }

  #checkMask(inputs: Tensor, mask: Tensor): void {
    const [x, m] = [inputs.shape.toReversed(), mask.shape.toReversed()];
    if (m.length <= x.length && m.every((dim, i) => dim === 1 || dim === x[i])) return;
    throw new ShapeError(
      `${this.where}: expected a mask that broadcasts to ${formatShape(inputs.shape)}, received ${formatShape(mask.shape)}. Add axes of size 1 with ops.expandDims.`,
    );
  }
}

export interface Softmax<D extends DType = DType> extends SoftmaxLayer, LayerCall<SameRule<D>> {}

interface SoftmaxKind extends LayerKind {
  readonly layer: Softmax<DTypeIn<this>>;
}

export interface SoftmaxConstructor extends LayerConstructor<SoftmaxKind, SoftmaxOptions, [axis: "axis"]> {}

/**
 * `eˣ / Σ eˣ` along an axis, or several together; masked places (mask false) get 0.
 *
 * @throws {ShapeError} when the mask does not broadcast to the input.
 * @see Keras `layers/activations/softmax.py`
 */
export const Softmax: SoftmaxConstructor = callable<typeof SoftmaxLayer, SoftmaxConstructor>(SoftmaxLayer);
