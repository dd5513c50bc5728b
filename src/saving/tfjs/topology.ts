import { FormatError, warnOnce } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { modernizeModel } from "../legacy/modernize.ts";
import type { TfjsModel } from "./read-files.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** A model's description in Keras 3's form, and who wrote it. */
export interface Topology {
  readonly description: JsonObject;
  readonly training: unknown;
  /** Whether TensorFlow.js made the model, and did not only convert it. */
  readonly isOwn: boolean;
}

/** How deep a topology may be nested. */
const depthLimit = 200;

/**
 * The topology of a `model.json` in Keras 3's form.
 *
 * TensorFlow.js writes `{ class_name, config, keras_version, backend }`; its converter from Python wraps that as
 * `{ model_config, training_config, keras_version, backend }`. Both are in the form of Keras 2; the converter leaves
 * models of Keras 3 in theirs, without modules.
 *
 * @throws {FormatError} when it is malformed.
 */
export function readTopology({ topology, trainingConfig, where }: TfjsModel): Topology {
  const place = `${where}: modelTopology`;
  const model = topology["model_config"] ?? topology;
  if (!isPlainObject(model)) throw new FormatError(`${place}: expected a model's configuration.`);
  const writer = String(topology["keras_version"] ?? model["keras_version"] ?? "2");
  const isOwn = writer.startsWith("tfjs") || model["backend"] === "tensor_flow.js";
  const cleaned = clean(model, isOwn, place, 0);
  if (!isPlainObject(cleaned)) throw new FormatError(`${place}: expected a model's configuration.`);
  const version = isOwn ? "2.15.0" : writer;
  return {
    description: modernizeModel(cleaned, version, place),
    training: trainingConfig ?? topology["training_config"],
    isOwn,
  };
}

/** Mends what TensorFlow.js writes otherwise than Keras 2, in every layer inside. */
function clean(value: unknown, isOwn: boolean, path: string, depth: number): unknown {
  if (depth > depthLimit) throw new FormatError(`${path}: nested more than ${depthLimit} deep.`);
  if (Array.isArray(value)) return value.map((child) => clean(child, isOwn, path, depth + 1));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => [
    key,
    clean(child, isOwn, path, depth + 1),
  ]);
  const cleaned: JsonObject = Object.fromEntries(entries);
  const { class_name: className, config } = cleaned;
  if (!isOwn || typeof className !== "string" || !isPlainObject(config)) return cleaned;
  return { ...cleaned, class_name: renamed[className] ?? className, config: cleanConfig(className, config) };
}

/** Classes whose letters are cased otherwise. */
const renamed: Readonly<Record<string, string>> = {
  LeCunNormal: "LecunNormal",
  LeCunUniform: "LecunUniform",
};

/** What a layer of any cell is made of; it is written along with its cell's options. */
const rnnOptions: ReadonlySet<string> = new Set([
  "name", "trainable", "cell", "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "batch_input_shape",
]); // prettier-ignore

function cleanConfig(className: string, config: JsonObject): JsonObject {
  if (className === "InputLayer") return config;
  if ("layers" in config)
    return className === "Sequential" ? config : { ...config, layers: withoutInputs(config["layers"]) };
  warnOfResizing(className, config);
  const { dtype, ...rest } = config;
  // There a layer's dtype is that of the inputs it makes when it comes first.
  const input = "batch_input_shape" in config ? { input_dtype: dtype ?? "float32" } : {};
  const entries = Object.entries(rest).filter(
    ([key, value]) => !isUnset(key, value) && (className !== "RNN" || rnnOptions.has(key)),
  );
  return { ...Object.fromEntries(entries), ...input };
}

/** Layers of a functional model get their inputs from the graph; what one would make of its own is unused. */
function withoutInputs(layers: unknown): unknown {
  if (!Array.isArray(layers)) return layers;
  return layers.map((layer: unknown) => {
    if (!isPlainObject(layer) || layer["class_name"] === "InputLayer" || !isPlainObject(layer["config"]))
      return layer;
    const { batch_input_shape: _shape, input_dtype: _dtype, ...config } = layer["config"];
    return { ...layer, config };
  });
}

/** An option that was not given is written as null; only for these null has a meaning of its own. */
function isUnset(key: string, value: unknown): boolean {
  return value === null && key !== "merge_mode" && !key.endsWith("activation");
}

function warnOfResizing(className: string, { interpolation, name }: JsonObject): void {
  const isOther = (className === "UpSampling2D" && interpolation === "bilinear") || className === "Resizing";
  if (isOther)
    warnOnce(
      `${String(name)} (${className}): TensorFlow.js takes the corners of pixels where Keras takes their centers: outputs differ.`,
    );
}
