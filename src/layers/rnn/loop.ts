import { scan } from "../../ops/loops.ts";
import { cast } from "../../ops/cast.ts";
import { isObserved } from "../../ops/core/observer.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { where } from "../../ops/indexing.ts";
import { stack } from "../../ops/joining.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { greater } from "../../ops/comparison.ts";
import { reshape } from "../../ops/shape.ts";
import { zerosLike } from "../../ops/creation.ts";
import { flatten, packLike } from "../../util/tree.ts";
import { blockSizeOf, type Body, type Looped, loopOverBlocks, type MaskedLoop } from "./blocks.ts";
import {
  callCell,
  type LoopOptions,
  listOf,
  type RecurrentCell,
  type SequenceResult,
  type SequenceRun,
  type States,
} from "./cell.ts";

/** A loop over the leading axis of `xs`: one `scan` of the program, or its steps written out. */
export function loop(
  body: Body,
  init: readonly Tensor[],
  xs: readonly Tensor[],
  { reverse, unroll }: LoopOptions,
): Looped {
  if (!unroll) {
    const [carry, ys] = scan<readonly Tensor[], readonly Tensor[], Tensor | null>(body as never, init, xs, {
      reverse,
    }); // SAFETY: scan gives the body what init and xs hold
    return { carry, ys };
  }
  const length = xs[0]?.dims[0] ?? 0;
  const ys = new Array<Tensor | null>(length).fill(null);
  let carry = init;
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i;
    const slices = xs.map((x) => getItem(x, [at]) as Tensor); // SAFETY: tensor in, tensor out
    [carry, ys[at]] = body(carry, slices) as [readonly Tensor[], Tensor | null]; // SAFETY: only made writable
  }
  const collected = ys.filter((y) => y !== null);
  return { carry, ys: collected.length === 0 ? null : (stack(collected) as Tensor) }; // SAFETY: tensors in, tensor out
}

/** A loop over steps that a mask may leave out: in blocks where that saves steps, else over each of them. */
function maskedLoop(masked: MaskedLoop, { unroll }: LoopOptions): Looped {
  const { body, init, inputs, project, mask, reverse } = masked;
  const [steps = 0, batch = 0] = mask.dims;
  const size = blockSizeOf(steps, batch);
  // What is traced for other runtimes is to hold for any number of steps.
  return unroll || size >= steps || isObserved()
    ? loop(body, init, [project(inputs), mask], { reverse, unroll })
    : loopOverBlocks(masked, size);
}

/** A mask with axes of size 1 up to the rank of a value. */
function spread(mask: Tensor, value: Tensor): Tensor {
  const missing = value.dims.length - mask.dims.length;
  return missing <= 0
    ? mask
    : (reshape(mask, [...mask.dims, ...new Array<number>(missing).fill(1)]) as Tensor); // SAFETY: tensor in, tensor out
}

/** The first values where the mask is true, the others elsewhere. */
export function choose(mask: Tensor, kept: Tensor, others: Tensor): Tensor {
  return where(spread(mask, kept), kept, others) as Tensor; // SAFETY: tensors in, tensor out
}

/** The mask of the step that is computed last. */
function lastOf(mask: Tensor, reverse: boolean): Tensor {
  return getItem(mask, [reverse ? 0 : -1]) as Tensor; // SAFETY: tensor in, tensor out
}

/** True from the first step on that the mask keeps, in the order of computation. */
function started(mask: Tensor, reverse: boolean): Tensor {
  const flipped = (x: Tensor): Tensor => (reverse ? (getItem(x, ["::-1"]) as Tensor) : x); // SAFETY: tensor in, tensor out
  return flipped(greater(cumsum(cast(flipped(mask), "int32"), { axis: 0 }), 0) as Tensor); // SAFETY: as above
}

/** One call of a cell whose output is its first state: the part that depends on inputs alone, and the recurrence. */
export interface SplitSteps {
  /** `[time, batch, …]` or `[batch, …]` → what `step` takes. */
  readonly project: (inputs: Tensor) => Tensor;
  /** The next states; the first is the output as well. */
  readonly step: (projected: Tensor, states: readonly Tensor[]) => readonly Tensor[];
}

