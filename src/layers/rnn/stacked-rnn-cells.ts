import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerCallOptions, type LayerOptions } from "../../graph/layer-base.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../../util/parameters.ts";
import {
  callCell,
  checkedCell,
  initialStates,
  layerOf,
  listOf,
  outputSizeOf,
  type RecurrentCell,
  type SequenceResult,
  type SequenceRun,
  type StateSize,
  type States,
} from "./cell.ts";
import { runCalls, runCell } from "./loop.ts";

export interface StackedRNNCellsOptions extends LayerOptions {
  readonly cells?: readonly RecurrentCell[] | undefined;
}

class StackedRNNCellsLayer extends LayerBase implements RecurrentCell {
  static readonly className = "StackedRNNCells";
  static readonly parameters: ParameterTable = { cells: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs", "states"], options: ["training"] };

  readonly cells: readonly RecurrentCell[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<StackedRNNCellsOptions>(
      "StackedRNNCells",
      StackedRNNCellsLayer.parameters,
      args,
    );
    super(given);
    if (!Array.isArray(given.cells) || given.cells.length === 0) {
      throw new OptionError(
        `${this.where}: expected \`cells\` to be a list of cells, received ${JSON.stringify(given.cells)}.`,
      );
    }
    this.cells = given.cells.map((cell) => checkedCell(this.where, cell));
  }

  get stateSize(): readonly StateSize[] {
    return this.cells.map(({ stateSize }) => stateSize);
  }

  get outputSize(): number {
    const last = this.cells.at(-1);
    return last === undefined ? 0 : outputSizeOf(last);
  }

  override build(inputShape: Shape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      layerOf(cell)?.ensureBuilt([shape]);
      shape = [inputShape[0] ?? null, outputSizeOf(cell)];
    }
  }

  /** One step through all cells: `(inputs, states) → [output, next states]`. */
  override call(
    inputs: Tensor,
    states: States,
    { training }: { readonly training?: boolean | null } = {},
  ): unknown {
    const given = this.#statesOf(states);
    let output = inputs;
    const next = this.cells.map((cell, i): States => {
      const [result, after] = callCell(cell, output, given[i] ?? [], training === true);
      output = result;
      return inForm(after, given[i] ?? []);
    });
    return [output, next.length === 1 && !Array.isArray(states) ? next[0] : next];
  }

  /** Cell by cell over the whole sequence: each computes what it can for all steps at once. */
  runSequence(run: SequenceRun): SequenceResult {
    if (this.call !== StackedRNNCellsLayer.prototype.call) return runCalls(this, run);
    const given = this.#statesOf(run.states);
    let result: SequenceResult | null = null;
    const states = this.cells.map((cell, i): States => {
      const isLast = i === this.cells.length - 1;
      const inputs = result?.outputs ?? run.inputs;
      result = runCell(cell, {
        ...run,
        inputs,
        states: given[i] ?? [],
        returnSequences: isLast ? run.returnSequences : true,
      });
      return inForm(result.states, given[i] ?? []);
    });
    // SAFETY: there is at least one cell; the compiler does not see assignments in functions.
    return { ...(result as unknown as SequenceResult), states };
  }

  /** The states before the first step, cell by cell. */
  getInitialState(batchSize: number): States {
    return this.cells.map((cell) => initialStates(cell, batchSize, this.computeDtype));
  }

  /** The states of each cell; those of an only cell may come without the outer list. */
  #statesOf(states: States): readonly States[] {
    const list = listOf(states);
    const isBare =
      this.cells.length === 1 &&
      !(list.length === 1 && (Array.isArray(list[0]) || list[0] instanceof Tensor));
    return isBare ? [states] : list;
  }
}

/** A cell's next states in the form in which they were given: one tensor, or a list. */
function inForm(next: States, given: States): States {
  return Array.isArray(given) ? listOf(next) : (listOf(next)[0] ?? next);
}

export interface StackedRNNCells extends StackedRNNCellsLayer {
  (inputs: unknown, states: unknown, options?: LayerCallOptions): readonly [output: Tensor, states: States];
}

export interface StackedRNNCellsConstructor {
  (cells: readonly RecurrentCell[], options?: StackedRNNCellsOptions): StackedRNNCells;
  (options: StackedRNNCellsOptions & { readonly cells: readonly RecurrentCell[] }): StackedRNNCells;
  new (cells: readonly RecurrentCell[], options?: StackedRNNCellsOptions): StackedRNNCells;
  new (options: StackedRNNCellsOptions & { readonly cells: readonly RecurrentCell[] }): StackedRNNCells;
  fromConfig(config: Readonly<Record<string, unknown>>): StackedRNNCells;
}

/**
 * Several cells as one: each takes the output of the one before it. `RNN([a, b])` makes it by itself.
 *
 * @param cells - The cells, first to last.
 * @throws {OptionError} when one of them is no cell.
 * @see Keras `layers/rnn/stacked_rnn_cells.py`
 */
export const StackedRNNCells: StackedRNNCellsConstructor = callable<
  typeof StackedRNNCellsLayer,
  StackedRNNCellsConstructor
>(StackedRNNCellsLayer);
