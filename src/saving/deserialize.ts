import { get as getActivation } from "../activations/index.ts";
import { DTypePolicy } from "../graph/dtype-policy.ts";
import { isLayer, LayerBase } from "../graph/layer-base.ts";
import { inferLayer, type ShapeTree } from "../graph/layer-call.ts";
import {
  Int4DTypePolicy,
  QuantizedDTypePolicy,
  QuantizedFloat8DTypePolicy,
  TernaryDTypePolicy,
} from "../graph/quantized-dtype-policy.ts";
import { isDType } from "../ir/dtypes.ts";
import { quantizableClasses, quantizedClass } from "../layers/quantized/index.ts";
import { functionNamed as lossFunctionNamed } from "../losses/functions.ts";
import { functionNamed as metricFunctionNamed } from "../metrics/functions.ts";
import { makeTensor, type NestedArray } from "../ops/core/convert.ts";
import { ModelClass } from "../models/model.ts";
import { constructFrom } from "../util/construct.ts";
import "../util/read-constructors.ts";
import { AntlerError, FormatError, OptionError, ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { functionalFromConfig, sequentialFromConfig } from "./functional-from-config.ts";
import { type Context, type Description, inside, readDescription } from "./context.ts";
import { keras2HardSigmoid, keras2HardSigmoidName } from "./legacy/hard-sigmoid.ts";
import { whileReading } from "./malformed.ts";
import { camelCase } from "./names.ts";
import { type CustomObjects, getRegisteredName, getRegisteredObject } from "./custom-objects.ts";
import { findClass, type SerializableClass } from "./registry.ts";
import { holdsSaveable } from "./saveables.ts";

/**
 * The value that Keras's JSON form describes. Runs no code from the file: classes are looked up by name.
 *
 * @throws {FormatError} for unknown classes, Python lambdas and malformed descriptions.
 * @see Keras `saving/serialization_lib.py`
 */
export function deserializeObject(value: unknown, context: Context): unknown {
  if (Array.isArray(value))
    return value.map((child, i) => deserializeObject(child, inside(context, String(i))));
  if (!isPlainObject(value)) return value;
  const description = readDescription(value);
  if (description === null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, deserializeObject(child, inside(context, key))]),
    );
  }
  return special(description, context) ?? construct(description, context);
}

/** Descriptions that are no classes: numbers, slices, functions. */
function special({ module, className, config }: Description, context: Context): unknown {
  switch (className) {
    case "__tensor__":
    case "__numpy__": {
      if (!isPlainObject(config)) throw new FormatError(`${context.path}: malformed ${className}.`);
      const { value, dtype } = config;
      const nested = value as NestedArray; // SAFETY: makeTensor checks it
      return whileReading(context.path, () =>
        makeTensor(nested, { dtype: isDType(dtype) ? dtype : "float32" }),
      );
    }
    case "__lambda__":
      throw new FormatError(
        `${context.path}: a Python lambda is stored as byte code, which is not run. Supply the function in customObjects under the layer's name.`,
      );
    case "function": {
      const name = typeof config === "string" ? config : "";
      if (name === keras2HardSigmoidName) return keras2HardSigmoid();
      const found =
        getRegisteredObject(name, context.customObjects) ??
        getRegisteredObject(name.split(">").at(-1) ?? name, context.customObjects);
      if (typeof found === "function") return found;
      if (module !== null && module.startsWith("keras")) return builtInFunction(module, name, context);
      throw new FormatError(
        `${context.path}: unknown function "${name}". Supply it in customObjects: { "${name}": … }.`,
      );
    }
    default:
      return undefined;
  }
}

function builtInFunction(module: string, name: string, context: Context): unknown {
  const ofFamily = /\blosses\b/.test(module)
    ? lossFunctionNamed(name)
    : /\bmetrics\b/.test(module)
      ? metricFunctionNamed(name)
      : null;
  if (ofFamily !== null) return ofFamily;
  try {
    return getActivation(name);
  } catch (error) {
    if (error instanceof AntlerError) throw new FormatError(`${context.path}: unknown function "${name}".`);
    throw error;
  }
}

function construct(description: Description, context: Context): unknown {
  const { className, module, registeredName, config } = description;
  if (!isPlainObject(config))
    throw new FormatError(`${context.path}: expected the configuration of "${className}" to be an object.`);
  const cls = findClass(module, className, registeredName, context.customObjects);
  const where = inside(context, className);
  return whileReading(where.path, () => {
    const made = instantiate(cls, className, config, where);
    if (isLayer(made) && description.buildConfig !== null) buildFrom(made, description.buildConfig);
    return made;
  });
}

function instantiate(
  cls: SerializableClass,
  className: string,
  config: Readonly<Record<string, unknown>>,
  context: Context,
): object {
  const policy = policyFrom(className, config);
  if (policy !== null) return policy;
  if (Array.isArray(config["layers"]) && "input_layers" in config)
    return functionalFromConfig(cls, config, context, deserializeObject);
  if (Array.isArray(config["layers"]) && className === "Sequential")
    return sequentialFromConfig(config, context, deserializeObject);
  const given = withFunction(className, readConfig(config, context));
  if (given["dtype"] instanceof QuantizedDTypePolicy) return quantized(className, given["dtype"], given);
  return fromConfig(cls, className, given, context);
}

