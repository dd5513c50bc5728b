import { FormatError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { findOp } from "../registry.ts";
import { keras2HardSigmoidName } from "./hard-sigmoid.ts";
import { fromKeras1 } from "./keras1.ts";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The configuration of a model saved by Keras 1, 2 or tf.keras (or by Keras 3 in the old file) in Keras 3's form.
 *
 * @param version - The version that wrote it, such as `"2.4.0"`.
 * @throws {FormatError} when it is not a model's configuration.
 */
export function modernizeModel(model: unknown, version: string, path: string): JsonObject {
  if (!isPlainObject(model)) throw new FormatError(`${path}: expected a model's configuration.`);
  const { class_name: className, config } = model;
  const isSequential = className === "Sequential";
  const settings = isSequential && Array.isArray(config) ? { name: "sequential", layers: config } : config;
  if (typeof className === "string" && isPlainObject(config) && !("layers" in config)) {
    throw new FormatError(
      `${path}: "${className}" is a model with code of its own, and the file does not tell its inputs. Make the model, call it once on data, and use its loadWeights on this file.`,
    );
  }
  if (!isPlainObject(settings) || !Array.isArray(settings["layers"]))
    throw new FormatError(`${path}: expected a list of layers.`);
  const layers = settings["layers"].map((layer: unknown, i) =>
    modernizeLayer(layer, version, `${path}.layers.${i}`),
  );
  if (isSequential) {
    return describe("keras", "Sequential", { name: settings["name"], layers: withInput(layers) });
  }
  const models = new Set(layers.filter(isModel).map((layer) => layer["name"]));
  // Keras 3 counts the calls of a nested sequential model from 0 in these lists too.
  const sequentials = new Set(
    version.startsWith("3.")
      ? []
      : layers.filter(({ class_name: name }) => name === "Sequential").map(({ name }) => name),
  );
  return describe("keras.src.models.functional", "Functional", {
    name: settings["name"],
    trainable: settings["trainable"] ?? true,
    layers: layers.map((layer) => ({
      ...layer,
      inbound_nodes: modernizeNodes(layer["inbound_nodes"], models, isRecurrent(layer)),
    })),
    input_layers: places(settings["input_layers"], sequentials),
    output_layers: places(settings["output_layers"], sequentials),
  });
}

function describe(
  module: string,
  className: string,
  config: JsonObject,
  registered: string | null = null,
): JsonObject {
  return { module, class_name: className, config, registered_name: registered };
}

function isModel(layer: JsonObject): boolean {
  return ["Functional", "Sequential", "Model"].includes(String(layer["class_name"]));
}

/** Layers that old files call with a list of the sequences and the initial states. */
function isRecurrent({ class_name: className }: JsonObject): boolean {
  return /RNN|LSTM|GRU|^Bidirectional$/.test(String(className));
}

/** A list with one place is a single tensor; old files have no other form for it. */
function places(value: unknown, sequentials: ReadonlySet<unknown>): unknown {
  if (isPlace(value)) {
    const [name, node, ...rest] = value;
    return sequentials.has(name) ? [name, Math.max(0, Number(node) - 1), ...rest] : value;
  }
  if (!Array.isArray(value)) return value;
  const list = value.map((place: unknown) => places(place, sequentials));
  return list.length === 1 && Array.isArray(list[0]) ? list[0] : list;
}

/** Old sequential models tell the input's shape in their first layer. */
function withInput(layers: readonly JsonObject[]): readonly JsonObject[] {
  const [first] = layers;
  const config = first?.["config"];
  if (first === undefined || first["class_name"] === "InputLayer" || !isPlainObject(config))
    return layers.map(withoutInputShape);
  const shape = config["batch_input_shape"] ?? config["batch_shape"];
  if (!Array.isArray(shape)) return layers.map(withoutInputShape);
  const input = describe("keras.layers", "InputLayer", {
    batch_shape: shape,
    dtype: config["input_dtype"] ?? "float32",
    name: `${String(config["name"])}_input`,
  });
  return [input, ...layers.map(withoutInputShape)];
}

function withoutInputShape(layer: JsonObject): JsonObject {
  const { config } = layer;
  if (!isPlainObject(config) || layer["class_name"] === "InputLayer") return layer;
  const { batch_input_shape: _shape, batch_shape: _batch, input_dtype: _dtype, ...rest } = config;
  return { ...layer, config: rest };
}

function modernizeLayer(layer: unknown, version: string, path: string): JsonObject {
  if (!isPlainObject(layer)) throw new FormatError(`${path}: expected a layer's configuration.`);
  if (Array.isArray(layer["layers"]) && layer["class_name"] === undefined)
    throw new FormatError(`${path}: expected class_name.`);
  const named = version.startsWith("1.") ? fromKeras1(layer, path) : layer;
  const { class_name: rawName, config, name, inbound_nodes: nodes } = named;
  if (typeof rawName !== "string") throw new FormatError(`${path}: expected class_name.`);
  const rest = {
    name: name ?? (isPlainObject(config) ? config["name"] : undefined),
    ...(nodes === undefined ? {} : { inbound_nodes: nodes }),
  };
  if (rawName === "Model" || rawName === "Functional" || rawName === "Sequential")
    return { ...modernizeModel(named, version, path), ...rest };
  if (!isPlainObject(config)) throw new FormatError(`${path}: expected a layer's configuration.`);
  const className = rawName.split(">").at(-1) ?? rawName;
  const { module, registered_name: registered } = named;
  const isCustom = typeof module === "string" && !module.startsWith("keras");
  // An op in the graph is written like a layer, without what every layer's configuration has.
  const isOp =
    version.startsWith("3.") &&
    className !== "InputLayer" &&
    !("trainable" in config) &&
    findOp("", className) !== undefined;
  if (isOp)
    return { module: "keras.src.ops", class_name: className, config, registered_name: className, ...rest };
  return {
    module: isCustom ? module : "keras.layers",
    class_name: renamed[className] ?? className,
    config: modernizeConfig(className, config, version, path),
    registered_name: isCustom ? registered : null,
    ...rest,
  };
}

/** Classes that go by another name today. */
const renamed: Readonly<Record<string, string>> = {
  BatchNormalizationV1: "BatchNormalization",
  BatchNormalizationV2: "BatchNormalization",
  CuDNNLSTM: "LSTM",
  CuDNNGRU: "GRU",
  ThresholdedReLU: "ReLU",
  Merge: "Add",
  TensorFlowOpLayer: "TensorFlowOpLayer",
};

/** Options that no longer exist and change nothing, or nothing when they have these values. */
const dropped: ReadonlySet<string> = new Set([
  "ragged", "time_major", "batch_input_shape", "fused", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size", "adjustment",
  "implementation", "input_dim", "input_length", "quantization_config",
]); // prettier-ignore

function modernizeConfig(className: string, config: JsonObject, version: string, path: string): JsonObject {
  if (className === "InputLayer") {
    const { batch_input_shape: old, batch_shape: shape = old, dtype = "float32", name } = config;
    return { batch_shape: shape, dtype: isPlainObject(dtype) ? "float32" : dtype, name };
  }
  const keep = new Set(className === "Embedding" ? ["input_dim"] : []);
  const isFirst = "batch_input_shape" in config;
  const entries = Object.entries(config)
    .filter(([key]) => !dropped.has(key) || keep.has(key) || (isFirst && key === "batch_input_shape"))
    .map(([key, value]): [string, unknown] => [key, modernizeValue(key, value, version, `${path}.${key}`)]);
  const result: Record<string, unknown> = Object.fromEntries(entries);
  const { axis } = result;
  if (className.startsWith("BatchNormalization") && Array.isArray(axis)) result["axis"] = axis[0];
  if (className === "CuDNNLSTM")
    Object.assign(result, { activation: "tanh", recurrent_activation: "sigmoid" });
  if (className === "CuDNNGRU")
    Object.assign(result, { activation: "tanh", recurrent_activation: "sigmoid", reset_after: true });
  if (className === "GRU" && result["reset_after"] === undefined) result["reset_after"] = false;
  if (className === "LeakyReLU" && "alpha" in result) {
    result["negative_slope"] = result["alpha"];
    delete result["alpha"];
  }
  if (className === "ThresholdedReLU") {
    result["threshold"] = result["theta"];
    delete result["theta"];
  }
  if (className === "Lambda") return modernizeLambda(result);
  if (/^(?:Depthwise|Separable)/.test(className)) {
    // Old versions wrote options of the class they derived these from.
    for (const key of ["groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"])
      delete result[key];
    if (className.startsWith("Depthwise")) delete result["filters"];
  }
  return result;
}

/** A function of an old `Lambda` is Python's byte code, or a name. */
function modernizeLambda(config: JsonObject): JsonObject {
  const {
    function_type: kind,
    module: _module,
    output_shape_type: _type,
    output_shape_module: _from,
    ...rest
  } = config;
  if (kind === undefined) return config;
  const { function: given, output_shape: shape } = rest;
  const body =
    kind === "lambda"
      ? { class_name: "__lambda__", config: {} }
      : { module: "builtins", class_name: "function", config: given, registered_name: "function" };
  const known = Array.isArray(shape) && shape.every((size) => size === null || typeof size === "number");
  return { ...rest, function: body, output_shape: known ? shape : null };
}

/** Initializers, regularizers, nested layers: `{ class_name, config }` without a module. */
function modernizeValue(key: string, value: unknown, version: string, path: string): unknown {
  if (key === "cells" && Array.isArray(value))
    return value.map((cell: unknown, i) => modernizeLayer(cell, version, `${path}.${i}`));
  // The same name is another function in Keras 3.
  if (value === "hard_sigmoid" && key.endsWith("activation") && !version.startsWith("3.")) {
    const config = keras2HardSigmoidName;
    return { module: "builtins", class_name: "function", config, registered_name: "function" };
  }
  if (!isPlainObject(value) || typeof value["class_name"] !== "string") return value;
  const { class_name: className, config } = value;
  // Functions, and objects in the form that Keras 3 has for them.
  if (!isPlainObject(config) && typeof value["module"] === "string") return value;
  if (/^(layer|cell|forward_layer|backward_layer)$/.test(key)) return modernizeLayer(value, version, path);
  const module = key.endsWith("initializer")
    ? "keras.initializers"
    : key.endsWith("regularizer")
      ? "keras.regularizers"
      : key.endsWith("constraint")
        ? "keras.constraints"
        : typeof value["module"] === "string"
          ? value["module"]
          : "keras.layers";
  if (className === "L1L2" && isPlainObject(config)) return describe(module, "L1L2", config);
  return describe(module, className, isPlainObject(config) ? withoutDtype(config) : {});
}

/** Old initializers carried a dtype. */
function withoutDtype(config: JsonObject): JsonObject {
  const { dtype: _, ...rest } = config;
  return rest;
}

/** Calls in the old form, `[[["conv", 0, 0, {}]]]`, as `{ args, kwargs }`. */
function modernizeNodes(nodes: unknown, models: ReadonlySet<unknown>, recurrent: boolean): unknown {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node: unknown) => {
    if (isPlainObject(node) || !Array.isArray(node)) return node;
    const list = typeof node[0] === "string" ? [node] : (node as unknown[][]); // SAFETY: the old form of a call
    const tensors = list.map((place) => symbolic(place, models));
    const given = list.map((place) => place[3]).find(isPlainObject) ?? {};
    const kwargs = Object.entries(given).map(([key, value]) => [key, symbolicIn(value, models)]);
    const [first, ...states] = tensors;
    if (recurrent && states.length > 0)
      return { args: [first], kwargs: { ...Object.fromEntries(kwargs), initial_state: states } };
    return { args: tensors.length === 1 ? tensors : [tensors], kwargs: Object.fromEntries(kwargs) };
  });
}

/** A keyword argument, with places (alone or in a list, as the states of a recurrent layer) as tensors. */
function symbolicIn(value: unknown, models: ReadonlySet<unknown>): unknown {
  if (isPlace(value)) return symbolic(value, models);
  return Array.isArray(value) && value.length > 0 && value.every(isPlace)
    ? value.map((place) => symbolic(place, models))
    : value;
}

function isPlace(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";
}

/** A nested model's own graph is its node 0 in old files: its first call is number 1. */
function symbolic(place: readonly unknown[], models: ReadonlySet<unknown>): JsonObject {
  const [name, node, tensor] = place;
  const index = models.has(name) ? Math.max(0, Number(node) - 1) : node;
  return {
    class_name: "__keras_tensor__",
    config: { shape: null, dtype: "float32", keras_history: [name, index, tensor] },
  };
}
