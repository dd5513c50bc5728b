import { CompiledFunction } from "../../graph/compiled-function.ts";
import { type CallArguments, mapValues, toValues, valuesIn } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerCallOptions, type LayerOptions } from "../../graph/layer-base.ts";
import { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import { currentBuilder } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { flip } from "../../ops/rearranging.ts";
import { transpose } from "../../ops/shape.ts";
import { zerosLike } from "../../ops/creation.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import type { Given, ParameterTable } from "../../util/parameters.ts";
import { flatten, mapTree, type Tree } from "../../util/tree.ts";
import { initialStates, layerOf, listOf, type RecurrentCell, type StateSize, type States } from "./cell.ts";
import { runCell } from "./loop.ts";

/** Options of all recurrent layers. */
export interface SequenceOptions<Q extends boolean = boolean, R extends boolean = boolean> {
  /** Whether the outputs of all steps are returned, rather than the last. Default false. */
  readonly returnSequences?: Q | undefined;
  /** Whether the final states are returned after the output. Default false. */
  readonly returnState?: R | undefined;
  /** From the last step to the first; outputs come in the order in which they are computed. Default false. */
  readonly goBackwards?: boolean | undefined;
  /** Whether a call begins with the states that the one before it left; see `resetState`. Default false. */
  readonly stateful?: boolean | undefined;
  /** Whether the program holds the steps one after another rather than a loop. Default false. */
  readonly unroll?: boolean | undefined;
  /** Whether outputs at masked steps are zeros, rather than those of the step before. Default false. */
  readonly zeroOutputForMask?: boolean | undefined;
}

/** Options of a call. */
export interface RecurrentCallOptions extends LayerCallOptions {
  /** The states before the first step: one tensor or a list. Default: zeros, or what a stateful layer holds. */
  readonly initialState?: unknown;
}

export const sequenceParameters: ParameterTable = {
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  stateful: false,
  unroll: false,
};

interface Bound extends LayerOptions, Given<SequenceOptions> {}

/** Base of recurrent layers: a cell, run over the time axis. */
export abstract class RecurrentLayer<C extends RecurrentCell = RecurrentCell> extends LayerBase {
  static readonly callArguments: CallArguments = {
    tensors: ["sequences"],
    options: ["initialState", "mask", "training"],
  };

  readonly cell: C;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
  /** `Bidirectional` sets it. */
  zeroOutputForMask: boolean;
  /** The states of a stateful layer, nested as the cell's. */
  #states: Tree<Variable> | null = null;
  /** The computation outside of a program, one for each combination of options. */
  readonly #compiled = new Map<string, CompiledFunction>();

  constructor(cell: C, given: Bound) {
    super(given);
    this.cell = cell;
    this.returnSequences = given.returnSequences;
    this.returnState = given.returnState;
    this.goBackwards = given.goBackwards;
    this.stateful = given.stateful;
    this.unroll = given.unroll;
    this.zeroOutputForMask = given.zeroOutputForMask;
  }

  /** Sizes of the cell's states, as a list. */
  get stateSize(): readonly StateSize[] {
    const size = this.cell.stateSize;
    return typeof size === "number" ? [size] : size;
  }

  /** The states that a stateful layer holds; null before it is built. */
  get states(): Tree<Variable> | null {
    return this.#states;
  }

  override get stateVariables(): Variable[] {
    return [...super.stateVariables, ...(this.#states === null ? [] : flatten<Variable>(this.#states))];
  }

  override build(sequencesShape: Shape): void {
    const [batch = null, time = null, ...rest] = sequencesShape;
    if (sequencesShape.some((dim) => typeof dim === "object" && dim !== null)) {
      throw new ShapeError(
        `${this.where}: expected one tensor of sequences, [batch, time, …], received ${sequencesShape.length}. Give states as options: { initialState }.`,
      );
    }
    if (this.unroll && time === null) {
      throw new ShapeError(
        `${this.where}: expected a known number of time steps for unroll: true, received ${formatShape(sequencesShape)}. Give Input a size there, or leave out unroll.`,
      );
    }
    layerOf(this.cell)?.ensureBuilt([[batch, ...rest]]);
    if (!this.stateful) return;
    if (batch === null) {
      throw new ShapeError(
        `${this.where}: expected a known batch size for stateful: true, received ${formatShape(sequencesShape)}. Use Input({ batchShape: [size, …] }).`,
      );
    }
    this.#states = mapTree(
      this.getInitialState(batch),
      (value) => new Variable(value, { trainable: false, dtype: this.variableDtype, name: "rnn_state" }),
    );
  }

  /** The cell's states before the first step, as a list. */
  getInitialState(batchSize: number): readonly States[] {
    return listOf(initialStates(this.cell, batchSize, this.#cellDtype));
  }

  /** The dtype in which the cell computes. */
  get #cellDtype(): DType {
    return layerOf(this.cell)?.computeDtype ?? this.computeDtype;
  }

  /** Sets the states of a stateful layer to zero. */
  resetState(): void {
    if (this.#states !== null)
      for (const state of flatten<Variable>(this.#states)) state.assign(zerosLike(state.value) as Tensor); // SAFETY: tensor in, tensor out
  }

  /** @deprecated The name of `resetState` in older versions of Keras. */
  resetStates(): void {
    this.resetState();
  }

  override computeMask(_inputs: unknown, mask?: unknown): unknown {
    const first = valuesIn(mask)[0] ?? null;
    const output = this.returnSequences ? first : null;
    return this.returnState ? [output, ...this.stateSize.map(() => null)] : output;
  }

  override call(sequences: Tensor, { initialState, mask, training }: RecurrentCallOptions = {}): unknown {
    const masks = valuesIn(mask);
    const given = initialState === undefined || initialState === null ? null : toValues(initialState, true);
    const inputs = { sequences, given: given ?? [], mask: masks.slice(0, 1) };
    const run = (from: typeof inputs): Tree<Tensor> =>
      this.#run(
        from.sequences,
        given === null ? null : (from.given as States),
        (from.mask[0] ?? null) as Tensor | null,
        training === true,
      ); // SAFETY: tensors, nested as given
    return currentBuilder() === null ? this.#runNow(inputs, run, training === true) : run(inputs);
  }

  /** Compiles the computation where it is not part of a larger program. */
  #runNow<I>(inputs: I, run: (inputs: I) => Tree<Tensor>, training: boolean): Tree<Tensor> {
    const key = `${training} ${this.zeroOutputForMask} ${JSON.stringify(mapValues(inputs, () => 0))}`;
    // Traced values take the places of the inputs, whose structure the key holds.
    const f = this.#compiled.get(key) ?? new CompiledFunction((traced) => run(traced as unknown as I)); // SAFETY: nested as the inputs
    this.#compiled.set(key, f);
    const arrays = mapValues(inputs, (value) => ({
      data: (value as Tensor).storedSync(),
      shape: value.shape,
      dtype: value.dtype,
    })); // SAFETY: no traced values outside of a trace
    return f.runSync(arrays as never); // SAFETY: arrays in place of tensors
  }

  #run(sequences: Tensor, given: States | null, mask: Tensor | null, training: boolean): Tree<Tensor> {
    const [batch = 0] = sequences.dims;
    const held =
      this.stateful && this.#states !== null ? mapTree(this.#states, (state) => state.value) : null;
    if (held !== null) this.#checkBatch(batch);
    const zeros = this.getInitialState(batch);
    const start = given === null ? (held ?? zeros) : this.#checkedStates(given, zeros);
    const states = mapTree(start, (state) => cast(state, this.#cellDtype) as Tensor); // SAFETY: tensor in, tensor out
    const result = runCell(this.cell, {
      inputs: timeFirst(sequences),
      states,
      startsAtZero: given === null && held === null && this.cell.runSequence !== undefined,
      mask: mask === null ? null : timeFirst(cast(mask, "bool") as Tensor), // SAFETY: tensor in, tensor out
      zeroOutputForMask: this.zeroOutputForMask,
      returnSequences: this.returnSequences,
      reverse: this.goBackwards,
      unroll: this.unroll,
      training,
    });
    const next = listOf(result.states);
    if (this.stateful && this.#states !== null) {
      const values = flatten<Tensor>(next);
      flatten<Variable>(this.#states).forEach(
        (state, i) => values[i] !== undefined && state.assign(values[i]),
      );
    }
    return this.#results(result.outputs, result.last, next);
  }

  #results(outputs: Tensor | null, last: Tensor, states: readonly States[]): Tree<Tensor> {
    const output =
      this.returnSequences && outputs !== null
        ? timeFirst((this.goBackwards ? flip(outputs, 0) : outputs) as Tensor)
        : last; // SAFETY: tensor in, tensor out
    const typed = (x: Tensor): Tensor => cast(x, this.computeDtype) as Tensor; // SAFETY: as above
    return this.returnState
      ? [typed(output), ...states.map((state) => mapTree(state, typed))]
      : typed(output);
  }

  #checkBatch(batch: number): void {
    const [state] = this.#states === null ? [] : flatten<Variable>(this.#states);
    if (state === undefined || state.shape[0] === batch) return;
    throw new ShapeError(
      `${this.where}: expected batches of ${state.shape[0]}, for which its states were made, received a batch of ${batch}.`,
    );
  }

  /** The states that a call was given, as a list of the cell's form. */
  #checkedStates(given: States, zeros: readonly States[]): readonly States[] {
    const [found, wanted] = [flatten<Tensor>(given), flatten<Tensor>(zeros)];
    const fits =
      found.length === wanted.length &&
      found.every(({ shape }, i) => formatShape(shape) === formatShape(wanted[i]?.shape ?? []));
    if (!fits) {
      const show = (states: readonly Tensor[]): string =>
        states.map(({ shape }) => formatShape(shape)).join(", ");
      throw new ShapeError(
        `${this.where}: expected an initialState of shapes ${show(wanted)}, received ${show(found) || "nothing"}.`,
      );
    }
    return listOf(given);
  }
}

/** Swaps the batch and time axes. */
function timeFirst(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.dims.slice(2).map((_, i) => i + 2)]) as Tensor; // SAFETY: tensor in, tensor out
}

/** Checks an option that must be true or false. */
export function checkFlags(where: string, given: object, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = Reflect.get(given, name);
    if (typeof value !== "boolean")
      throw new OptionError(
        `${where}: expected \`${name}\` to be true or false, received ${JSON.stringify(value)}.`,
      );
  }
}
