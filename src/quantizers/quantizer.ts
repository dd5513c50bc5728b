import type { DType } from "../ir/dtypes.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import { toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable, callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";

/** Integers, and what they are multiples of the inverse of. */
export type Quantized = readonly [integers: Tensor, scale: Tensor];

/** The computation of `Quantizer`, for quantizers that extend it. */
export class QuantizerBase extends Callable {
  static readonly className: string = "Quantizer";
  static readonly module = "keras.quantizers";
  static readonly parameters: ParameterTable = { outputDtype: "int8" };
  /** Dtype of the integers. */
  readonly outputDtype: DType;

  constructor(...args: readonly unknown[]) {
    super();
    const { className, parameters } = new.target;
    const given = bindParameters<{ readonly outputDtype: DType }>(className, parameters, args, []);
    this.outputDtype = given.outputDtype;
  }

  /** Quantizes; the base class leaves its input as it is. */
  override invoke(x: TensorInput, ..._rest: readonly unknown[]): unknown {
    return toValue(x);
  }

  getConfig(): Readonly<Record<string, unknown>> {
    return { outputDtype: this.outputDtype };
  }

  static fromConfig(config: Readonly<Record<string, unknown>>): QuantizerBase {
    // SAFETY: called on a concrete class, whose constructor takes its configuration as one object.
    return Reflect.construct(this as unknown as new (config: unknown) => QuantizerBase, [config]);
  }
}

export interface Quantizer extends QuantizerBase {
  (x: TensorInput, ...rest: readonly unknown[]): unknown;
}

export interface QuantizerOptions {
  /** Dtype of the integers. Default `"int8"`. */
  readonly outputDtype?: DType | undefined;
}

export interface QuantizerConstructor {
  (options?: QuantizerOptions | DType): Quantizer;
  new (options?: QuantizerOptions | DType): Quantizer;
  fromConfig(config: Readonly<Record<string, unknown>>): Quantizer;
}

/**
 * Base of quantizers: functions from floats to integers and a scale. @see Keras `quantizers/quantizers.py`
 */
export const Quantizer: QuantizerConstructor = /* @__PURE__ */ callable<
  typeof QuantizerBase,
  QuantizerConstructor
>(QuantizerBase);
