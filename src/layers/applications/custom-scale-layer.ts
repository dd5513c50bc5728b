import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { bindParameters, type ParameterTable, required } from "../../util/parameters.ts";

interface Bound extends LayerOptions {
  readonly scale: number;
}

/**
 * The first of two tensors plus the second times a number: the shortcuts of Inception-ResNet.
 *
 * @param scale - The number.
 * @see Keras `applications/inception_resnet_v2.py`
 */
export class CustomScaleLayer extends LayerBase {
  static readonly className = "CustomScaleLayer";
  static readonly module = "keras.src.applications.inception_resnet_v2";
  static readonly parameters: ParameterTable = { scale: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };
  static readonly takesList = true;

  readonly scale: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("CustomScaleLayer", CustomScaleLayer.parameters, args);
    super(given);
    this.scale = given.scale;
  }

  override call([shortcut, x]: readonly [Tensor, Tensor]): Tensor {
    return add(shortcut, multiply(x, this.scale));
  }
}