/** Runs such a cell: the projection for all steps is one operation before the loop. */
export function runSplit({ project, step }: SplitSteps, run: SequenceRun): SequenceResult {
  const { inputs, mask, zeroOutputForMask, returnSequences, startsAtZero, reverse } = run;
  const states = listOf(run.states) as readonly Tensor[]; // SAFETY: cells of this kind have flat states
  const body: Body = (before, [projected, keep]) => {
    if (projected === undefined) return [before, null];
    const next = step(projected, before);
    const after = keep === undefined ? next : next.map((state, i) => choose(keep, state, before[i] ?? state));
    return [after, returnSequences ? (after[0] ?? null) : null];
  };
  const repeated = zeroOutputForMask ? null : 0;
  const { carry, ys } =
    mask === null
      ? loop(body, states, [project(inputs)], run)
      : maskedLoop({ body, init: states, inputs, project, mask, repeated, reverse }, run);
  const [state] = carry;
  if (state === undefined) throw new RangeError("a cell without states");
  if (mask === null || (startsAtZero && !zeroOutputForMask))
    return { outputs: ys, last: state, states: carry };
  // Before the first step that counts, the output is zero, whatever the initial state; or at all masked steps.
  const isGiven = zeroOutputForMask ? mask : started(mask, reverse);
  const zeroed = (x: Tensor, given: Tensor): Tensor => choose(given, x, zerosLike(x) as Tensor); // SAFETY: tensor in, tensor out
  return {
    outputs: ys === null ? null : zeroed(ys, isGiven),
    last: zeroed(state, lastOf(isGiven, reverse)),
    states: carry,
  };
}

/** Runs any cell: it is called at each step. */
export function runCalls(cell: RecurrentCell, run: SequenceRun): SequenceResult {
  const { inputs, states: start, mask, zeroOutputForMask, reverse, training } = run;
  const init = flatten<Tensor>(start);
  const call = (x: Tensor, states: readonly Tensor[]): { output: Tensor; next: readonly Tensor[] } => {
    const [output, next] = callCell(cell, x, packLike(start, states), training);
    // A loop's values keep their dtypes.
    return {
      output,
      next: flatten<Tensor>(next).map((state, i) => cast(state, init[i]?.dtype ?? state.dtype) as Tensor),
    }; // SAFETY: tensor in, tensor out
  };
  const carriesOutput = mask !== null && !zeroOutputForMask;
  // Traced for its shape alone: the result is zeros.
  const previous = carriesOutput
    ? [zerosLike(call(getItem(inputs, [0]) as Tensor, init).output) as Tensor]
    : []; // SAFETY: tensors in, tensor out
  const body: Body = (carry, [x, keep]) => {
    const before = carry.slice(0, init.length);
    if (x === undefined) return [carry, null];
    const { output, next } = call(x, before);
    if (keep === undefined) return [next, output];
    const masked = choose(keep, output, carry[init.length] ?? (zerosLike(output) as Tensor)); // SAFETY: as above
    const after = next.map((state, i) => choose(keep, state, before[i] ?? state));
    return [carriesOutput ? [...after, masked] : after, masked];
  };
  const repeated = carriesOutput ? init.length : null;
  const whole = { body, init: [...init, ...previous], inputs, project: (x: Tensor) => x };
  const { carry, ys } =
    mask === null ? loop(body, init, [inputs], run) : maskedLoop({ ...whole, mask, repeated, reverse }, run);
  if (ys === null) throw new RangeError("a sequence without steps");
  return {
    outputs: ys,
    last: carry[init.length] ?? (getItem(ys, [reverse ? 0 : -1]) as Tensor), // SAFETY: as above
    states: packLike(start, carry.slice(0, init.length)),
  };
}

/** Runs a cell over a sequence in the way it knows best. */
export function runCell(cell: RecurrentCell, run: SequenceRun): SequenceResult {
  return cell.runSequence?.(run) ?? runCalls(cell, run);
}

/** The states that a cell returns, in the form in which it got them: a list, or one tensor. */
export function likeGiven(next: readonly Tensor[], given: States): States {
  return given instanceof Tensor ? (next[0] ?? given) : next;
}
