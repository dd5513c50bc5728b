import { classNameOf } from "../../graph/layer-base.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import type { Rest } from "../../ops/core/signatures.ts";
import { inDType } from "../../ops/in-dtype.ts";
import { Callable, callable } from "../../util/callable.ts";
import { constructFrom } from "../../util/construct.ts";
import { bindParameters, type ParameterTable, parametersOf } from "../../util/parameters.ts";

/**
 * Base of learning-rate schedules: the rate as a function of the number of steps done.
 *
 * A custom schedule extends it and computes in `call(step)`, with ops.
 *
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export abstract class LearningRateScheduleBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.optimizers.schedules";
  static readonly parameters: ParameterTable = {};

  /** Brings the arguments into fields of the table's names. */
  constructor(...args: readonly unknown[]) {
    super();
    // SAFETY: the constructor's target is a class, whose table is a static member.
    const { parameters } = new.target as unknown as typeof LearningRateScheduleBase;
    Object.assign(this, bindParameters<object>(classNameOf(new.target), parameters, args, []));
  }

  get className(): string {
    return classNameOf(this.constructor);
  }

  /** The rate after `step` steps (float32). */
  abstract call(step: Tensor): Tensor;

  override invoke(step: TensorInput): Tensor {
    return this.call(inDType(toValue(step) as Tensor, "float32")); // SAFETY: steps are not symbolic
  }

  getConfig(): Record<string, unknown> {
    // SAFETY: the constructor is the class.
    const { parameters } = this.constructor as unknown as typeof LearningRateScheduleBase;
    return parametersOf(this, parameters);
  }

  static fromConfig(config: Readonly<Record<string, unknown>>): LearningRateScheduleBase {
    return constructFrom(this, config) as LearningRateScheduleBase; // SAFETY: called on a class of schedules
  }
}

/** A schedule; calling it with a step gives the learning rate. */
export type LearningRateSchedule = LearningRateScheduleBase & ((step: TensorInput) => Tensor);

/** A schedule's class, whose constructor takes arguments P in Keras's order. */
export interface ScheduleConstructor<P extends readonly object[]> {
  (...args: Rest<P>): LearningRateSchedule;
  new (...args: Rest<P>): LearningRateSchedule;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): LearningRateSchedule;
}

export interface LearningRateScheduleConstructor {
  (): LearningRateSchedule;
  new (): LearningRateSchedule;
  fromConfig(config: Readonly<Record<string, unknown>>): LearningRateSchedule;
}

/** The class that custom schedules extend; see `LearningRateScheduleBase`. */
export const LearningRateSchedule: LearningRateScheduleConstructor = callable<
  typeof LearningRateScheduleBase,
  LearningRateScheduleConstructor
>(LearningRateScheduleBase);