/** The dtype policy of such a class; null for other classes. */
function policyFrom(className: string, config: Readonly<Record<string, unknown>>): DTypePolicy | null {
  const { name, mode, source_name: source, amax_history_length: length = 1024 } = config;
  switch (className) {
    case "DTypePolicy":
    case "FloatDTypePolicy":
    case "Policy":
      return new DTypePolicy(String(name));
    case "QuantizedDTypePolicy":
      return new QuantizedDTypePolicy(String(mode), String(source));
    case "Int4DTypePolicy":
      return new Int4DTypePolicy(String(mode), String(source));
    case "QuantizedFloat8DTypePolicy":
      return new QuantizedFloat8DTypePolicy(String(mode), String(source), Number(length));
    case "TernaryDTypePolicy":
      return new TernaryDTypePolicy(String(mode), String(source));
    default:
      return null;
  }
}

/** A layer whose weights are quantized: a class of its own, by the same name in files. */
function quantized(
  className: string,
  { quantizationMode: mode }: QuantizedDTypePolicy,
  config: Readonly<Record<string, unknown>>,
): object {
  const cls = quantizedClass(className, mode);
  if (cls !== undefined) return cls.fromConfig(config);
  throw new OptionError(
    `a ${className} quantized with the mode "${mode}" is not supported. Those that are: ${quantizableClasses(mode).join(", ") || "none"}.`,
  );
}

/** Classes whose files have the name of a built-in function as `fn`, and where such functions are found. */
const wrappers: Readonly<Record<string, (name: string) => unknown>> = {
  LossFunctionWrapper: lossFunctionNamed,
  MeanMetricWrapper: metricFunctionNamed,
};

function withFunction(className: string, config: Record<string, unknown>): Record<string, unknown> {
  const { fn } = config;
  const found =
    typeof fn === "string" && Object.hasOwn(wrappers, className) ? wrappers[className]?.(fn) : null;
  return found === null || found === undefined ? config : { ...config, fn: found };
}

/** A configuration with camelCase keys and live values. */
export function readConfig(
  config: Readonly<Record<string, unknown>>,
  context: Context,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
      // Layers of other versions' files may not know it.
      if (key === "quantization_config" && (value === null || value === undefined)) return [];
      const supplied = lambdaFor(key, value, config["name"], context);
      if (supplied !== null) return [[camelCase(key), supplied]];
      return [[camelCase(key), deserializeObject(value, inside(context, key))]];
    }),
  );
}

/** What `customObjects` has under a layer's name, in place of a Python lambda's byte code. */
function lambdaFor(key: string, value: unknown, layer: unknown, { customObjects }: Context): unknown {
  const isLambda = key === "function" && isPlainObject(value) && value["class_name"] === "__lambda__";
  if (!isLambda || typeof layer !== "string") return null;
  const found = getRegisteredObject(layer, customObjects);
  return typeof found === "function" ? found : null;
}

function fromConfig(
  cls: SerializableClass,
  className: string,
  config: Record<string, unknown>,
  { path, customObjects }: Context,
): object {
  const make = (): object =>
    cls.fromConfig === undefined ? constructFrom(cls, config) : cls.fromConfig(config, { customObjects });
  if (!isCustom(cls, className, customObjects)) return make();
  try {
    return whileReading(path, make);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message, cause } = error;
    throw new FormatError(
      `${message}\nThe file has of this ${className} what its getConfig gave: { ${Object.keys(config).join(", ")} }, which its constructor is given: as one object, or, where its first parameter is named as one of these, each to the parameter of its name. Let getConfig give every argument of the constructor, by its parameter's name; or add static fromConfig(config).`,
      { cause },
    );
  }
}

/** Whether the class that files call so comes from the user, not from here. */
function isCustom(cls: SerializableClass, className: string, customObjects: CustomObjects): boolean {
  return [className, getRegisteredName(cls)].some((name) => getRegisteredObject(name, customObjects) === cls);
}

/** Builds a layer for the shapes that its file names. */
export function buildFrom(layer: LayerBase, buildConfig: Readonly<Record<string, unknown>>): void {
  if (layer.built) return;
  if (layer.buildFromConfig !== undefined) return layer.buildFromConfig(buildConfig);
  const path = `${layer.where}: build_config`;
  const { input_shape: inputShape, shapes_dict: shapes } = buildConfig;
  if (isPlainObject(shapes)) {
    const names = layer.callArguments.tensors;
    const byName = new Map(
      Object.entries(shapes).map(([key, shape]) => [camelCase(key.replace(/_shape$/, "")), shape]),
    );
    const ordered = names.map((name) => byName.get(name)).filter((shape) => shape !== undefined);
    const given = ordered.length > 0 ? ordered : [...byName.values()];
    build(
      layer,
      given.map((shape) => shapeTree(shape, path)),
    );
  } else if (inputShape !== undefined && inputShape !== null) build(layer, [shapeTree(inputShape, path)]);
}

/** A shape, or nested shapes, as files have them. */
function shapeTree(value: unknown, path: string, depth = 0): ShapeTree {
  const isSize = (size: unknown): boolean =>
    size === null || (typeof size === "number" && Number.isInteger(size) && size >= 0);
  if (depth < 8 && Array.isArray(value)) {
    if (value.every(isSize)) return value;
    return value.map((child: unknown) => shapeTree(child, path, depth + 1));
  }
  if (depth < 8 && isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, shapeTree(child, path, depth + 1)]),
    );
  }
  throw new ShapeError(`${path}: expected a shape such as [null, 784], received ${JSON.stringify(value)}.`);
}

/** Layers without a `build` of their own have parts that are built by the first call: one without numbers. */
function build(layer: LayerBase, shapes: readonly ShapeTree[]): void {
  const isInherited = layer.build === LayerBase.prototype.build || layer.build === ModelClass.prototype.build;
  if (isInherited && Object.values(layer).some(holdsSaveable)) inferLayer(layer, shapes);
  else layer.ensureBuilt(shapes);
}
