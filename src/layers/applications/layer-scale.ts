import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { Constant } from "../../initializers/index.ts";
import { multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";

interface Bound extends LayerOptions {
  readonly initValues: number;
  readonly projectionDim: number;
}

/**
 * A factor for each channel, which is learnt: ConvNeXt's.
 *
 * @param initValues - What the factors start with.
 * @param projectionDim - Number of channels.
 * @see Touvron et al. (2021); Keras `applications/convnext.py`
 */
export class LayerScale extends LayerBase {
  static readonly className = "LayerScale";
  static readonly module = "keras.src.applications.convnext";
  static readonly parameters: ParameterTable = { initValues: required, projectionDim: required };
  static readonly callArguments: CallArguments = { tensors: ["x"], options: [] };

  readonly initValues: number;
  readonly projectionDim: number;
  declare gamma: Variable;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("LayerScale", LayerScale.parameters, args);
    super(given);
    this.initValues = given.initValues;
    this.projectionDim = positiveInteger("LayerScale", "projectionDim", given.projectionDim);
  }

  override build(): void {
    this.gamma = this.addWeight({ shape: [this.projectionDim], initializer: Constant(this.initValues) });
  }

  override call(x: Tensor): Tensor {
    return multiply(x, this.gamma);
  }
}
