import { type LayerBase, isLayer } from "../../../src/graph/layer-base.ts";
import * as preprocessing from "../../../src/layers/preprocessing/index.ts";
import { deserializeKerasObject } from "../../../src/saving/index.ts";
import { hasGolden, readGolden } from "../../support/golden.ts";
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
  "ContrastLimitedAdaptiveHistogramEqualization",
  "AutoContrast",
  "Equalization",
  "Solarization",
  "Discretization",
  "MelSpectrogram",
  "Pipeline",
  "Rescaling",
  "Resizing",
  "STFTSpectrogram",
];

/** Keras on PyTorch cuts the limit down to a whole number; the corpus prefers what it computes with NumPy. */
const clahe = "ContrastLimitedAdaptiveHistogramEqualization/basic";
interface Differing {
  readonly section: string;
  readonly case: string;
  readonly numpy: Pick<LayerCase, "calls">;
}
const differing = hasGolden
  ? readGolden<{ differs: readonly Differing[] }>("numpy_backend.json").differs
  : [];
const byNumpy = differing.find((one) => one.case === clahe && one.section.startsWith("layers/"));

layerSuite(preprocessing, names, {
  make: { Pipeline: fromFile, Discretization: fromFile },
  amend: { [clahe]: byNumpy === undefined ? {} : byNumpy.numpy },
});
