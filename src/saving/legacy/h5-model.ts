import {
  findNode,
  type Hdf5Group,
  readHdf5,
  stringAttribute,
  stringsAttribute,
} from "../../codec/hdf5/index.ts";
import { withBlankWeights } from "../../graph/blank-weights.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import type { TypedArray } from "../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { formatShape, sameShape } from "../../ir/shape.ts";
import type { ModelBase } from "../../models/model-base.ts";
import type { ModelClass } from "../../models/model.ts";
import { FormatError, warnOnce } from "../../util/errors.ts";
import { modelFromDescription, numberBytes, type ReadOptions } from "../keras-file.ts";
import { whileReading } from "../malformed.ts";
import { parsePythonJson } from "../python-json.ts";
import { compileFromTraining } from "./training-config.ts";
import { AdaptableLayer } from "../../layers/core/adaptable-layer.ts";
import { loraScales, mergeLora } from "./lora.ts";
import { modernizeModel } from "./modernize.ts";
import { adaptWeights, type StoredWeight } from "./weight-layouts.ts";

/**
 * Reads a whole model in the old HDF5 form: of Keras 1 and 2, tf.keras, and Keras 3's `.h5`.
 *
 * @throws {FormatError} when the file holds no model, names unknown classes, or its weights do not fit.
 */
export async function readLegacyModel(
  bytes: Uint8Array,
  where: string,
  options: ReadOptions,
): Promise<ModelClass> {
  const file = await readHdf5(bytes, where);
  const text = stringAttribute(file, "model_config");
  if (text === undefined) {
    throw new FormatError(
      `${where}: it holds weights alone, no model. Build the model and use model.loadWeights.`,
    );
  }
  const version = stringAttribute(file, "keras_version") ?? "1.0.0";
  const place = `${where}: model_config`;
  const config = whileReading(place, () => modernizeModel(parseConfig(text, where), version, place));
  const model = withBlankWeights(numberBytes(file), () =>
    modelFromDescription(config, options.customObjects ?? {}, place),
  );
  if (!model.built)
    throw new FormatError(
      `${where}: the file does not tell the input's shape, so the model cannot be built.`,
    );
  const backend = stringAttribute(file, "backend") ?? "tensorflow";
  const scales = loraScales(file);
  loadByPosition(model, weightsGroup(file), { version, backend, where, scales });
  if (options.compile !== false) {
    const training = stringAttribute(file, "training_config");
    if (training !== undefined)
      whileReading(`${where}: training_config`, () =>
        compileFromTraining(model, parseConfig(training, where), file, version, options),
      );
  }
  return model;
}

function parseConfig(text: string, where: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    throw new FormatError(`${where}: its configuration is not JSON.`, { cause: error });
  }
}

/** Weights of whole models are in a group of their own; files of weights alone have them at the root. */
export function weightsGroup(file: Hdf5Group): Hdf5Group {
  const group = findNode(file, "model_weights");
  return group?.kind === "group" ? group : file;
}

interface Origin {
  readonly version: string;
  readonly backend: string;
  readonly where: string;
  /** See `loraScales`. */
  readonly scales: ReadonlyMap<string, number>;
  /** Whether weights whose shape differs are left as they are, with a warning. Default false. */
  readonly skipMismatch?: boolean | undefined;
}

/** Whether a file of weights is of the form that Keras 1 and 2, tf.keras and Keras 3's `.h5` have. */
export function isLegacyWeights(file: Hdf5Group): boolean {
  return namesOf(weightsGroup(file), "layer_names").length > 0;
}

/**
 * Sets a model's weights from an old file: of weights alone, or of a whole model.
 *
 * @throws {FormatError} when they do not fit; then nothing has been changed.
 */
export function readLegacyWeights(
  model: ModelBase,
  file: Hdf5Group,
  where: string,
  { byName = false, skipMismatch = false }: LegacyWeightsOptions,
): void {
  const group = weightsGroup(file);
  const origin: Origin = {
    version: stringAttribute(group, "keras_version") ?? stringAttribute(file, "keras_version") ?? "1.0.0",
    backend: stringAttribute(group, "backend") ?? stringAttribute(file, "backend") ?? "tensorflow",
    where,
    skipMismatch,
    scales: loraScales(file),
  };
  if (byName) loadByName(model, group, origin);
  else loadByPosition(model, group, origin);
}

export interface LegacyWeightsOptions {
  readonly byName?: boolean | undefined;
  readonly skipMismatch?: boolean | undefined;
}

/** Sets the weights of those layers whose name is in the file, and leaves the others. */
function loadByName(model: ModelBase, group: Hdf5Group, origin: Origin): void {
  const layers = new Map(layersOf(model).map((layer) => [layer.name, layer]));
  const pairs = namesOf(group, "layer_names").flatMap((name): Pair[] => {
    const layer = layers.get(name);
    const weights = layer === undefined ? [] : storedWeights(group, name, origin);
    return layer === undefined || weights.length === 0 ? [] : [{ name, layer, weights }];
  });
  assignPairs(model, pairs, origin);
}

