import { isPlainObject } from "../../util/options.ts";

/**
 * A model in memory, as TensorFlow.js hands it to a save handler (`tf.io.withSaveHandler`).
 *
 * @see TensorFlow.js `tf.io.ModelArtifacts`
 */
export interface ModelArtifacts {
  readonly modelTopology?: object | ArrayBuffer | undefined;
  readonly trainingConfig?: object | undefined;
  readonly weightSpecs?: readonly object[] | undefined;
  readonly weightData?: ArrayBuffer | readonly ArrayBuffer[] | Uint8Array | undefined;
  readonly format?: string | undefined;
  readonly generatedBy?: string | undefined;
  readonly convertedBy?: string | null | undefined;
  readonly userDefinedMetadata?: object | undefined;
}

/** Whether a model is given as an object in memory. */
export function isArtifacts(source: unknown): source is ModelArtifacts {
  return isPlainObject(source);
}

/** Whether bytes are the text of a JSON object. */
export function isJsonObject(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64));
  return /^\uFEFF?\s*\{/.test(start);
}
