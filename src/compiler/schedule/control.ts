import type { CondParams } from "../../ir/primitives/cond.ts";
import type { ScanParams } from "../../ir/primitives/scan.ts";
import type { WhileLoopParams } from "../../ir/primitives/while-loop.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import { sizeOf, stridesOf } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import { placeControl } from "../control-flow.ts";
import type { Item, LoopKernel, TurnPart, TurnRange } from "../kernel-ir/kernel-ir.ts";
import type { BufferTable } from "./buffer-table.ts";
import { emitEntries, markNeeded } from "./emit.ts";
import { Scheduler } from "./scheduler.ts";
import { homeOf, placeUpdates } from "./updates.ts";
import { Root } from "./values.ts";

/** The value of an enclosing program, or (with `loopStrides`) a slice of it, as a body sees it. */
function view(value: Var, root: Root, offset = 0, loopStrides: readonly number[] = []): Root {
  return new Root(value, -1, null, { root, offset, loopStrides });
}

function bindAll(scheduler: Scheduler, values: readonly Var[], roots: readonly Root[]): Root[] {
  return values.map((value, i) => {
    const outer = roots[i];
    invariant(outer !== undefined, "a body has more inputs than it is given");
    const root = view(value, outer);
    scheduler.bind(value, root);
    return root;
  });
}

/** Memory of its own for each carried value, filled with the initial one. */
function placeCarry(scheduler: Scheduler, initial: readonly Var[]): Root[] {
  return initial.map((value) => {
    const root = new Root(value, -1, null);
    scheduler.placePiece({ value, root, offset: 0, strides: stridesOf(value.shape) });
    return root;
  });
}

/** The values that a construct leaves behind, readable from its entry on. */
function bindResults(
  scheduler: Scheduler,
  outputs: readonly Var[],
  roots: readonly Root[],
  position: number,
): void {
  outputs.forEach((value, i) => {
    const root = roots[i];
    invariant(root !== undefined, "a body has fewer results than its equation");
    scheduler.bind(value, new Root(value, position, null, { root, offset: 0, loopStrides: [] }));
  });
}

/** A body's results are stored through pieces; carried values are updates. */
function bodyProgram(body: Program, carryCount: number): Program {
  return { ...body, outputs: body.outputs.slice(carryCount), updates: body.outputs.slice(0, carryCount) };
}

function carryUpdates(scheduler: Scheduler, carried: readonly Root[], values: readonly (Var | null)[]): void {
  placeUpdates(
    scheduler,
    values.flatMap((value, i) => {
      const old = carried[i];
      return value === null || old === undefined || value === old.value ? [] : [{ old, value }];
    }),
  );
}

/** Whether anything but loops over the same range of slices reads an array. */
function isReadOutside(
  { equations, outputs, updates }: Program,
  value: Var,
  range: Var | undefined,
): boolean {
  if (outputs.includes(value) || updates.includes(value)) return true;
  return equations.some(({ primitive, params, inputs }) => {
    if (!inputs.includes(value)) return false;
    if (primitive.name !== "scan") return true;
    const { captureCount, carryCount, isBounded } = params as ScanParams; // SAFETY: the parameters of `scan`
    return isBounded !== true || inputs[0] !== range || inputs.indexOf(value) < captureCount + carryCount;
  });
}

/** A loop that stores zeros in an array. */
function fillWithZeros(root: Root, table: BufferTable): LoopKernel {
  const { dtype, shape } = root.value;
  return {
    kind: "loop",
    label: "zeros",
    outer: [sizeOf(shape)],
    inner: [],
    nodes: [{ kind: "const", value: 0, dtype }],
    stores: [{ access: table.access(root.resolve(), 0, [1]), value: 0 }],
  };
}

/** Places a loop over the leading axis of arrays. */
export function placeScan(scheduler: Scheduler, equation: Equation): void {
  const params = equation.params as ScanParams; // SAFETY: the parameters of `scan`
  const { body, captureCount, carryCount, length, reverse } = params;
  const { inputs, outputs } = equation;
  const captures = inputs.slice(0, captureCount).map((value) => scheduler.store(value));
  const xs = inputs.slice(captureCount + carryCount).map((value) => scheduler.store(value));
  const carry = placeCarry(scheduler, inputs.slice(captureCount, captureCount + carryCount));
  const ys = outputs.slice(carryCount).map((value) => new Root(value, -1, null));

  const program = bodyProgram(body, carryCount);
  const inner = new Scheduler(program, placeControl, scheduler.depth + 1);
  const slice = (value: Var, root: Root): Root => {
    const size = sizeOf(value.shape);
    const strides = [...new Array<number>(scheduler.depth).fill(0), reverse ? -size : size];
    return view(value, root, reverse ? (length - 1) * size : 0, strides);
  };
  bindAll(inner, body.inputs.slice(0, captureCount), captures);
  const carried = bindAll(inner, body.inputs.slice(captureCount, captureCount + carryCount), carry);
  body.inputs.slice(captureCount + carryCount).forEach((value, i) => {
    const root = xs[i];
    invariant(root !== undefined, "scan: an array is missing");
    inner.bind(value, slice(value, root));
  });
  inner.placeEquations();
  const slices = program.outputs.map((value, i) => {
    const whole = ys[i];
    invariant(whole !== undefined, "scan: a result is missing");
    return slice(value, whole);
  });
  const stored = program.outputs.map((value, i) => {
    const root = slices[i];
    invariant(root !== undefined, "scan: a result is missing");
    return placeSlice(inner, value, root, program) ?? root;
  });
  carryUpdates(inner, carried, program.updates);

  const writes = [...carry, ...ys];
  const range = params.isBounded === true ? (captures[0] ?? null) : null;
  const isReadElsewhere = outputs
    .slice(carryCount)
    .map((value) => isReadOutside(scheduler.program, value, inputs[0]));
  const position = scheduler.addEntry({
    cluster: null,
    structured: null,
    control: {
      reads: [...captures, ...xs],
      writes,
      prepare: () => {
        carry.forEach((root) => root.markNeeded());
        stored.forEach((root, i) => ys[i]?.isNeeded && root.markNeeded());
        markNeeded(inner.entries);
        range?.markNeeded();
      },
      emit: (table) => {
        const turns = emitEntries(inner.entries, table);
        if (range === null) return [{ kind: "repeat", count: length, body: turns }];
        const bounds = table.access(range.resolve(), 0, []);
        const left = slices.filter((_, i) => ys[i]?.isNeeded && isReadElsewhere[i]);
        const zeros = left.map((root) => fillWithZeros(root, table));
        return bounded({ count: length, bounds, fromLast: reverse }, turns, zeros);
      },
    },
  });
  bindResults(scheduler, outputs, writes, position);
}

