import type { Aval, ProgramBuilder } from "../../ir/program.ts";
import { currentBuilder, withBuilder } from "../../ir/program.ts";
import { AntlerError, invariant } from "../../util/errors.ts";
import { remembered } from "../../util/remembered.ts";
import { Tensor } from "./tensor.ts";

/** Something whose value a program reads and updates: a `Variable`. */
export interface StateCell extends Aval {
  readonly path: string;
}

/** What a trace knows of one cell. */
export interface CellState {
  /** The cell's value when the program begins. */
  readonly initial: Tensor;
  /** Its value at this point of the trace. */
  current: Tensor;
}

/**
 * The state of a trace: the first read of a cell becomes a state input of the program, an assignment its update.
 *
 * Kept apart from the builder so that builders of loop bodies share it.
 */
export class StateScope {
  readonly builder: ProgramBuilder;
  readonly cells: Map<StateCell, CellState> = new Map();

  constructor(builder: ProgramBuilder) {
    this.builder = builder;
  }

  #stateOf(cell: StateCell): CellState {
    return remembered(this.cells, cell, () => {
      const initial = Tensor.traced(this.builder.stateInput({ shape: cell.shape, dtype: cell.dtype }));
      return { initial, current: initial };
    });
  }

  read(cell: StateCell): Tensor {
    return this.#stateOf(cell).current;
  }

  assign(cell: StateCell, value: Tensor): void {
    invariant(currentBuilder() !== null, "assignment outside a trace");
    if (currentBuilder() !== this.builder) {
      throw new AntlerError(
        `${cell.path}: a variable cannot be assigned inside the body of ops.scan, whileLoop, cond or map. Carry its value through the loop and assign it afterwards.`,
      );
    }
    this.#stateOf(cell).current = value;
  }
}

let current: StateScope | null = null;

export function currentScope(): StateScope | null {
  return current;
}

/** Traces `f` with a builder and a scope. */
export function withScope<T>(scope: StateScope, f: () => T): T {
  const previous = current;
  current = scope;
  try {
    return withBuilder(scope.builder, f);
  } finally {
    current = previous;
  }
}

/** Runs `f` outside any trace, so that ops compute at once: for weights made while a step is traced. */
export function outsideTrace<T>(f: () => T): T {
  const previous = current;
  current = null;
  try {
    return withBuilder(null, f);
  } finally {
    current = previous;
  }
}
