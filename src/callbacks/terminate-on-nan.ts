import { callable } from "../util/callable.ts";
import { AntlerError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { terminal } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type InOrder } from "./callback.ts";
import type { Logs } from "./logs.ts";

export interface TerminateOnNaNOptions {
  /** Throw rather than end training quietly. Default false. */
  readonly raiseError?: boolean | undefined;
}

class TerminateOnNaNCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    raiseError: false,
  };

  readonly raiseError: boolean;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<TerminateOnNaNOptions>(
      "TerminateOnNaN",
      TerminateOnNaNCallback.parameters,
      args,
      [],
    );
    super();
    this.raiseError = options.raiseError ?? false;
  }

  override onBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (typeof loss !== "number" || Number.isFinite(loss)) return;
    if (this.raiseError)
      throw new AntlerError(
        `TerminateOnNaN: the loss is ${loss} at batch ${batch}. Lower the learning rate, or clip gradients.`,
      );
    terminal().write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}

export type TerminateOnNaN = TerminateOnNaNCallback;
type Arguments = InOrder<TerminateOnNaNOptions, ["raiseError"]>;

/** Ends training when the loss is not finite. @see Keras `callbacks/terminate_on_nan.py` */
export const TerminateOnNaN: CallbackConstructor<Arguments, TerminateOnNaN> = callable<
  typeof TerminateOnNaNCallback,
  CallbackConstructor<Arguments, TerminateOnNaN>
>(TerminateOnNaNCallback);
