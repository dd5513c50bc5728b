import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { Variable } from "../graph/variable.ts";
import type { LearningRateSchedule } from "./schedules/learning-rate-schedule.ts";

/** A number, a schedule, or a function without arguments. */
export type LearningRate = number | LearningRateSchedule | (() => TensorInput);

/** What an optimizer keeps: a variable for a number, else the schedule or function. */
export type LearningRateSource = Variable | LearningRateSchedule | (() => TensorInput);

/** Whether it is a schedule: a function of the number of steps, with a configuration. */
export function isSchedule(source: unknown): source is LearningRateSchedule {
  return typeof source === "function" && "getConfig" in source;
}

/** The rate at a step, as a tensor. */
export function rateAt(source: LearningRateSource, iterations: Variable): Tensor {
  if (source instanceof Variable) return source.value;
  const rate = toValue(isSchedule(source) ? source(iterations) : source()) as Tensor; // SAFETY: rates are not symbolic
  return rate.isWeak ? inDType(rate, "float32") : rate;
}
