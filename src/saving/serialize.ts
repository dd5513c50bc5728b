import { DTypePolicy } from "../graph/dtype-policy.ts";
import { KerasTensor } from "../graph/keras-tensor.ts";
import { classNameOf, isLayer, type LayerBase } from "../graph/layer-base.ts";
import type { ShapeTree } from "../graph/layer-call.ts";
import { symbolicIn } from "../graph/node.ts";
import { Variable } from "../graph/variable.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { ModelBase } from "../models/model-base.ts";
import { FormatError, warnOnce } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { functionalConfig } from "./functional-config.ts";
import { getRegisteredName } from "./custom-objects.ts";
import { moduleOf } from "./modules.ts";
import { snakeCase } from "./names.ts";

/** A value as JSON has it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Objects that can say how they were made. */
interface Configurable {
  getConfig(): Readonly<Record<string, unknown>>;
}

function isConfigurable(value: unknown): value is Configurable {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "getConfig" in value &&
    typeof value.getConfig === "function"
  );
}

/**
 * A value in the form that Keras's files have: plain JSON, objects as module, class, configuration and registered name.
 *
 * @throws {FormatError} for what files cannot hold, such as a symbolic tensor.
 * @see Keras `saving/serialization_lib.py`
 */
export function serializeObject(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(serializeObject);
  if (value instanceof KerasTensor)
    throw new FormatError(
      `the symbolic tensor "${value.name}" is part of a graph and cannot be saved by itself.`,
    );
  if (value instanceof Tensor) return serializeTensor(value);
  if (value instanceof Variable) return serializeTensor(value.value);
  if (value instanceof DTypePolicy) {
    const { className, module } = value.statics;
    return describe(module, className, serializeConfig(value.getConfig()), null);
  }
  if (isLayer(value)) return serializeLayer(value);
  if (isConfigurable(value)) return serializeConfigurable(value);
  if (typeof value === "function") return serializeFunction(value);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, serializeObject(child)]));
  throw new FormatError(
    `a ${value.constructor.name} cannot be saved. Give its class a getConfig() and register it with saving.registerKerasSerializable.`,
  );
}

function describe(
  module: string,
  className: string,
  config: Json,
  registeredName: string | null,
): { readonly [key: string]: Json } {
  return { module, class_name: className, config, registered_name: registeredName };
}

function serializeTensor(tensor: Tensor): Json {
  return { class_name: "__tensor__", config: { value: tensor.arraySync() as Json, dtype: tensor.dtype } }; // SAFETY: nested numbers
}

/** A configuration with its keys in snake_case and its values as JSON. */
export function serializeConfig(config: Readonly<Record<string, unknown>>): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [snakeCase(key), serializeObject(value)]),
  );
}

function serializeConfigurable(value: Configurable): Json {
  return describeObject(value, classNameOf(value.constructor), serializeConfig(value.getConfig()));
}

/** An object by its module and class; the user's own, and Keras's private ones, by the name they are registered under too. */
function describeObject(value: object, className: string, config: Json): { readonly [key: string]: Json } {
  const module = moduleOf(value);
  if (module === null) return describe("builtins", className, config, getRegisteredName(value.constructor));
  return describe(module, className, config, module.startsWith("keras.src") ? className : null);
}

/**
 * A built-in function by Keras's name for it, another by the name under which it is registered, else its own: by that
 * name it is looked for when the file is read.
 */
function serializeFunction(value: object): Json {
  if ("identifier" in value && typeof value.identifier === "string") return value.identifier;
  const name = getRegisteredName(value) || anonymous;
  if (name === anonymous)
    warnOnce(
      `a function without a name is saved as "${anonymous}". Reading the file takes customObjects: { "${anonymous}": … }; for several such functions, register each with saving.registerKerasSerializable({ package: "…", name: "…" }).`,
    );
  return { module: "builtins", class_name: "function", config: name, registered_name: "function" };
}

/** What Python calls a function without a name. */
const anonymous = "<lambda>";

/** A layer or model: its description, what it was built for, and, for models, how it was compiled. */
export function serializeLayer(layer: LayerBase): { readonly [key: string]: Json } {
  const { className } = layer;
  const config = configOf(layer);
  const compileConfig = layer instanceof ModelBase ? { compile_config: compileConfigOf(layer) } : {};
  return { ...describeClass(layer, className, config), ...buildConfig(layer), ...compileConfig };
}

function describeClass(layer: LayerBase, className: string, config: Json): { readonly [key: string]: Json } {
  if (className === "Functional")
    return describe("keras.src.models.functional", "Functional", config, "Functional");
  if (className === "Sequential") return describe("keras", "Sequential", config, null);
  return describeObject(layer, className, config);
}

/** The configuration of a layer: a graph for functional models, layers for sequential ones. */
export function configOf(layer: LayerBase): { readonly [key: string]: Json } {
  if (layer instanceof ModelBase && layer.className === "Functional")
    return functionalConfig(layer, serializeObject, serializeLayer);
  return serializeConfig(layer.getConfig());
}

/** Built-in layers that Keras takes for built from the start, and writes no shapes of. */
const neverBuilt =
  /^(?:Activation|ActivityRegularization|(?:Alpha|Gaussian)?Dropout|SpatialDropout\dD|(?:Global)?(?:Average|Max)Pooling\dD|ELU|GaussianNoise|Identity|InputLayer|LeakyReLU|Masking|ReLU|Reshape|Softmax|UnitNormalization)$/;

function buildConfig(layer: LayerBase): { readonly [key: string]: Json } {
  if (layer.getBuildConfig !== undefined) return { build_config: serializeObject(layer.getBuildConfig()) };
  if (layer instanceof ModelBase && layer.graph !== null) {
    const shape = layer.className === "Sequential" ? (layer.inputs[0]?.shape ?? null) : null;
    return { build_config: { input_shape: shape as Json } }; // SAFETY: a shape is numbers and nulls
  }
  const shapes = layer.buildShapes;
  if (shapes === null || (moduleOf(layer) !== null && neverBuilt.test(layer.className))) return {};
  const others = otherShapes(layer);
  if (shapes.length === 1 && others.length === 0) return { build_config: { input_shape: shapes[0] as Json } }; // SAFETY: nested shapes
  const names = layer.callArguments.tensors;
  const entries = shapes.flatMap((shape, i): [string, ShapeTree][] =>
    shape === null ? [] : [[names[i] ?? "input", shape]],
  );
  const named = [...entries, ...others].map(([name, shape]) => [`${snakeCase(name)}_shape`, shape]);
  return { build_config: { shapes_dict: Object.fromEntries(named) as Json } }; // SAFETY: nested shapes
}

/** Shapes of tensors that the first call took by name, masks left out: a recurrent layer's `initialState`. */
function otherShapes(layer: LayerBase): [string, ShapeTree][] {
  const known = new Set(layer.callArguments.tensors);
  return Object.entries(layer.inboundNodes[0]?.kwargs ?? {}).flatMap(([name, value]): [string, ShapeTree][] =>
    known.has(name) || /mask$/i.test(name) || symbolicIn(value).length === 0 ? [] : [[name, shapesIn(value)]],
  );
}

function shapesIn(value: unknown): ShapeTree {
  if (value instanceof KerasTensor) return value.shape;
  return Array.isArray(value) ? value.map(shapesIn) : [];
}

/** How a model was compiled; empty when it was not. */
function compileConfigOf(model: ModelBase): Json {
  const config: unknown =
    "getCompileConfig" in model && typeof model.getCompileConfig === "function"
      ? model.getCompileConfig()
      : null;
  return isPlainObject(config) ? serializeConfig(config) : {};
}
