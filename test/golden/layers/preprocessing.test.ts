import { type LayerBase, isLayer } from "../../../src/graph/layer-base.ts";
import * as preprocessing from "../../../src/layers/preprocessing/index.ts";
import { deserializeKerasObject } from "../../../src/saving/index.ts";
import { type LayerCase, layerSuite } from "../../support/layer-suite.ts";

function fromFile({ class: className, config }: LayerCase): LayerBase {
  const layer = deserializeKerasObject({
    module: "keras.layers",
    class_name: className,
    config,
    registered_name: null,
  });
  if (!isLayer(layer)) throw new Error(`${className} makes no layer`);
  return layer;
}

const names = [
  "CategoryEncoding",
  "CenterCrop",
  "Discretization",
  "MelSpectrogram",
  "Pipeline",
  "Rescaling",
  "Resizing",
  "STFTSpectrogram",
];

layerSuite(preprocessing, names, { make: { Pipeline: fromFile, Discretization: fromFile } });
