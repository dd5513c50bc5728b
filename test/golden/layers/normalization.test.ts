import type { LayerBase } from "../../../src/graph/layer-base.ts";
import { Conv2D } from "../../../src/layers/convolutional/index.ts";
import { Dense, Embedding } from "../../../src/layers/core/index.ts";
import * as classes from "../../../src/layers/normalization/index.ts";
import { camelKeys } from "../../support/golden-tensors.ts";
import { type LayerCase, layerSuite } from "../../support/layer-suite.ts";

/** A layer inside a wrapper's configuration. */
interface Wrapped {
  readonly class_name: "Dense" | "Conv2D" | "Embedding";
  readonly config: Readonly<Record<string, unknown>>;
}

/** Plain options alone: the objects in these configurations are the defaults. */
function makeWrapped({ class_name: name, config }: Wrapped): LayerBase {
  const leftOut = new Set(["dtype", "quantization_config"]);
  const plain = Object.entries(config).filter(
    ([key, value]) => !leftOut.has(key) && (typeof value !== "object" || Array.isArray(value)),
  );
  return Reflect.apply({ Dense, Conv2D, Embedding }[name], undefined, [
    camelKeys(Object.fromEntries(plain)),
  ]) as LayerBase; // SAFETY: layers' classes make layers
}

layerSuite(
  classes,
  [
    "BatchNormalization",
    "GroupNormalization",
    "LayerNormalization",
    "Normalization",
    "RMSNormalization",
    "SpectralNormalization",
    "UnitNormalization",
  ],
  {
    make: {
      SpectralNormalization: ({ config }: LayerCase) =>
        classes.SpectralNormalization(makeWrapped(config["layer"] as Wrapped), {
          powerIterations: Number(config["power_iterations"]),
        }),
    },
    skip: {
      "SpectralNormalization/embedding":
        "Keras rounds the vectors to the indices' int32, though its graph says float32",
    },
    prepare: (layer, one) => {
      if (!(layer instanceof classes.Normalization) || one.name !== "adapt") return;
      const { note } = one as LayerCase & { readonly note: string }; // SAFETY: the case says where its data are
      layer.adapt(JSON.parse(note.slice(note.indexOf("[[")) as string) as number[][]); // SAFETY: rows of numbers
    },
  },
);
