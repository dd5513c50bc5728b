import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { CallbackBase, type CallbackConstructor, type Hook } from "./callback.ts";
import type { Logs } from "./logs.ts";

const epochHooks = ["onEpochBegin", "onEpochEnd"] as const;
const batchHooks = [
  "onBatchBegin", "onBatchEnd", "onTrainBatchBegin", "onTrainBatchEnd", "onTestBatchBegin", "onTestBatchEnd", "onPredictBatchBegin",
  "onPredictBatchEnd",
] as const; // prettier-ignore
const runHooks = [
  "onTrainBegin",
  "onTrainEnd",
  "onTestBegin",
  "onTestEnd",
  "onPredictBegin",
  "onPredictEnd",
] as const;
const hooks: readonly string[] = [...epochHooks, ...batchHooks, ...runHooks];

/** Hooks as functions. */
export type LambdaCallbackOptions = {
  readonly [hook in (typeof epochHooks)[number] | (typeof batchHooks)[number]]?:
    | ((index: number, logs: Logs) => Hook)
    | null
    | undefined;
} & {
  readonly [hook in (typeof runHooks)[number]]?: ((logs: Logs) => Hook) | null | undefined;
};

class LambdaCallbackClass extends CallbackBase {
  constructor(options: LambdaCallbackOptions = {}) {
    super();
    checkOptions("LambdaCallback", options, hooks);
    for (const [name, hook] of Object.entries(options)) {
      if (hook === undefined || hook === null) continue;
      if (typeof hook !== "function")
        throw new OptionError(
          `LambdaCallback: expected \`${name}\` to be a function, received ${typeof hook}.`,
        );
      Object.defineProperty(this, name, { value: hook, configurable: true });
    }
  }
}

export type LambdaCallback = LambdaCallbackClass;

/** A callback made of functions: `LambdaCallback({ onEpochEnd: (epoch, logs) => … })`. @see Keras `callbacks/lambda_callback.py` */
export const LambdaCallback: CallbackConstructor<readonly [options?: LambdaCallbackOptions], LambdaCallback> =
  callable<
    typeof LambdaCallbackClass,
    CallbackConstructor<readonly [options?: LambdaCallbackOptions], LambdaCallback>
  >(LambdaCallbackClass);
