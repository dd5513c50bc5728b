import { FormatError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import type { JsonObject } from "./modernize.ts";

/** Layer classes of Keras 1 under their later names. */
const classes: Readonly<Record<string, string>> = {
  Convolution1D: "Conv1D",
  Convolution2D: "Conv2D",
  Convolution3D: "Conv3D",
  Deconvolution2D: "Conv2DTranspose",
  AtrousConvolution1D: "Conv1D",
  AtrousConvolution2D: "Conv2D",
  SeparableConvolution2D: "SeparableConv2D",
  TimeDistributedDense: "Dense",
};

/** Options of Keras 1 under their later names, for all layers that have them. */
const options: Readonly<Record<string, string>> = {
  output_dim: "units",
  nb_filter: "filters",
  init: "kernel_initializer",
  inner_init: "recurrent_initializer",
  inner_activation: "recurrent_activation",
  W_regularizer: "kernel_regularizer",
  U_regularizer: "recurrent_regularizer",
  b_regularizer: "bias_regularizer",
  W_constraint: "kernel_constraint",
  U_constraint: "recurrent_constraint",
  b_constraint: "bias_constraint",
  bias: "use_bias",
  border_mode: "padding",
  subsample: "strides",
  subsample_length: "strides",
  filter_length: "kernel_size",
  pool_length: "pool_size",
  stride: "strides",
  length: "size",
  dropout_W: "dropout",
  dropout_U: "recurrent_dropout",
  p: "rate",
  sigma: "stddev",
  atrous_rate: "dilation_rate",
  depth_multiplier: "depth_multiplier",
};

const initializers: Readonly<Record<string, string>> = {
  uniform: "random_uniform",
  normal: "random_normal",
  zero: "zeros",
  one: "ones",
};

/** Options that say nothing any more. */
const dropped: ReadonlySet<string> = new Set([
  "input_dim",
  "input_length",
  "consume_less",
  "beta_init",
  "gamma_init",
  "mode",
  "create_input_layer",
]);

/**
 * A layer of Keras 1 in the form of Keras 2.
 *
 * @throws {FormatError} for a layer that later versions have no equal of.
 */
export function fromKeras1(layer: JsonObject, path: string): JsonObject {
  const { class_name: className, config } = layer;
  if (!isPlainObject(config)) return layer;
  const old = String(className);
  if (old === "Merge") return { ...layer, ...fromMerge(config, path) };
  const translated: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (dropped.has(key) && !(old === "Embedding" && key === "input_dim")) continue;
    const name = renameOption(old, key);
    if (name !== null) translated[name] = translate(name, value);
  }
  const {
    nb_row: rows,
    nb_col: columns,
    kernel_dim1: depth,
    kernel_dim2: height,
    kernel_dim3: width,
  } = config;
  if (rows !== undefined && columns !== undefined) translated["kernel_size"] = [rows, columns];
  if (depth !== undefined) translated["kernel_size"] = [depth, height, width];
  if (old === "BatchNormalization" && config["mode"] !== undefined && config["mode"] !== 0) {
    throw new FormatError(
      `${path}: BatchNormalization with mode ${String(config["mode"])} has no equal in later versions of Keras.`,
    );
  }
  for (const key of ["nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3"]) delete translated[key];
  return { ...layer, class_name: classes[old] ?? old, config: translated };
}

function renameOption(className: string, key: string): string | null {
  if (key === "dim_ordering") return "data_format";
  if (key === "forget_bias_init") return "unit_forget_bias";
  if (className === "Embedding" && key === "output_dim") return "output_dim";
  if (className === "Embedding" && (key === "init" || key === "W_regularizer" || key === "W_constraint")) {
    return {
      init: "embeddings_initializer",
      W_regularizer: "embeddings_regularizer",
      W_constraint: "embeddings_constraint",
    }[key];
  }
  if (className.startsWith("ZeroPadding") && key === "padding") return "padding";
  return options[key] ?? key;
}

function translate(name: string, value: unknown): unknown {
  if (name === "unit_forget_bias") return value === "one" || value === true;
  if (name === "data_format")
    return value === "th" ? "channels_first" : value === "tf" ? "channels_last" : null;
  if (name.endsWith("initializer") && typeof value === "string") return initializers[value] ?? value;
  if (name.endsWith("regularizer") && isPlainObject(value) && typeof value["name"] === "string") {
    const { l1 = 0, l2 = 0 } = value;
    return { class_name: "L1L2", config: { l1, l2 } };
  }
  return value;
}

/** `Merge` had a mode; each is a class of its own today. */
function fromMerge(config: JsonObject, path: string): JsonObject {
  const modes: Readonly<Record<string, string>> = {
    sum: "Add", mul: "Multiply", ave: "Average", max: "Maximum", concat: "Concatenate", dot: "Dot", cos: "Dot",
  }; // prettier-ignore
  const className = modes[String(config["mode"])];
  if (className === undefined)
    throw new FormatError(`${path}: Merge with mode ${JSON.stringify(config["mode"])} is not supported.`);
  const { name } = config;
  if (className === "Concatenate")
    return { class_name: className, config: { name, axis: config["concat_axis"] ?? -1 } };
  if (className === "Dot")
    return {
      class_name: className,
      config: { name, axes: config["dot_axes"] ?? -1, normalize: config["mode"] === "cos" },
    };
  return { class_name: className, config: { name } };
}
