import type { Equation } from "../../ir/program.ts";
import { DeviceError } from "../../util/errors.ts";
import type { Scheduler } from "./scheduler.ts";

/** Adds control flow to a schedule. */
export function placeControl(_scheduler: Scheduler, equation: Equation): void {
  throw new DeviceError(`${equation.primitive.name}: control flow is not scheduled yet.`);
}
