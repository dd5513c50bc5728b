/** Helpers around models and data: Keras's `utils` namespace. */
export { Progbar } from "../callbacks/progbar.ts";
export { Dataset } from "../data/dataset.ts";
export { PyDataset, PyDataset as Sequence } from "../data/py-dataset.ts";
export { getFile } from "../codec/get-file.ts";
export {
  customObjectScope,
  CustomObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from "../saving/index.ts";
export {
  disableInteractiveLogging,
  enableInteractiveLogging,
  isInteractiveLoggingEnabled,
} from "../util/interactive-logging.ts";
export { modelToDot } from "../viz/dot.ts";
export { plotModel } from "../viz/plot-model.ts";
export { audioDatasetFromDirectory } from "./audio-dataset-from-directory.ts";
export * as boundingBoxes from "./bounding-boxes.ts";
export { Config, type ConfigConstructor } from "./config.ts";
export { isKerasTensor, standardizeDtype } from "./checks.ts";
export { FeatureSpace, type FeatureSpaceConstructor } from "../models/feature-space/feature-space.ts";
export type { FeatureSpaceOptions } from "../models/feature-space/options.ts";
export { getSourceInputs } from "./get-source-inputs.ts";
export { arrayToImg, imgToArray, loadImg, saveImg } from "./image.ts";
export { imageDatasetFromDirectory } from "./image-dataset-from-directory.ts";
export { normalize } from "./normalize.ts";
export { padSequences } from "./pad-sequences.ts";
export { packXYSampleWeight, unpackXYSampleWeight } from "./samples.ts";
export { clearSession, setRandomSeed } from "./session.ts";
export { splitDataset } from "./split-dataset.ts";
export { textDatasetFromDirectory } from "./text-dataset-from-directory.ts";
export { timeseriesDatasetFromArray } from "./timeseries-dataset-from-array.ts";
export { toCategorical } from "./to-categorical.ts";
