import { LayerBase } from "../graph/layer-base.ts";
import { ModelClass } from "./model.ts";
import { quantizeModel, quantizeOne } from "./quantize.ts";

/** Makes `quantize` a method of layers and models, as `ops/methods.ts` does with ops. */
function installQuantize(): void {
  const define = (prototype: object, value: (this: never, ...args: readonly unknown[]) => unknown): void => {
    Object.defineProperty(prototype, "quantize", { value, writable: true, configurable: true });
  };
  define(LayerBase.prototype, function (this: LayerBase, ...args) {
    quantizeOne(this, args);
  });
  define(ModelClass.prototype, function (this: ModelClass, ...args) {
    return quantizeModel(this, args);
  });
}

installQuantize();
