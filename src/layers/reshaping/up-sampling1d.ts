import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PerAxis, ResizeRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { repeat } from "../../ops/rearranging.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { toFactors } from "./spatial.ts";
import type { ChoiceConstructor, DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

export interface UpSampling1DOptions extends LayerOptions {
  /** How many times each axis grows. Default 2. */
  readonly size?: PerAxis | undefined;
}

class UpSampling1DLayer extends LayerBase {
  static readonly className = "UpSampling1D";
  static readonly parameters: ParameterTable = { size: 2 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly size: PerAxis;

  readonly #factors: readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<UpSampling1DOptions>("UpSampling1D", UpSampling1DLayer.parameters, args);
    super(given);
    this.#factors = toFactors("UpSampling1D", "size", given.size, 1);
    this.size = this.#factors[0] ?? 1;

    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: Tensor): Tensor {
    const from = 1;
    return this.#factors.reduce<Tensor>(
      (x, factor, i) => (factor === 1 ? x : repeat(x, factor, from + i)),
      inputs,
    );
  }
}

export interface UpSampling1D<V extends PerAxis = PerAxis, D extends DType = DType>
  extends UpSampling1DLayer, LayerCall<ResizeRule<"UpSampling1D", 1, "multiply", V, "channels_last", D>> {}

interface UpSampling1DKind extends LayerKind {
  readonly layer: UpSampling1D<SettingsIn<this, PerAxis>, DTypeIn<this>>;
}

export interface UpSampling1DConstructor extends ChoiceConstructor<
  UpSampling1DKind,
  UpSampling1DOptions,
  [size: "size"],
  PerAxis,
  2
> {}

/**
 * Repeats every step: `[batch, steps, channels]` grows `size` times.
 *
 * @throws {OptionError} when `size` is not a positive integer.
 * @see Keras `layers/reshaping/up_sampling1d.py`
 */
export const UpSampling1D: UpSampling1DConstructor = callable<
  typeof UpSampling1DLayer,
  UpSampling1DConstructor
>(UpSampling1DLayer);
