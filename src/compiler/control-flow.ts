import type { Equation, Var } from "../ir/program.ts";
import { invariant } from "../util/errors.ts";
import type { ControlVjp } from "./gradient/control-vjp.ts";
import type { PlaceControl, Scheduler } from "./schedule/scheduler.ts";
import type { Rewriter } from "./simplify/rewriter.ts";

/** What the passes of the compiler do with one primitive that holds programs. */
export interface ControlFlow {
  /** Its gradient; null where it has none. */
  readonly vjp: ControlVjp | null;
  /** The equation without results that are not among `used`, and without what only they need. */
  readonly prune: (equation: Equation, used: ReadonlySet<Var>) => Equation;
  /** Appends an equal equation with less to do; gives what stands for its results. */
  readonly simplify: (rewriter: Rewriter, equation: Equation) => readonly Var[];
  readonly place: PlaceControl;
}

const provided = new Map<string, ControlFlow>();

/** Adds control flow, by primitive: see `control-primitives.ts`. */
export function provideControlFlow(kinds: Readonly<Record<string, ControlFlow>>): void {
  for (const [primitive, kind] of Object.entries(kinds)) provided.set(primitive, kind);
}

/** What the passes do with a primitive whose lowering is `control`. */
export function controlFlow(primitive: string): ControlFlow {
  const found = provided.get(primitive);
  invariant(
    found !== undefined,
    `${primitive} is not known to the compiler; what emits it calls needControlFlow`,
  );
  return found;
}

/** Adds control flow to a schedule. */
export function placeControl(scheduler: Scheduler, equation: Equation): void {
  controlFlow(equation.primitive.name).place(scheduler, equation);
}
