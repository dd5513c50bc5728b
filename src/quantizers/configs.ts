import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { AbsMaxQuantizer } from "./abs-max.ts";
import { type QuantizationMode, quantizationModes } from "./modes.ts";

export interface QuantizationConfigOptions {
  /** Rounds weights. Default: Keras's for the mode. */
  readonly weightQuantizer?: AbsMaxQuantizer | null | undefined;
  /** Rounds inputs; null leaves them. Default: Keras's for the mode. */
  readonly activationQuantizer?: AbsMaxQuantizer | "default" | null | undefined;
}

type Given = Required<QuantizationConfigOptions> & { readonly blockSize?: number | null };

/** How a layer is quantized: the mode, and what rounds its weights and its inputs. */
export abstract class QuantizationConfigBase {
  static readonly className: string = "QuantizationConfig";
  static readonly module = "keras.quantizers";
  static readonly parameters: ParameterTable = { weightQuantizer: null, activationQuantizer: null };
  abstract readonly mode: QuantizationMode;
  readonly weightQuantizer: AbsMaxQuantizer | null;
  readonly activationQuantizer: AbsMaxQuantizer | null;
  /** What the constructor was given. */
  protected readonly given: Given;

  /** @param fallback - Rounds inputs where `activationQuantizer` is `"default"`. */
  constructor(args: readonly unknown[], fallback: () => AbsMaxQuantizer | null) {
    const { className, parameters } = new.target;
    this.given = bindParameters<Given>(className, parameters, args, []);
    const { weightQuantizer = null, activationQuantizer: inputs = null } = this.given;
    this.weightQuantizer = quantizerOf(className, "weightQuantizer", weightQuantizer);
    this.activationQuantizer =
      inputs === "default" ? fallback() : quantizerOf(className, "activationQuantizer", inputs);
    const { outputDtype } = this.weightQuantizer ?? {};
    if (outputDtype !== undefined && outputDtype !== "int8")
      throw new OptionError(
        `${className}: expected a \`weightQuantizer\` with outputDtype "int8", received one with "${outputDtype}".`,
      );
  }

  getConfig(): Readonly<Record<string, unknown>> {
    return { weightQuantizer: this.weightQuantizer, activationQuantizer: this.activationQuantizer };
  }

  static fromConfig(config: Readonly<Record<string, unknown>>): QuantizationConfigBase {
    // SAFETY: called on a concrete class, whose constructor takes its configuration as one object.
    return Reflect.construct(this as unknown as new (config: unknown) => QuantizationConfigBase, [config]);
  }
}

function quantizerOf(where: string, name: string, value: unknown): AbsMaxQuantizer | null {
  if (value === null || value === undefined) return null;
  if (value instanceof AbsMaxQuantizer) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be an AbsMaxQuantizer or null, received ${isPlainObject(value) ? JSON.stringify(value) : String(value)}.`,
  );
}

class Int8QuantizationConfigClass extends QuantizationConfigBase {
  static override readonly className = "Int8QuantizationConfig";
  static override readonly parameters: ParameterTable = {
    weightQuantizer: null,
    activationQuantizer: "default",
  };
  readonly mode = "int8";

  constructor(...args: readonly unknown[]) {
    super(args, () => AbsMaxQuantizer());
  }
}

class Int4QuantizationConfigClass extends QuantizationConfigBase {
  static override readonly className = "Int4QuantizationConfig";
  static override readonly parameters: ParameterTable = {
    weightQuantizer: null,
    activationQuantizer: "default",
    blockSize: 128,
  };
  readonly mode = "int4";
  /** How many numbers have a step and a zero point together; null and −1: all of an output's. */
  readonly blockSize: number | null;

  constructor(...args: readonly unknown[]) {
    super(args, () => null);
    const where = "Int4QuantizationConfig";
    const { blockSize = null } = this.given;
    if (blockSize !== null && blockSize !== -1 && !(Number.isInteger(blockSize) && blockSize > 0))
      throw new OptionError(
        `${where}: expected \`blockSize\` to be null, -1 or a positive integer, received ${JSON.stringify(blockSize)}.`,
      );
    this.blockSize = blockSize;
    const { weightQuantizer, activationQuantizer } = this;
    if (this.isGrouped && (weightQuantizer !== null || activationQuantizer !== null))
      throw new OptionError(
        `${where}: blocks of ${blockSize} have no quantizers of one's own. Give blockSize: -1 with them, or leave them out.`,
      );
    const range = weightQuantizer?.valueRange;
    if (range !== undefined && (range[0] !== -8 || range[1] !== 7))
      throw new OptionError(
        `${where}: expected a \`weightQuantizer\` with valueRange [-8, 7], received [${range.join(", ")}].`,
      );
  }

  get isGrouped(): boolean {
    return this.blockSize !== null && this.blockSize > 0;
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { ...super.getConfig(), blockSize: this.blockSize };
  }

  /** Files from before there were blocks have none. */
  static override fromConfig(config: Readonly<Record<string, unknown>>): Int4QuantizationConfig {
    return new Int4QuantizationConfigClass({ blockSize: null, ...config });
  }
}

