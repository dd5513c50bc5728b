import type { LayerBase } from "../../graph/layer-base.ts";
import { isLayer } from "../../graph/layer-base.ts";
import { FormatError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { keras2HardSigmoidName } from "../legacy/hard-sigmoid.ts";
import { moduleOf } from "../modules.ts";
import { configOf, type Json } from "../serialize.ts";
import { activations, layerOptions, type LayerOptions, parts } from "./layer-options.ts";

/** A layer's description there. */
export interface LayerDescription {
  readonly class_name: string;
  readonly config: Readonly<Record<string, Json>>;
}

/** What keeps a model from being written, said of one layer. */
export function refusal(where: string, reason: string, way = ""): FormatError {
  return new FormatError(`${where}: TensorFlow.js ${reason}.${way === "" ? "" : ` ${way}`}`);
}

/** Layers of which TensorFlow.js has the name, not the meaning. */
const differing: ReadonlySet<string> = new Set(["CategoryEncoding", "CenterCrop", "Resizing"]);

/** What TensorFlow.js knows of a layer's class. */
export function optionsOf(layer: LayerBase): LayerOptions {
  const { className } = layer;
  const options = Object.hasOwn(layerOptions, className) ? layerOptions[className] : undefined;
  if (options === undefined || moduleOf(layer) === null)
    throw refusal(
      layer.where,
      differing.has(className) ? `computes ${className} otherwise` : `has no layer ${className}`,
      "Leave it out, or save the model as .keras.",
    );
  return options;
}

/**
 * A layer in the form of TensorFlow.js, which is that of Keras 2.
 *
 * @throws {FormatError} for a layer, or an option of it, that TensorFlow.js lacks.
 */
export function describeLayer(
  layer: LayerBase,
  describeModel: (model: LayerBase) => LayerDescription,
): LayerDescription {
  return describe(layer.className, configOf(layer), optionsOf(layer), layer, describeModel);
}

type DescribeModel = (model: LayerBase) => LayerDescription;

function describe(
  className: string,
  config: Readonly<Record<string, Json | undefined>>,
  options: LayerOptions,
  layer: LayerBase,
  describeModel: DescribeModel,
): LayerDescription {
  const { where } = layer;
  if (isThresholded(className, config)) {
    const { name = null, trainable = true, threshold = 0 } = config;
    return { class_name: "ThresholdedReLU", config: { name, trainable, theta: threshold } };
  }
  checkAxis(className, config, layer);
  if (className === "Bidirectional") checkWayBack(config, where);
  const written: Record<string, Json> = {};
  for (const [key, value = null] of Object.entries(config)) {
    const name = options.renamed?.[key] ?? key;
    const isKept = name !== key || options.kept.includes(key) || key === "name" || key === "trainable";
    if (isKept) written[name] = keptOption(key, value, options, layer, describeModel);
    else if (key === "dtype") checkDtype(value, where);
    else if (!isIdle(key, value, options))
      throw refusal(where, `has no option ${key} in its ${className}, which is ${shown(value)} here`);
  }
  return { class_name: className, config: written };
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isIdle(key: string, value: Json, { idle, left }: LayerOptions): boolean {
  if (value === null || key === "quantization_config" || left?.includes(key) === true) return true;
  const key_ = Array.isArray(value) ? value.join() : value;
  return idle?.[key]?.includes(key_) === true;
}

/** A `ReLU` of a threshold alone has a class of its own there. */
function isThresholded(className: string, config: Readonly<Record<string, Json | undefined>>): boolean {
  const { threshold = 0, negative_slope: slope = 0, max_value: max = null } = config;
  return className === "ReLU" && threshold !== 0 && slope === 0 && max === null;
}

function keptOption(
  key: string,
  value: Json,
  { refused }: LayerOptions,
  layer: LayerBase,
  describeModel: DescribeModel,
): Json {
  const { where } = layer;
  if (refused?.[key]?.includes(value) === true)
    throw refusal(
      where,
      `has no ${key}: ${shown(value)}${key === "interpolation" ? " that computes the same" : ""}`,
      ways[key],
    );
  if (key === "activation" || key === "recurrent_activation") return activationOf(value, where);
  if (key === "dtype" && value !== "float32" && value !== "int32" && value !== "bool")
    throw refusal(where, `has no inputs of the dtype ${shown(value)}`);
  if (/_(?:initializer|regularizer|constraint)$/.test(key)) return partOf(value, `${where}: ${key}`);
  if (key === "layer" || key === "cell" || key === "cells")
    return innerLayers(key, value, layer, describeModel);
  if (layer.className === "Rescaling" && (key === "scale" || key === "offset") && typeof value !== "number")
    throw refusal(where, `takes one number as ${key}, not ${shown(value)}`);
  return key === "seed" && typeof value !== "number" ? null : value;
}

/** What to do about an option that is refused. */
const ways: Readonly<Record<string, string>> = {
  reset_after: "Make the layer with resetAfter: false.",
  interpolation: 'Use interpolation: "nearest".',
};

function checkDtype(value: Json, where: string): void {
  const { class_name: className, config } = isPlainObject(value) ? value : {};
  const policy = isPlainObject(config) ? (config["name"] ?? className) : value;
  if (policy !== "float32" && policy !== null)
    throw refusal(
      where,
      `computes in float32 alone, this layer in ${shown(policy)}`,
      'Make the layer with dtype: "float32".',
    );
}

function activationOf(value: Json, where: string): Json {
  if (value === null) return "linear";
  if (typeof value === "string") {
    const name = Object.hasOwn(activations, value) ? activations[value] : undefined;
    if (name !== undefined) return name;
    const isOther = value === "hard_sigmoid";
    throw refusal(
      where,
      isOther ? "has another hard_sigmoid: 0.2 · x + 0.5" : `has no activation ${shown(value)}`,
    );
  }
  if (isPlainObject(value) && value["config"] === keras2HardSigmoidName) return "hard_sigmoid";
  throw refusal(where, `has no such activation: ${shown(value)}`);
}

/** An initializer, a regularizer or a constraint. */
function partOf(value: Json, where: string): Json {
  if (value === null) return null;
  const { class_name: className, config } = isPlainObject(value) ? value : {};
  const found =
    typeof className === "string" && Object.hasOwn(parts, className) ? parts[className] : undefined;
  if (found === undefined || !isPlainObject(config))
    throw refusal(where, `has none named ${shown(className ?? value)}`);
  const { className: name = className, kept } = found;
  const { distribution } = config;
  if (distribution === "untruncated_normal")
    throw refusal(where, `has no distribution ${shown(distribution)}`);
  const entries = kept.map((key): [string, Json] => {
    const option = config[key];
    return [
      key,
      typeof option === "number" || typeof option === "string" || Array.isArray(option)
        ? (option as Json)
        : null,
    ]; // SAFETY: JSON
  });
  // What is not given there is 0.01.
  const base = name === "L1L2" ? { l1: 0, l2: 0 } : {};
  return { class_name: String(name), config: { ...base, ...Object.fromEntries(entries) } };
}

/** The layer of a wrapper, the cell of a loop, several stacked cells. */
function innerLayers(key: string, value: Json, layer: LayerBase, describeModel: DescribeModel): Json {
  const fields = new Map<string, unknown>(Object.entries(layer));
  const inner = fields.get(layer.className === "Bidirectional" ? "forwardLayer" : key);
  if (Array.isArray(inner)) return inner.map((one: unknown) => innerLayer(one, layer, describeModel, value));
  return innerLayer(inner, layer, describeModel, value);
}

function innerLayer(inner: unknown, layer: LayerBase, describeModel: DescribeModel, value: Json): Json {
  if (!isLayer(inner)) throw refusal(layer.where, `cannot have a layer like ${shown(value)}`);
  const { class_name: className, config } = describeModel(inner);
  const { name = null } = config;
  // There the ways of a Bidirectional are named after the layer it was made with.
  const own = layer.className === "Bidirectional" ? String(name).replace(/^forward_/, "") : name;
  return { class_name: className, config: { ...config, name: own } };
}

/** Layers that compute along the last axis alone. */
function checkAxis(
  className: string,
  { axis }: Readonly<Record<string, Json | undefined>>,
  layer: LayerBase,
): void {
  const rank = layer.inboundNodes[0]?.inputTensors[0]?.shape.length;
  if (className === "Softmax" && axis !== -1 && !(typeof axis === "number" && axis + 1 === rank))
    throw refusal(layer.where, `computes softmax along the last axis alone, not ${shown(axis)}`);
  if (className === "BatchNormalization" && rank !== undefined && rank > 4)
    throw refusal(layer.where, `normalizes batches of rank 2 to 4, not ${rank}`);
}

/** The way back is made there from the way forward. */
function checkWayBack(config: Readonly<Record<string, Json | undefined>>, where: string): void {
  const settings = (key: string): string => {
    const layer = config[key];
    const own = isPlainObject(layer) && isPlainObject(layer["config"]) ? layer["config"] : {};
    const { name: _name, go_backwards: back, seed: _seed, ...rest } = own;
    const isBack = back === (key === "backward_layer");
    return JSON.stringify([isPlainObject(layer) ? layer["class_name"] : null, isBack, withoutSeeds(rest)]);
  };
  if (config["backward_layer"] !== undefined && settings("layer") !== settings("backward_layer"))
    throw refusal(where, "runs the same layer both ways, and backwardLayer differs from layer here");
}

/** A copy of a layer may have drawn other seeds for its initializers. */
function withoutSeeds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSeeds);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "seed" && key !== "shared_object_id");
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutSeeds(child)]));
}
