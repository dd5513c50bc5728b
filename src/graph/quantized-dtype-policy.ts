import { type QuantizationMode, quantizationModes } from "../quantizers/modes.ts";
import { OptionError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { DTypePolicy, dtypePolicy } from "./dtype-policy.ts";

/**
 * The policy of a layer whose weights are quantized; it computes in the dtypes of the policy it had before.
 *
 * @param mode - `"int8"`, `"int4"`, `"float8"` or `"ternary"`.
 * @param sourceName - Name of the policy before. Default: that of the global policy.
 * @throws {OptionError} for another mode, and for 8-bit integers with 16-bit floats.
 * @see Keras `dtype_policies/dtype_policy.py`
 */
export class QuantizedDTypePolicy extends DTypePolicy {
  static override readonly className: string = "QuantizedDTypePolicy";
  static override readonly module: string = "keras.dtype_policies";
  override readonly quantizationMode: QuantizationMode;
  /** Name of the policy it had before. */
  readonly sourceName: string;

  constructor(mode: string, sourceName: string = dtypePolicy().name, nameOfMode: string = mode) {
    super(`${nameOfMode}_from_${sourceName}`, sourceName);
    this.quantizationMode = oneOf(new.target.className, "mode", mode, quantizationModes);
    this.sourceName = sourceName;
    if (mode === "int8" && this.computeDtype === "float16")
      throw new OptionError(
        `${new.target.className}: the mode "int8" does not go with computing in float16. Use mixed_bfloat16.`,
      );
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { mode: this.quantizationMode, sourceName: this.sourceName };
  }
}

/**
 * The policy of a layer with weights of 4 bits: `"int4/128"`, by blocks of 128, or `"int4/-1"`, by whole outputs.
 *
 * @throws {OptionError} for another form.
 * @see Keras `dtype_policies/dtype_policy.py`
 */
export class Int4DTypePolicy extends QuantizedDTypePolicy {
  static override readonly className: string = "Int4DTypePolicy";
  /** −1 for whole outputs. */
  readonly blockSize: number;

  constructor(mode: string, sourceName: string = dtypePolicy().name) {
    const [kind, size, ...rest] = mode.split("/");
    const blockSize = size === "None" ? -1 : Number(size);
    if (
      kind !== "int4" ||
      rest.length > 0 ||
      !Number.isInteger(blockSize) ||
      blockSize < -1 ||
      blockSize === 0
    )
      throw new OptionError(
        `Int4DTypePolicy: expected the mode "int4/" with a positive block size, or -1, received ${JSON.stringify(mode)}.`,
      );
    super("int4", sourceName, `int4/${blockSize}`);
    this.blockSize = blockSize;
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { mode: `int4/${this.blockSize}`, sourceName: this.sourceName };
  }
}

/**
 * The policy of a layer that rounds to floats of 8 bits, and keeps so many past largest values to scale by.
 *
 * @see Keras `dtype_policies/dtype_policy.py`
 */
export class QuantizedFloat8DTypePolicy extends QuantizedDTypePolicy {
  static override readonly className: string = "QuantizedFloat8DTypePolicy";
  /** Default 1024. */
  readonly amaxHistoryLength: number;

  constructor(
    mode: string = "float8",
    sourceName: string = dtypePolicy().name,
    amaxHistoryLength: number = 1024,
  ) {
    super(mode, sourceName);
    if (!Number.isInteger(amaxHistoryLength) || amaxHistoryLength < 1)
      throw new OptionError(
        `QuantizedFloat8DTypePolicy: expected \`amaxHistoryLength\` to be a positive integer, received ${JSON.stringify(amaxHistoryLength)}.`,
      );
    this.amaxHistoryLength = amaxHistoryLength;
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { ...super.getConfig(), amaxHistoryLength: this.amaxHistoryLength };
  }
}

/** The policy of a layer with weights −1, 0 and 1. @see Keras `dtype_policies/dtype_policy.py` */
export class TernaryDTypePolicy extends QuantizedDTypePolicy {
  static override readonly className: string = "TernaryDTypePolicy";
}

/**
 * The policy that a name such as `"int8_from_float32"` or `"int4/128_from_mixed_bfloat16"` stands for.
 *
 * @throws {OptionError} for a name of another form, and for modes that are calibrated with data.
 */
export function quantizedPolicy(name: string): QuantizedDTypePolicy {
  const [mode = "", source, ...rest] = name.split("_from_");
  if (source === undefined || rest.length > 0)
    throw new OptionError(
      `dtype: expected a name such as "int8_from_float32", received ${JSON.stringify(name)}.`,
    );
  if (mode.startsWith("int4/")) return new Int4DTypePolicy(mode, source);
  if (mode === "float8") return new QuantizedFloat8DTypePolicy(mode, source);
  if (mode === "ternary") return new TernaryDTypePolicy(mode, source);
  return new QuantizedDTypePolicy(mode, source);
}
