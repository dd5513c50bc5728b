import type { Equation } from "../ir/program.ts";
import { type ControlFlow, provideControlFlow } from "./control-flow.ts";
import type { Scheduler } from "./schedule/scheduler.ts";
import { Root } from "./schedule/values.ts";

/**
 * Places `later`: its value is where its input is, but what reads it belongs behind what is placed so far.
 *
 * State keeps its own place in the order, by which it is known when it may be overwritten.
 */
function placeLater(scheduler: Scheduler, { inputs, outputs }: Equation): void {
  inputs.forEach((input, i) => {
    const output = outputs[i];
    if (output === undefined) return;
    const root = scheduler.store(input);
    const isGiven = root.position < 0 && root.place?.buffer.home.kind !== "input";
    const isFirst = scheduler.nextPosition === 0;
    const view = { root, offset: 0, loopStrides: [] };
    scheduler.bind(
      output,
      isGiven || isFirst ? root : new Root(output, scheduler.nextPosition - 1, null, view),
    );
  });
}

const later: ControlFlow = {
  vjp: null,
  prune: (equation) => equation,
  simplify: (rewriter, equation) => {
    // Constants are computed where they are read.
    const isConstant = equation.inputs.every((value) => rewriter.definitionOf(value)?.inputs.length === 0);
    if (isConstant) return equation.inputs;
    rewriter.append(equation);
    return equation.outputs;
  },
  place: placeLater,
};

/** To be called by what emits `later`, so that only pages that recompute carry it. */
export function needRecompute(): void {
  provideControlFlow({ later });
}
