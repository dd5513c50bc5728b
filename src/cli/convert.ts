import { exportModel } from "../saving/onnx/index.ts";
import { loadModel, saveModel, saveWeights } from "../saving/index.ts";
import { isModelJson } from "../saving/save.ts";
import { OptionError } from "../util/errors.ts";
import { pathKind, writeFileAtomic } from "../util/platform/index.ts";
import type { Given, Output } from "./run-command.ts";

/** What can be written, by the ending of its name; `.json` alone is the architecture. */
const kinds = [".keras", ".weights.h5", ".weights.json", ".safetensors", ".json", ".onnx"] as const;

/** `antler convert`. */
export async function convert({ files, options }: Given, output: Output): Promise<number> {
  const [from = "", to = ""] = files;
  const overwrite = options.has("--overwrite");
  const kind = kinds.find((ending) => to.endsWith(ending));
  if (kind === undefined) {
    throw new OptionError(
      `cannot write "${to}": expected a name that ends in ${kinds.join(", ")}, or is model.json, for TensorFlow.js.`,
    );
  }
  if (!overwrite && (await pathKind(to)) !== "missing")
    throw new OptionError(`"${to}" exists already. Give --overwrite to replace it.`);
  const model = await loadModel(from);
  if (kind === ".keras" || isModelJson(to)) await saveModel(model, to);
  else if (kind === ".onnx") await exportModel(model, to);
  else if (kind === ".json") await writeFileAtomic(to, model.toJson());
  else await saveWeights(model, to);
  output.print(`wrote ${to}`);
  return 0;
}
