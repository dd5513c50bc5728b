/** Helpers around models and data: Keras's `utils` namespace. */
export { Progbar } from "../callbacks/progbar.ts";
export { Dataset } from "../data/dataset.ts";
export { getFile } from "../codec/get-file.ts";
export { deserializeKerasObject, registerKerasSerializable, serializeKerasObject } from "../saving/index.ts";
export { modelToDot } from "../viz/dot.ts";
export { plotModel } from "../viz/plot-model.ts";
export { normalize } from "./normalize.ts";
export { padSequences } from "./pad-sequences.ts";
export { packXYSampleWeight, unpackXYSampleWeight } from "./samples.ts";
export { clearSession, setRandomSeed } from "./session.ts";
export { toCategorical } from "./to-categorical.ts";