/** The turns of a loop within bounds, and zeros where the other turns would have stored something. */
function bounded(
  { count, ...range }: { readonly count: number } & Omit<TurnRange, "part">,
  turns: readonly Item[],
  zeros: readonly Item[],
): Item[] {
  const run = (part: TurnPart, body: readonly Item[]): Item => ({
    kind: "repeat",
    count,
    body,
    range: { ...range, part },
  });
  const within = run("within", turns);
  return zeros.length === 0 ? [within] : [run("before", zeros), within, run("behind", zeros)];
}

/**
 * Stores a result of a body into its slice of the stacked results: computed there where it is stored at all and is no
 * carry, else stored a second time by the loops that compute it.
 *
 * @returns The root to mark when the slice is needed, where it is not the slice itself.
 */
function placeSlice(inner: Scheduler, value: Var, slice: Root, program: Program): Root | null {
  const root = inner.rootOf(value);
  const isCarry = program.updates.some((next) => next !== null && inner.behind(next) === inner.behind(value));
  if (root !== null && root.position >= 0 && !isCarry && !homeOf(root).isSettled) {
    homeOf(root).settleIn(slice);
    return root;
  }
  inner.placePiece({ value, root: slice, offset: 0, strides: stridesOf(value.shape) });
  return null;
}

/** Places a loop with a condition. */
export function placeWhile(scheduler: Scheduler, equation: Equation): void {
  const { cond, body, captureCount } = equation.params as WhileLoopParams; // SAFETY: the parameters of `whileLoop`
  const captures = equation.inputs.slice(0, captureCount).map((value) => scheduler.store(value));
  const carry = placeCarry(scheduler, equation.inputs.slice(captureCount));

  const test = new Scheduler(cond, placeControl, scheduler.depth);
  bindAll(test, cond.inputs, [...captures, ...carry]);
  test.placeEquations();
  const [flagValue] = cond.outputs;
  invariant(flagValue !== undefined, "whileLoop: the condition has no result");
  const flag = test.store(flagValue);

  const program = bodyProgram(body, carry.length);
  const inner = new Scheduler(program, placeControl, scheduler.depth);
  bindAll(inner, body.inputs.slice(0, captureCount), captures);
  const carried = bindAll(inner, body.inputs.slice(captureCount), carry);
  inner.placeEquations();
  carryUpdates(inner, carried, program.updates);

  const position = scheduler.addEntry({
    cluster: null,
    structured: null,
    control: {
      reads: captures,
      writes: carry,
      prepare: () => {
        for (const root of [...carry, flag]) root.markNeeded();
        markNeeded(inner.entries);
        markNeeded(test.entries);
      },
      emit: (table) => [
        {
          kind: "while",
          condition: emitEntries(test.entries, table),
          flag: table.access(flag.resolve(), 0, []),
          body: emitEntries(inner.entries, table),
        },
      ],
    },
  });
  bindResults(scheduler, equation.outputs, carry, position);
}

/** Places a choice between branches. */
export function placeCond(scheduler: Scheduler, equation: Equation): void {
  const { branches } = equation.params as CondParams; // SAFETY: the parameters of `cond`
  const [selector, ...operands] = equation.inputs.map((value) => scheduler.store(value));
  invariant(selector !== undefined, "cond: the selector is missing");
  const results = equation.outputs.map((value) => new Root(value, -1, null));
  const bodies = branches.map((branch) => {
    const inner = new Scheduler(branch, placeControl, scheduler.depth);
    bindAll(inner, branch.inputs, operands);
    inner.placeEquations();
    const roots = branch.outputs.map((value, i) => {
      const result = results[i];
      invariant(result !== undefined, "cond: a result is missing");
      const root = view(value, result);
      inner.placePiece({ value, root, offset: 0, strides: stridesOf(value.shape) });
      return root;
    });
    return { inner, roots };
  });
  const position = scheduler.addEntry({
    cluster: null,
    structured: null,
    control: {
      reads: [selector, ...operands],
      writes: results,
      prepare: () => {
        selector.markNeeded();
        for (const { inner, roots } of bodies) {
          roots.forEach((root, i) => results[i]?.isNeeded && root.markNeeded());
          markNeeded(inner.entries);
        }
      },
      emit: (table: BufferTable) => [
        {
          kind: "switch",
          selector: table.access(selector.resolve(), 0, []),
          branches: bodies.map(({ inner }) => emitEntries(inner.entries, table)),
        },
      ],
    },
  });
  bindResults(scheduler, equation.outputs, results, position);
}
