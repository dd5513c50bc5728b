import { LayerBase, type LayerOptions, isLayer } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RuleOf, Shape, ShapeRule, WideRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface WrapperOptions<D extends DType = DType> extends LayerOptions<D> {
  readonly layer?: LayerBase | undefined;
}

/** Base of layers that wrap another one. */
export class WrapperLayer extends LayerBase {
  static readonly className: string = "Wrapper";
  static readonly parameters: ParameterTable = { layer: required };

  readonly layer: LayerBase;

  constructor(...args: readonly unknown[]) {
    const isBound =
      args.length === 1 && typeof args[0] === "object" && args[0] !== null && "layer" in args[0];
    // SAFETY: subclasses give their own options, which hold the layer.
    const given = isBound
      ? (args[0] as WrapperOptions)
      : bindParameters<WrapperOptions>("Wrapper", WrapperLayer.parameters, args);
    super(given);
    const { layer } = given;
    if (!isLayer(layer))
      throw new OptionError(
        `${this.where}: expected \`layer\` to be a layer, received ${JSON.stringify(layer)}.`,
      );
    this.layer = layer;
  }

  override build(inputShape: Shape): void {
    this.layer.ensureBuilt([inputShape]);
  }

  override call(inputs: unknown, _options?: unknown): unknown {
    return this.layer.invoke(inputs);
  }
}

export interface Wrapper<R extends ShapeRule = WideRule> extends WrapperLayer, LayerCall<R> {}

interface WrapperKind extends LayerKind {
  readonly layer: Wrapper<RuleOf<SettingsIn<this, LayerBase>>>;
}

export interface WrapperConstructor extends SettingConstructor<
  WrapperKind,
  WrapperOptions,
  [layer: "layer"],
  LayerBase
> {}

/**
 * A layer around another one, to be extended; by itself it calls the other.
 *
 * @throws {OptionError} when `layer` is no layer.
 * @see Keras `layers/core/wrapper.py`
 */
export const Wrapper: WrapperConstructor = callable<typeof WrapperLayer, WrapperConstructor>(WrapperLayer);
