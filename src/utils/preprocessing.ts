/** Helpers around data by their older names: Keras's `preprocessing` namespace. */
export * as image from "./preprocessing-image.ts";
export * as sequence from "./preprocessing-sequence.ts";
export { imageDatasetFromDirectory } from "./image-dataset-from-directory.ts";
export { textDatasetFromDirectory } from "./text-dataset-from-directory.ts";
export { timeseriesDatasetFromArray } from "./timeseries-dataset-from-array.ts";
