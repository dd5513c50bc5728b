import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { zeros } from "../../ops/creation.ts";
import { OptionError } from "../../util/errors.ts";
import type { Tree } from "../../util/tree.ts";

/** Number of units of one state, or of several states, nested as the states are. */
export type StateSize = number | readonly StateSize[];

/** States of a cell: tensors `[batch, size]`, nested as its `stateSize`. */
export type States = Tree<Tensor>;

/**
 * What `RNN` runs at each time step: a layer, or any object with these members.
 *
 * `call(inputs, states, { training })` returns `[output, next states]`.
 */
export interface RecurrentCell {
  readonly stateSize: StateSize;
  /** Size of the output's last axis; by default that of the first state. */
  readonly outputSize?: number | null;
  call(...args: never[]): unknown;
  /** The states before the first step. Default: zeros. */
  getInitialState?(batchSize: number): States;
  /** All steps at once, for cells that know a better way than calling themselves at each. */
  runSequence?(run: SequenceRun): SequenceResult;
}

/** How steps are repeated. */
export interface LoopOptions {
  /** From the last step to the first. */
  readonly reverse: boolean;
  /** Whether the steps are written out one after another in the program. */
  readonly unroll: boolean;
}

/** A cell's work on a whole sequence. */
export interface SequenceRun extends LoopOptions {
  /** `[time, batch, …]`. */
  readonly inputs: Tensor;
  readonly states: States;
  /** Whether the states are the zeros with which sequences begin. */
  readonly startsAtZero: boolean;
  /** `[time, batch]`, false where states and output stay as they are. */
  readonly mask: Tensor | null;
  /** Whether outputs at masked steps are zeros. */
  readonly zeroOutputForMask: boolean;
  /** Whether the outputs of all steps are wanted. */
  readonly returnSequences: boolean;
  readonly training: boolean;
}

/** What comes of it. */
export interface SequenceResult {
  /** `[time, batch, …]`, each at the place of its input; null where not wanted. */
  readonly outputs: Tensor | null;
  /** The output of the step that was computed last. */
  readonly last: Tensor;
  readonly states: States;
}

export function isCell(value: unknown): value is RecurrentCell {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "call" in value &&
    typeof value.call === "function" &&
    "stateSize" in value &&
    isStateSize(value.stateSize)
  );
}

function isStateSize(size: unknown): size is StateSize {
  return typeof size === "number" || (Array.isArray(size) && size.every(isStateSize));
}

/** The cell as a layer, where it is one. */
export function layerOf(cell: unknown): LayerBase | null {
  return isLayer(cell) ? cell : null;
}

/** Checks that a value can be a cell. */
export function checkedCell(where: string, value: unknown): RecurrentCell {
  if (isCell(value)) return value;
  const received = isLayer(value) ? `the layer ${value.where}` : typeof value;
  throw new OptionError(
    `${where}: expected a cell: an object with \`stateSize\` (a number, or numbers) and \`call(inputs, states)\`; received ${received}.`,
  );
}

/** The states before the first step: the cell's own, else zeros. */
export function initialStates(cell: RecurrentCell, batchSize: number, dtype: DType): States {
  if (cell.getInitialState !== undefined) return cell.getInitialState(batchSize);
  const zerosOf = (size: StateSize): States =>
    typeof size === "number" ? zeros([batchSize, size], { dtype }) : size.map(zerosOf);
  return zerosOf(cell.stateSize);
}

/** Size of the last axis of a cell's output. */
export function outputSizeOf(cell: RecurrentCell): number {
  if (typeof cell.outputSize === "number") return cell.outputSize;
  let size = cell.stateSize;
  while (typeof size !== "number") size = size[0] ?? 0;
  return size;
}

/** States as a list, also where there is one. */
export function listOf(states: States): readonly States[] {
  return Array.isArray(states) ? (states as readonly States[]) : [states]; // SAFETY: an array in a tree holds trees
}

/** One step of a cell, which gets its states as a list. */
export function callCell(
  cell: RecurrentCell,
  inputs: Tensor,
  states: States,
  training: boolean,
): readonly [Tensor, States] {
  const layer = layerOf(cell);
  const call = cell.call.bind(cell) as (...args: unknown[]) => unknown; // SAFETY: a cell's call takes inputs, states and options
  const given = [inputs, listOf(states), { training }];
  const result = layer === null ? call(...given) : layer.invoke(...given);
  if (Array.isArray(result) && result.length === 2 && result[0] instanceof Tensor) {
    return [result[0], result[1] as States]; // SAFETY: what cells return, by their contract
  }
  throw new OptionError(
    `${layer?.where ?? "the cell"}: expected \`call\` to return [output, states], received ${typeof result}.`,
  );
}
