// What a model loads when its weights or all of it are to be written or read: one part of a page, not one for each function.
export { readBackup, writeBackup } from "./backup.ts";
export { loadWeights } from "./load-weights.ts";
export { saveModel, saveWeights } from "./save.ts";
