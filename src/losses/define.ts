import type { Result } from "../ops/core/op-types.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Operand, Rest } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { LossBase, type LossConstructor } from "./loss.ts";
import { toDType } from "./loss.ts";
import { toSameRank } from "./same-rank.ts";

/** A loss as a function: the losses of a batch, one for each sample. */
export interface LossFunction<P extends readonly object[] = readonly []> {
  <A extends Operand, B extends Operand>(yTrue: A, yPred: B, ...rest: Rest<P>): Result<A | B>;
  /** Keras's name, by which files refer to it. */
  readonly identifier: string;
}

/** Applies a loss function to arguments by name. */
const applications = new WeakMap<
  object,
  (yTrue: TensorInput, yPred: TensorInput, options: object) => Tensor
>();

/**
 * Defines a loss function.
 *
 * @param identifier - Keras's name.
 * @param parameters - What follows `yTrue` and `yPred`, with defaults, in Keras's order.
 */
export function lossFunction<O extends object, P extends readonly object[]>(
  identifier: string,
  parameters: ParameterTable,
  body: (yTrue: Tensor, yPred: Tensor, options: O) => Tensor,
): LossFunction<P> {
  // SAFETY: symbolic values take the same ops as tensors.
  const apply = (yTrue: TensorInput, yPred: TensorInput, options: object): Tensor =>
    body(toValue(yTrue) as Tensor, toValue(yPred) as Tensor, options as O); // SAFETY: the table's names and defaults are O's
  const f = (yTrue: TensorInput, yPred: TensorInput, ...rest: readonly unknown[]): Tensor =>
    apply(yTrue, yPred, bindParameters<O>(`losses.${identifier}`, parameters, rest, []));
  applications.set(f, apply);
  return Object.assign(f, { identifier }) as unknown as LossFunction<P>; // SAFETY: P types the table
}

/** Makes the class of a loss function: its constructor takes the function's options and those of every loss. */
export function lossClass<P extends readonly object[]>(
  className: string,
  f: LossFunction<never>,
  parameters: ParameterTable,
  check: (options: Readonly<Record<string, unknown>>) => void = () => {},
): LossConstructor<P> {
  lossFunctions.add(f);
  const own = Object.keys(parameters).filter((name) => !["reduction", "name", "dtype"].includes(name));
  class FunctionLoss extends LossBase {
    static readonly className = className;
    static override readonly parameters: ParameterTable = parameters;
    /** The function's options. */
    readonly options: Readonly<Record<string, unknown>>;
    /** The function that computes the losses. */
    readonly fn: LossFunction<never> = f;

    constructor(...args: readonly unknown[]) {
      const { name, reduction, dtype, ...options } = bindParameters<Record<string, unknown>>(
        className,
        parameters,
        args,
        [],
      );
      super({ name, reduction, dtype });
      check(options);
      this.options = options;
    }

    override call(yTrue: Tensor, yPred: Tensor): Tensor {
      const apply = applications.get(f);
      if (apply === undefined) throw new TypeError(`${className}: not a loss function.`);
      return apply(...toSameRank(yTrue, yPred), this.options);
    }

    override getConfig(): Record<string, unknown> {
      return { ...super.getConfig(), ...Object.fromEntries(own.map((name) => [name, this.options[name]])) };
    }
  }
  // SAFETY: P types the table.
  return callable<typeof FunctionLoss, LossConstructor<P>>(FunctionLoss);
}

/** The functions that have a class as well. */
const lossFunctions = new WeakSet<object>();

/** Whether it is a built-in loss as a function. */
export function isLossFunction(value: unknown): boolean {
  return typeof value === "function" && lossFunctions.has(value);
}

/** The truth in the dtype of the predictions. */
export function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  return toDType(yTrue, yPred.dtype);
}

/** Both in the dtype of the predictions and of the same rank. */
export function aligned(yTrue: Tensor, yPred: Tensor): [yTrue: Tensor, yPred: Tensor] {
  return toSameRank(alike(yTrue, yPred), yPred);
}

/** The three options that every loss takes, with the loss's default name. */
export function baseParameters(name: string): {
  readonly reduction: string;
  readonly name: string;
  readonly dtype: null;
} {
  return { reduction: "sum_over_batch_size", name, dtype: null };
}
