import type { Constructor, Values } from "../util/argument-types.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { CallbackBase, type Hook } from "./callback.ts";
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

/** The hooks that come by position, in Keras's order. */
type HookNames = [
  onEpochBegin: "onEpochBegin",
  onEpochEnd: "onEpochEnd",
  onTrainBegin: "onTrainBegin",
  onTrainEnd: "onTrainEnd",
  onTrainBatchBegin: "onTrainBatchBegin",
  onTrainBatchEnd: "onTrainBatchEnd",
];

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
  static readonly parameters: ParameterTable = {
    onEpochBegin: null,
    onEpochEnd: null,
    onTrainBegin: null,
    onTrainEnd: null,
    onTrainBatchBegin: null,
    onTrainBatchEnd: null,
  };

  constructor(...args: readonly unknown[]) {
    super();
    const { parameters } = LambdaCallbackClass;
    const given = bindParameters<LambdaCallbackOptions>("LambdaCallback", parameters, args, hooks);
    for (const [name, hook] of Object.entries(given)) {
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

export interface LambdaCallbackConstructor extends Constructor<
  LambdaCallback,
  LambdaCallbackOptions,
  HookNames
> {
  // Hooks alone, so that their parameters have types where they are written.
  (...hooks: Partial<Values<HookNames, LambdaCallbackOptions>>): LambdaCallback;
  new (...hooks: Partial<Values<HookNames, LambdaCallbackOptions>>): LambdaCallback;
}

/** A callback made of functions: `LambdaCallback({ onEpochEnd: (epoch, logs) => … })`. @see Keras `callbacks/lambda_callback.py` */
export const LambdaCallback: LambdaCallbackConstructor = callable<
  typeof LambdaCallbackClass,
  LambdaCallbackConstructor
>(LambdaCallbackClass);
