import type { Constructor } from "../util/argument-types.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import {
  CallbackBase,
  type CallbackModel,
  type CallbackParams,
  type Hook,
  type PredictLogs,
} from "./callback.ts";
import { History } from "./history.ts";
import { type Logs, toLogs } from "./logs.ts";
import { ProgbarLogger } from "./progbar-logger.ts";

export interface CallbackListOptions {
  readonly callbacks?: CallbackBase | readonly CallbackBase[] | null | undefined;
  readonly addHistory?: boolean | undefined;
  readonly addProgbar?: boolean | undefined;
  readonly model?: CallbackModel | null | undefined;
  readonly verbose?: CallbackParams["verbose"] | undefined;
  readonly epochs?: number | undefined;
  readonly steps?: number | null | undefined;
}

interface Bound extends CallbackListOptions {
  readonly callbacks: CallbackBase | readonly CallbackBase[] | null;
  readonly addHistory: boolean;
  readonly addProgbar: boolean;
  readonly model: CallbackModel | null;
}

class CallbackListClass extends CallbackBase {
  readonly callbacks: readonly CallbackBase[];
  /** As they are called. */
  readonly #inOrder: readonly CallbackBase[];
  /** The history among the callbacks. */
  readonly history: History | null;

  static readonly parameters: ParameterTable = {
    callbacks: null,
    addHistory: false,
    addProgbar: false,
    model: null,
  };

  constructor(...args: readonly unknown[]) {
    super();
    const { parameters } = CallbackListClass;
    const options = bindParameters<Bound>("CallbackList", parameters, args, ["verbose", "epochs", "steps"]);
    const { callbacks } = options;
    const given = callbacks === null ? [] : callbacks instanceof CallbackBase ? [callbacks] : [...callbacks];
    for (const callback of given) {
      if (!(callback instanceof CallbackBase))
        throw new OptionError(
          `callbacks: expected callbacks, received ${typeof callback === "function" ? "a function (make an object of the class)" : String(callback)}. LambdaCallback({ onEpochEnd, … }) makes one of functions.`,
        );
    }
    if (options.addHistory && !given.some((callback) => callback instanceof History))
      given.push(new History());
    if (options.addProgbar && !given.some((callback) => callback instanceof ProgbarLogger))
      given.push(new ProgbarLogger());
    this.callbacks = given;
    this.#inOrder = [...given.filter((c) => !c.comesLast), ...given.filter((c) => c.comesLast)];
    this.history = given.find((callback): callback is History => callback instanceof History) ?? null;
    if (options.model !== null) this.setModel(options.model);
    this.setParams({
      verbose: options.verbose ?? 0,
      epochs: options.epochs ?? 1,
      steps: options.steps ?? null,
    });
  }

  override setModel(model: CallbackModel): void {
    super.setModel(model);
    for (const callback of this.callbacks) callback.setModel(model);
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    for (const callback of this.callbacks) callback.setParams(params);
  }

  override onBatchBegin(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onBatchBegin(batch, shared));
  }

  override onBatchEnd(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onBatchEnd(batch, shared));
  }

  override onEpochBegin(epoch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onEpochBegin(epoch, shared));
  }

  override onEpochEnd(epoch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onEpochEnd(epoch, shared));
  }

  override onTrainBatchBegin(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTrainBatchBegin(batch, shared));
  }

  override onTrainBatchEnd(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTrainBatchEnd(batch, shared));
  }

  override onTestBatchBegin(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTestBatchBegin(batch, shared));
  }

  override onTestBatchEnd(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTestBatchEnd(batch, shared));
  }

  override onPredictBatchBegin(batch: number, logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onPredictBatchBegin(batch, shared));
  }

  override onPredictBatchEnd(batch: number, logs: Logs | PredictLogs): Hook {
    return this.#each({}, (callback) => callback.onPredictBatchEnd(batch, logs));
  }

  override onTrainBegin(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTrainBegin(shared));
  }

  override onTrainEnd(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTrainEnd(shared));
  }

  override onTestBegin(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTestBegin(shared));
  }

  override onTestEnd(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onTestEnd(shared));
  }

  override onPredictBegin(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onPredictBegin(shared));
  }

  override onPredictEnd(logs: object = {}): Hook {
    return this.#each(logs, (callback, shared) => callback.onPredictEnd(shared));
  }

  /** Calls one after the other, waiting for those that return promises; all share the logs. */
  #each(given: object, call: (callback: CallbackBase, logs: Logs) => Hook): Hook {
    const logs = toLogs(given);
    let pending: Promise<void> | null = null;
    for (const callback of this.#inOrder) {
      if (pending !== null) pending = pending.then(() => call(callback, logs));
      else {
        const result: Hook = call(callback, logs);
        if (result instanceof Promise) pending = result;
      }
    }
    return pending ?? undefined;
  }
}

export type CallbackList = CallbackListClass;

export interface CallbackListConstructor extends Constructor<
  CallbackList,
  CallbackListOptions,
  [callbacks: "callbacks", addHistory: "addHistory", addProgbar: "addProgbar", model: "model"]
> {}

/** Several callbacks as one. @see Keras `callbacks/callback_list.py` */
export const CallbackList: CallbackListConstructor = callable<
  typeof CallbackListClass,
  CallbackListConstructor
>(CallbackListClass);