/** A list of names that may be split over several attributes, as those above 64 kB are. */
function namesOf(group: Hdf5Group, attribute: string): readonly string[] {
  const whole = stringsAttribute(group, attribute);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = stringsAttribute(group, `${attribute}${i}`);
    if (part === undefined) return parts;
    parts.push(...part);
  }
}

/** Sets the weights of each layer, in the order of the file's and the model's layers that have any. */
export function loadByPosition(model: ModelBase, group: Hdf5Group, origin: Origin): void {
  const stored = namesOf(group, "layer_names")
    .map((name) => ({ name, weights: storedWeights(group, name, origin) }))
    .filter(({ weights }) => weights.length > 0);
  const layers = layersOf(model).filter(({ weights }) => weights.length > 0);
  if (stored.length !== layers.length) {
    throw new FormatError(
      `${origin.where}: the file has weights for ${stored.length} layers (${stored.map(({ name }) => name).join(", ")}), the model ${model.name} has ${layers.length} (${layers.map(({ name }) => name).join(", ")}).`,
    );
  }
  const pairs = stored.flatMap(({ name, weights }, i): Pair[] => {
    const layer = layers[i];
    return layer === undefined ? [] : [{ name, layer, weights }];
  });
  assignPairs(model, pairs, origin);
}

/** A layer of the model, and what the file has for it. */
interface Pair {
  readonly name: string;
  readonly layer: LayerBase;
  readonly weights: readonly StoredWeight[];
}

/** Assigns all of them, or, when one does not fit, none. */
function assignPairs(model: ModelBase, pairs: readonly Pair[], origin: Origin): void {
  const problems: string[] = [];
  const matches: { readonly variable: Variable; readonly data: TypedArray }[] = [];
  for (const { name, layer, weights } of pairs)
    matchLayer(layer, adaptWeights(layer, weights, origin), name, matches, problems);
  if (problems.length > 0 && origin.skipMismatch !== true)
    throw new FormatError(
      `${origin.where}: the weights do not fit the model ${model.name}:\n  ${problems.join("\n  ")}`,
    );
  for (const problem of problems) warnOnce(`skipped ${problem}`);
  for (const { variable, data } of matches) variable.assignData(data);
  for (const { layer } of pairs) for (const adapted of adaptedIn(layer)) adapted.clearLowRank();
}

/** Sequential models list their layers without the input. */
function layersOf(model: ModelBase): readonly LayerBase[] {
  return model.layers;
}

function storedWeights(group: Hdf5Group, layer: string, { where, scales }: Origin): readonly StoredWeight[] {
  const node = findNode(group, layer);
  if (node?.kind !== "group") throw new FormatError(`${where}: there is no group "${layer}".`);
  const weights = namesOf(node, "weight_names").map((name): StoredWeight => {
    const dataset = findNode(node, name);
    if (dataset?.kind !== "dataset")
      throw new FormatError(`${where}: there is no dataset "${layer}/${name}".`);
    const value = dataset.read();
    if (value.dtype === "string" || value.dtype === "opaque")
      throw new FormatError(`${where}: "${layer}/${name}" holds no numbers.`);
    return { name, shape: value.shape, dtype: value.dtype, data: value.data };
  });
  return mergeLora(weights, scales.get(layer) ?? 1);
}

function matchLayer(
  layer: LayerBase,
  weights: readonly StoredWeight[],
  name: string,
  matches: { variable: Variable; data: TypedArray }[],
  problems: string[],
): void {
  const variables = orderOf(layer);
  if (variables.length !== weights.length) {
    problems.push(
      `${name}: expected ${variables.length} weights for ${layer.where}, found ${weights.length}`,
    );
    return;
  }
  variables.forEach((variable, i) => {
    const weight = weights[i];
    if (weight === undefined) return;
    if (!sameShape(weight.shape, variable.shape)) {
      problems.push(
        `${weight.name}: expected ${formatShape(variable.shape)} for ${variable.path}, found ${formatShape(weight.shape)}`,
      );
      return;
    }
    const data =
      weight.dtype === variable.dtype
        ? weight.data
        : fromNumbers(toNumbers(weight.data, weight.dtype), variable.dtype);
    matches.push({ variable, data });
  });
}

/** All trainable weights first, then the others: the order of old files. Low-rank parts are in the weight they belong to. */
function orderOf(layer: LayerBase): readonly Variable[] {
  const adapted = adaptedIn(layer);
  if (adapted.length > 0) {
    const factors = new Set(adapted.flatMap(({ loraFactors }) => loraFactors ?? []));
    return layer.weights.filter((weight) => !factors.has(weight));
  }
  return [
    ...layer.weights.filter((weight) => weight.trainable),
    ...layer.weights.filter((weight) => !weight.trainable),
  ];
}

/** Layers with a low-rank part, here and inside. */
function adaptedIn(layer: LayerBase): readonly AdaptableLayer[] {
  const own = layer instanceof AdaptableLayer && layer.loraEnabled ? [layer] : [];
  return [...own, ...layer.subLayers.flatMap(adaptedIn)];
}
