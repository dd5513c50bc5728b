import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { leakyRelu } from "../../ops/activations.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { notNegative } from "./not-negative.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface LeakyReLUOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Slope for negative values. Default 0.3. */
  readonly negativeSlope?: number | undefined;
}

class LeakyReLULayer extends LayerBase {
  static readonly className = "LeakyReLU";
  static readonly parameters: ParameterTable = { negativeSlope: 0.3 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly negativeSlope: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<LeakyReLUOptions>("LeakyReLU", LeakyReLULayer.parameters, args);
    super(given);
    this.negativeSlope = notNegative("LeakyReLU", "negativeSlope", given.negativeSlope);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return leakyRelu(inputs, { negativeSlope: this.negativeSlope });
  }
}

export interface LeakyReLU<D extends DType = DType> extends LeakyReLULayer, LayerCall<SameRule<D>> {}

interface LeakyReLUKind extends LayerKind {
  readonly layer: LeakyReLU<DTypeIn<this>>;
}

export interface LeakyReLUConstructor extends LayerConstructor<
  LeakyReLUKind,
  LeakyReLUOptions,
  [negativeSlope: "negativeSlope"]
> {}

/**
 * `x` where positive, else `negativeSlope · x`.
 *
 * @throws {OptionError} when the slope is negative.
 * @see Keras `layers/activations/leaky_relu.py`
 */
export const LeakyReLU: LeakyReLUConstructor = callable<typeof LeakyReLULayer, LeakyReLUConstructor>(
  LeakyReLULayer,
);
