import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RecurrentRule, RecurrentSettings, ShapeRule, WideRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import { checkedCell, isCell, type RecurrentCell } from "./cell.ts";
import type { GRUCell } from "./gru-cell.ts";
import type { LSTMCell } from "./lstm-cell.ts";
import {
  checkFlags,
  type RecurrentCallOptions,
  RecurrentLayer,
  sequenceParameters,
  type SequenceOptions,
} from "./rnn-layer.ts";
import type { SimpleRNNCell } from "./simple-rnn-cell.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";
import type { Tail, Values } from "../constructor.ts";

export interface RNNOptions<Q extends boolean = boolean, R extends boolean = boolean, D extends DType = DType>
  extends LayerOptions<D>, SequenceOptions<Q, R> {
  readonly cell?: RecurrentCell | readonly RecurrentCell[] | undefined;
}

interface Bound extends LayerOptions, Given<SequenceOptions> {
  readonly cell: unknown;
}

class RNNLayer extends RecurrentLayer {
  static readonly className = "RNN";
  static readonly parameters: ParameterTable = {
    cell: required,
    ...sequenceParameters,
    zeroOutputForMask: false,
  };

  constructor(...args: readonly unknown[]) {
    // A cell that is a plain object, alone, would pass for the options.
    const isCellAlone = args.length === 1 && isCell(args[0]);
    const given = bindParameters<Bound>("RNN", RNNLayer.parameters, isCellAlone ? [{ cell: args[0] }] : args);
    checkFlags("RNN", given, Object.keys(RNNLayer.parameters).slice(1));
    const { cell } = given;
    // SAFETY: StackedRNNCells checks the cells.
    super(
      Array.isArray(cell) ? StackedRNNCells(cell as readonly RecurrentCell[]) : checkedCell("RNN", cell),
      given,
    );
  }
}

export interface RNN<R extends ShapeRule = WideRule> extends RNNLayer, LayerCall<R, RecurrentCallOptions> {}

type Settings<Q extends boolean, R extends boolean, N extends RecurrentSettings["states"]> = {
  returnSequences: Q;
  returnState: R;
  states: N;
};

type RNNNames = [
  returnSequences: "returnSequences",
  returnState: "returnState",
  goBackwards: "goBackwards",
  stateful: "stateful",
  unroll: "unroll",
  zeroOutputForMask: "zeroOutputForMask",
];

export interface RNNConstructor {
  <
    const U extends number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    cell: LSTMCell<U>,
    options?: RNNOptions<Q, R, D>,
  ): RNN<RecurrentRule<"RNN", U, Settings<Q, R, 2>, D>>;
  <
    const U extends number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    cell: GRUCell<U> | SimpleRNNCell<U>,
    options?: RNNOptions<Q, R, D>,
  ): RNN<RecurrentRule<"RNN", U, Settings<Q, R, 1>, D>>;
  (
    ...args: readonly [
      cell: RecurrentCell | readonly RecurrentCell[],
      ...Tail<Values<RNNNames, RNNOptions>, RNNOptions>,
    ]
  ): RNN;
  (cell: RecurrentCell | readonly RecurrentCell[], options?: RNNOptions): RNN;
  (options: RNNOptions & { readonly cell: RecurrentCell | readonly RecurrentCell[] }): RNN;
  new (
    ...args: readonly [
      cell: RecurrentCell | readonly RecurrentCell[],
      ...Tail<Values<RNNNames, RNNOptions>, RNNOptions>,
    ]
  ): RNN;
  new (cell: RecurrentCell | readonly RecurrentCell[], options?: RNNOptions): RNN;
  new (options: RNNOptions & { readonly cell: RecurrentCell | readonly RecurrentCell[] }): RNN;
  fromConfig(config: Readonly<Record<string, unknown>>): RNN;
}

/**
 * Runs any cell, or several stacked ones, over the time axis. The steps are one loop of the compiled program.
 *
 * Shapes: input `[batch, time, …]` → output `[batch, …]`, or `[batch, time, …]` with `returnSequences`; then the final
 * states, with `returnState`.
 *
 * @param cell - A layer or object with `stateSize` and `call(inputs, states, { training })`, which returns
 *   `[output, next states]`; or a list of them.
 * @throws {OptionError} when it is none.
 * @see Keras `layers/rnn/rnn.py`
 */
export const RNN: RNNConstructor = callable<typeof RNNLayer, RNNConstructor>(RNNLayer);
