import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import { Initializer } from "../../initializers/initializer.ts";

/** A new layer of a layer's configuration: with weights of its own, and initializers that draw anew. */
export function copyLayer(layer: LayerBase, changes: Readonly<Record<string, unknown>> = {}): LayerBase {
  const config = Object.fromEntries(
    Object.entries(layer.getConfig()).map(([name, value]) => [name, copied(value)]),
  );
  // SAFETY: the class of a layer, with its static members.
  const cls = layer.constructor as unknown as {
    fromConfig(config: Readonly<Record<string, unknown>>): LayerBase;
  };
  return cls.fromConfig({ ...config, ...changes });
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (isLayer(value)) return copyLayer(value);
  // Without a seed, two initializers draw different values; one draws the same again.
  if (value instanceof Initializer) return Reflect.construct(value.constructor, [value.getConfig()]);
  return value;
}
