import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import type { LossFunction } from "./define.ts";
import { type ComputingLoss, type Loss, LossBase, type LossOptions } from "./loss.ts";
import type { Reduction } from "./reduction.ts";
import { toSameRank } from "./same-rank.ts";
import { Value } from "../ops/core/value.ts";

/** The losses of samples: a function of the truth and the predictions. */
export type LossLike = ((yTrue: never, yPred: never, ...rest: never[]) => unknown) | LossFunction<never>;

class LossFunctionWrapperLoss extends LossBase {
  static readonly className = "LossFunctionWrapper";
  static override readonly parameters: ParameterTable = {
    fn: required,
    reduction: "sum_over_batch_size",
    name: null,
    dtype: null,
  };
  /** The function. */
  readonly fn: LossLike;
  /** Its options. */
  readonly options: Readonly<Record<string, unknown>>;

  constructor(...args: readonly unknown[]) {
    const last = args.at(-1);
    const given = isPlainObject(last) ? last : {};
    const known = Object.keys(LossFunctionWrapperLoss.parameters);
    const base = Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
    const bound = bindParameters<LossOptions & { readonly fn: unknown }>(
      "LossFunctionWrapper",
      LossFunctionWrapperLoss.parameters,
      isPlainObject(last) ? [...args.slice(0, -1), base] : args,
      [],
    );
    const { fn, ...options } = bound;
    super(options);
    this.fn = functionOf(fn);
    this.options = Object.fromEntries(Object.entries(given).filter(([name]) => !known.includes(name)));
  }

  override call(yTrue: Tensor, yPred: Tensor): unknown {
    const [truth, prediction] =
      yTrue instanceof Value && yPred instanceof Value ? toSameRank(yTrue, yPred) : [yTrue, yPred];
    const rest = Object.keys(this.options).length === 0 ? [] : [this.options];
    return Reflect.apply(this.fn, undefined, [truth, prediction, ...rest]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: this.fn, ...this.options };
  }
}

function functionOf(fn: unknown): LossLike {
  if (typeof fn === "function") return fn as LossLike; // SAFETY: a function of truth and predictions
  throw new OptionError(
    `LossFunctionWrapper: expected \`fn\` to be a function, received ${JSON.stringify(fn)}.`,
  );
}

/** Options of the loss, and of its function. */
interface OpenOptions extends LossOptions {
  readonly [option: string]: unknown;
}

type WrapperArguments =
  | readonly [options: OpenOptions & { readonly fn: LossLike }]
  | readonly [fn: LossLike, options?: OpenOptions]
  | readonly [fn: LossLike, reduction: Reduction, options?: OpenOptions];

export interface LossFunctionWrapperConstructor {
  (...args: WrapperArguments): Loss;
  new (...args: WrapperArguments): ComputingLoss;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): Loss;
}

/**
 * Makes a loss of a function; further options go to the function.
 *
 * @see Keras `losses/losses.py`
 */
export const LossFunctionWrapper: LossFunctionWrapperConstructor = callable<
  typeof LossFunctionWrapperLoss,
  LossFunctionWrapperConstructor
>(LossFunctionWrapperLoss);
