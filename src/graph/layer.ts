import type {
  CallSignature,
  SeveralInputsSignature,
  ShapeRule,
  WideCallSignature,
  WideRule,
} from "../ir/shape-types/index.ts";
import type { ConcreteFamily } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import type { SymbolicFamily } from "./keras-tensor.ts";
import { LayerBase, type LayerCallOptions, type LayerOptions } from "./layer-base.ts";

/** The call signature of a layer whose output shape follows rule R. */
export type LayerCall<R extends ShapeRule, O = LayerCallOptions> = CallSignature<R, ConcreteFamily, O>;

/** A layer; with a rule R, calling it gives tensors whose shapes the compiler knows. */
export type Layer<R extends ShapeRule = WideRule> = LayerBase &
  (WideRule extends R ? WideCallSignature<SymbolicFamily, ConcreteFamily, LayerCallOptions> : LayerCall<R>);

/** A layer whose `call` may take any number of tensors by position. */
export type CustomLayer = Layer & SeveralInputsSignature<SymbolicFamily, ConcreteFamily, LayerCallOptions>;

export interface LayerConstructor {
  (options?: LayerOptions): CustomLayer;
  new (options?: LayerOptions): CustomLayer;
  new <R extends ShapeRule>(options?: LayerOptions): Layer<R>;
  fromConfig(config: Readonly<Record<string, unknown>>): Layer;
}

/** The class that custom layers extend; see `LayerBase` for its members. */
export const Layer: LayerConstructor = callable<typeof LayerBase, LayerConstructor>(LayerBase);
