import type { CallArguments } from "../../graph/call-arguments.ts";
import { isLayer, LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { WideRule } from "../../ir/shape-types/index.ts";
import { masksOf } from "../../graph/masks.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";

export interface PipelineOptions extends LayerOptions {
  readonly layers?: readonly LayerBase[] | undefined;
}

class PipelineLayer extends LayerBase {
  static readonly className = "Pipeline";
  static readonly parameters: ParameterTable = { layers: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training", "mask"] };

  readonly layers: readonly LayerBase[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<PipelineOptions>("Pipeline", PipelineLayer.parameters, args);
    super(given);
    if (!Array.isArray(given.layers) || !given.layers.every(isLayer)) {
      throw new OptionError(`${this.where}: expected \`layers\` to be a list of layers.`);
    }
    this.layers = [...given.layers];
  }

  override call(
    inputs: unknown,
    { training, mask }: { readonly training?: boolean | null; readonly mask?: unknown } = {},
  ): unknown {
    let [value, known] = [inputs, mask];
    for (const layer of this.layers) {
      const { options, open } = layer.callArguments;
      const takesMask = (open === true || options.includes("mask")) && known !== null && known !== undefined;
      value = layer.invoke(value, { training: training ?? true, ...(takesMask ? { mask: known } : {}) });
      known = masksOf(value);
    }
    return value;
  }

  override getConfig(): Record<string, unknown> {
    return { name: this.name, layers: this.layers };
  }
}

export interface Pipeline extends PipelineLayer, LayerCall<WideRule> {}

export interface PipelineConstructor extends LayerConstructorOf<
  Fixed<Pipeline>,
  { readonly layers: readonly LayerBase[] },
  [layers: "layers"],
  PipelineOptions
> {}

/**
 * Several layers, one after another, as one: for preprocessing outside of models.
 *
 * @see Keras `layers/preprocessing/pipeline.py`
 */
export const Pipeline: PipelineConstructor = callable<typeof PipelineLayer, PipelineConstructor>(
  PipelineLayer,
);
