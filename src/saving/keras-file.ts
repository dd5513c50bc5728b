import { ZipArchive } from "../codec/zip-read.ts";
import { writeZip } from "../codec/zip-write.ts";
import { isLayer } from "../graph/layer-base.ts";
import { ModelClass } from "../models/model.ts";
import { AntlerError, FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { inside, rootContext } from "./context.ts";
import { camelCase } from "./names.ts";
import { deserializeObject } from "./deserialize.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import type { CustomObjects } from "./custom-objects.ts";
import { serializeLayer } from "./serialize.ts";
import { readWeights, writeWeights } from "./weights-file.ts";

/** The version of Keras whose format is written. */
export const kerasVersion = "3.16.0";

/** The bytes of a `.keras` file. */
export function writeKerasFile(model: ModelClass): Uint8Array {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const now = new Date();
  const saved = `${now.toISOString().slice(0, 10)}@${now.toISOString().slice(11, 19)}`;
  return writeZip([
    { name: "metadata.json", data: encode(pythonJson({ keras_version: kerasVersion, date_saved: saved })) },
    { name: "config.json", data: encode(pythonJson(serializeLayer(model))) },
    { name: "model.weights.h5", data: writeWeights(model) },
  ]);
}

export interface ReadOptions {
  readonly customObjects?: CustomObjects | undefined;
  /** Whether the model is compiled as it was when saved. Default true. */
  readonly compile?: boolean | undefined;
}

/** The model of a `.keras` file, with its weights, and, if it was compiled, its training state. */
export async function readKerasFile(
  bytes: Uint8Array,
  where: string,
  options: ReadOptions,
): Promise<ModelClass> {
  const archive = ZipArchive.open(bytes, where);
  for (const name of ["metadata.json", "config.json", "model.weights.h5"]) {
    if (!archive.has(name))
      throw new FormatError(`${where}: it has no member ${name}, so it is no .keras file.`);
  }
  const config = parseJson(await archive.read("config.json"), `${where}: config.json`);
  const model = modelFromDescription(config, options.customObjects ?? {}, `${where}: config.json`);
  compileFromConfig(model, config, options, `${where}: config.json`);
  await readWeights(model, await archive.read("model.weights.h5"), `${where}: model.weights.h5`);
  return model;
}

export function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return parsePythonJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError(
      `${where}: it is not JSON (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
}

/** The model a `config.json` describes, without weights. */
export function modelFromDescription(
  config: unknown,
  customObjects: CustomObjects,
  where: string,
): ModelClass {
  const model = deserializeObject(config, rootContext({ customObjects }, where));
  if (model instanceof ModelClass) return model;
  if (isLayer(model)) throw new FormatError(`${where}: it describes the layer ${model.where}, not a model.`);
  throw new FormatError(`${where}: it does not describe a model.`);
}

function compileFromConfig(
  model: ModelClass,
  config: unknown,
  { compile, customObjects }: ReadOptions,
  where: string,
): void {
  const given = isPlainObject(config) ? config["compile_config"] : null;
  if (compile === false || !isPlainObject(given) || Object.keys(given).length === 0) return;
  const context = rootContext({ customObjects }, "compile_config");
  const settings = Object.entries(given).map(([key, value]) => [
    camelCase(key),
    deserializeObject(value, inside(context, key)),
  ]);
  try {
    model.compileFromConfig(Object.fromEntries(settings));
  } catch (error) {
    if (!(error instanceof AntlerError) || error instanceof FormatError) throw error;
    throw new FormatError(`${where}: compile_config: ${error.message} Or load it with { compile: false }.`, {
      cause: error,
    });
  }
}
