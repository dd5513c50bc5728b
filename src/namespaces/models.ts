/** Models, and ways to make and load them: Keras's `models` namespace. */
export { cloneModel } from "../models/clone.ts";
export { Model } from "../models/model.ts";
export { Sequential } from "../models/sequential.ts";
export { loadModel, modelFromJson, saveModel } from "../saving/index.ts";