/** Configurations without options. */
abstract class PlainConfig extends QuantizationConfigBase {
  static override readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(args, () => null);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

class Float8QuantizationConfigClass extends PlainConfig {
  static override readonly className = "Float8QuantizationConfig";
  readonly mode = "float8";
}

class TernaryQuantizationConfigClass extends PlainConfig {
  static override readonly className = "TernaryQuantizationConfig";
  readonly mode = "ternary";
}

export type QuantizationConfig = QuantizationConfigBase;
export type Int8QuantizationConfig = Int8QuantizationConfigClass;
export type Int4QuantizationConfig = Int4QuantizationConfigClass;
export type Float8QuantizationConfig = Float8QuantizationConfigClass;
export type TernaryQuantizationConfig = TernaryQuantizationConfigClass;

interface ConfigConstructor<T, O> {
  (options?: O): T;
  new (options?: O): T;
  fromConfig(config: Readonly<Record<string, unknown>>): T;
}

export interface Int4QuantizationConfigOptions extends QuantizationConfigOptions {
  /** How many numbers have a step and a zero point together; null and −1: all of an output's. Default 128. */
  readonly blockSize?: number | null | undefined;
}

/** Base of configurations for `quantize`. @see Keras `quantizers/quantization_config.py` */
export const QuantizationConfig: typeof QuantizationConfigBase = QuantizationConfigBase;

/**
 * Weights and inputs as integers of 8 bits.
 *
 * @throws {OptionError} for a weight quantizer of another dtype.
 * @see Keras `quantizers/quantization_config.py`
 */
export const Int8QuantizationConfig: ConfigConstructor<Int8QuantizationConfig, QuantizationConfigOptions> =
  /* @__PURE__ */ callable<
    typeof Int8QuantizationConfigClass,
    ConfigConstructor<Int8QuantizationConfig, QuantizationConfigOptions>
  >(Int8QuantizationConfigClass);

/**
 * Weights as integers of 4 bits, two in a byte, by blocks; inputs as they are.
 *
 * @throws {OptionError} for quantizers together with blocks, or of another range than [-8, 7].
 * @see Keras `quantizers/quantization_config.py`
 */
export const Int4QuantizationConfig: ConfigConstructor<
  Int4QuantizationConfig,
  Int4QuantizationConfigOptions
> = /* @__PURE__ */ callable<
  typeof Int4QuantizationConfigClass,
  ConfigConstructor<Int4QuantizationConfig, Int4QuantizationConfigOptions>
>(Int4QuantizationConfigClass);

type NoOptions = Readonly<Record<never, never>>;

/** Weights, inputs and gradients as floats of 8 bits, rounded in training as well. @see Keras `quantizers/quantization_config.py` */
export const Float8QuantizationConfig: ConfigConstructor<Float8QuantizationConfig, NoOptions> =
  /* @__PURE__ */ callable<
    typeof Float8QuantizationConfigClass,
    ConfigConstructor<Float8QuantizationConfig, NoOptions>
  >(Float8QuantizationConfigClass);

/** Weights as −1, 0 and 1, five in a byte. @see Keras `quantizers/quantization_config.py` */
export const TernaryQuantizationConfig: ConfigConstructor<TernaryQuantizationConfig, NoOptions> =
  /* @__PURE__ */ callable<
    typeof TernaryQuantizationConfigClass,
    ConfigConstructor<TernaryQuantizationConfig, NoOptions>
  >(TernaryQuantizationConfigClass);

/**
 * The configuration that a mode and a configuration, one of them or both, stand for.
 *
 * @throws {OptionError} when they contradict each other, or the mode is unknown or needs data to be calibrated with.
 * @see Keras `quantizers/quantization_config.py`, `validate_and_resolve_config`
 */
export function resolveConfig(where: string, mode: unknown, config: unknown): QuantizationConfig {
  if (config !== null && config !== undefined && !(config instanceof QuantizationConfigBase))
    throw new OptionError(
      `${where}: expected \`config\` to be a configuration of quantizers, such as quantizers.Int8QuantizationConfig(), received ${JSON.stringify(config)}.`,
    );
  if (mode === null || mode === undefined) {
    if (config instanceof QuantizationConfigBase) return config;
    throw new OptionError(`${where}: give a \`mode\`, such as "int8", or a \`config\`.`);
  }
  const known = quantizationModes.find((one) => one === mode);
  if (known === undefined)
    throw new OptionError(
      `${where}: expected \`mode\` to be one of ${quantizationModes.join(", ")}, received ${JSON.stringify(mode)}.`,
    );
  if (known === "gptq" || known === "awq") throw needsCalibration(where, known);
  if (!(config instanceof QuantizationConfigBase)) return defaults[known]();
  if (config.mode === known) return config;
  throw new OptionError(
    `${where}: the mode "${known}" and the configuration's mode "${config.mode}" contradict each other.`,
  );
}

/** The error for modes that are calibrated with data. */
export function needsCalibration(where: string, mode: string): OptionError {
  return new OptionError(
    `${where}: the mode "${mode}", which is calibrated with data, is not supported. Use "int8" or "int4".`,
  );
}

const defaults: Readonly<Record<Exclude<QuantizationMode, "gptq" | "awq">, () => QuantizationConfig>> = {
  int8: () => Int8QuantizationConfig(),
  int4: () => Int4QuantizationConfig(),
  float8: () => Float8QuantizationConfig(),
  ternary: () => TernaryQuantizationConfig(),
};
