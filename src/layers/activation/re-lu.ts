import { reluWith } from "../../activations/functions.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { notNegative } from "./not-negative.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface ReLUOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Largest value of the result. Default null: none. */
  readonly maxValue?: number | null | undefined;
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number | undefined;
  /** Below it values are damped. Default 0. */
  readonly threshold?: number | undefined;
}

class ReLULayer extends LayerBase {
  static readonly className = "ReLU";
  static readonly parameters: ParameterTable = { maxValue: null, negativeSlope: 0, threshold: 0 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ReLUOptions>("ReLU", ReLULayer.parameters, args);
    super(given);
    this.maxValue =
      given.maxValue === null || given.maxValue === undefined
        ? null
        : notNegative("ReLU", "maxValue", given.maxValue);
    this.negativeSlope = notNegative("ReLU", "negativeSlope", given.negativeSlope);
    this.threshold = notNegative("ReLU", "threshold", given.threshold);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return reluWith(inputs, this) as Tensor; // SAFETY: tensor in, tensor out
  }
}

export interface ReLU<D extends DType = DType> extends ReLULayer, LayerCall<SameRule<D>> {}

interface ReLUKind extends LayerKind {
  readonly layer: ReLU<DTypeIn<this>>;
}

export interface ReLUConstructor extends LayerConstructor<
  ReLUKind,
  ReLUOptions,
  [maxValue: "maxValue", negativeSlope: "negativeSlope", threshold: "threshold"]
> {}

/**
 * `max(x, 0)`; with options a leaky, bounded or shifted rectifier.
 *
 * @throws {OptionError} when an option is negative.
 * @see Keras `layers/activations/relu.py`
 */
export const ReLU: ReLUConstructor = callable<typeof ReLULayer, ReLUConstructor>(ReLULayer);
