import { type Model, type ModelClass } from "../models/model.ts";
import { FormatError } from "../util/errors.ts";
import { rootContext } from "./context.ts";
import type { CustomObjects } from "./custom-objects.ts";
import { deserializeObject } from "./deserialize.ts";
import { modelFromDescription } from "./keras-file.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import { type Json, serializeLayer, serializeObject } from "./serialize.ts";

export {
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  withCustomObjects as customObjectScope,
  withCustomObjects as CustomObjectScope,
} from "./custom-objects.ts";

export {
  modelToBytes,
  saveModel,
  type SaveModelOptions,
  type SaveOptions,
  saveWeights,
  type SaveWeightsOptions,
} from "./save.ts";
export {
  type Comparison,
  type EditedWeights,
  KerasFileEditor,
  type PrintOptions,
  type WeightsDict,
} from "./file-editor.ts";
export { loadModel, type LoadModelOptions } from "./load-model.ts";
export { loadWeights } from "./load-weights.ts";
export type { FileSource } from "./source.ts";
export type { ModelArtifacts } from "./tfjs/artifacts.ts";
export type { LoadWeightsOptions } from "./weights-file.ts";

/** A model's architecture as JSON text, without weights. */
export function modelToJson(model: ModelClass): string {
  return pythonJson(serializeLayer(model));
}

/** A model from `toJson`'s text, with new weights. */
export function modelFromJson(text: string, options: { readonly customObjects?: CustomObjects } = {}): Model {
  let config: unknown;
  try {
    config = parsePythonJson(text);
  } catch (error) {
    throw new FormatError(
      `modelFromJson: it is not JSON (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
  return modelFromDescription(config, options.customObjects ?? {}, "modelFromJson") as Model; // SAFETY: models are callable
}

/** Keras's JSON form of an object: a layer, loss, metric, optimizer, initializer, … */
export function serializeKerasObject(value: unknown): Json {
  return serializeObject(value);
}

/** The object that Keras's JSON form describes. */
export function deserializeKerasObject(
  value: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeObject(value, rootContext(options));
}
