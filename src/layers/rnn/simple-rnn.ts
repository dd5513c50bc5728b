import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RecurrentRule, RecurrentSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import {
  constraintParameters,
  dropoutParameters,
  kernelParameters,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import { bindLayer, type BoundLayer, cellArguments, KernelLayer } from "./kernel-layer.ts";
import { SimpleRNNCell } from "./simple-rnn-cell.ts";
import { type RecurrentCallOptions, sequenceParameters, type SequenceOptions } from "./rnn-layer.ts";

export interface SimpleRNNOptions<
  Q extends boolean = boolean,
  R extends boolean = boolean,
  D extends DType = DType,
>
  extends LayerOptions<D>, RecurrentWeightOptions, SequenceOptions<Q, R> {}

class SimpleRNNLayer extends KernelLayer<SimpleRNNCell> {
  static readonly className = "SimpleRNN";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    ...kernelParameters,
    ...regularizerParameters,
    activityRegularizer: null,
    ...constraintParameters,
    ...dropoutParameters,
    ...sequenceParameters,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    const given = bindLayer<BoundLayer & { readonly units: number }>(
      "SimpleRNN",
      SimpleRNNLayer.parameters,
      args,
    );
    super(
      SimpleRNNCell(cellArguments(given, SimpleRNNCell.parameters, "simple_rnn_cell") as never),
      given,
      3,
    ); // SAFETY: the cell checks its options
  }

  get units(): number {
    return this.cell.units;
  }

  /** As Keras writes it: without the seed. */
  override getConfig(): Record<string, unknown> {
    const { seed: _, ...config } = super.getConfig();
    return config;
  }
}

export interface SimpleRNN<
  U extends number = number,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends SimpleRNNLayer, LayerCall<RecurrentRule<"SimpleRNN", U, O, D>, RecurrentCallOptions> {}

export interface SimpleRNNConstructor {
  <
    const U extends number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    units: U,
    options?: SimpleRNNOptions<Q, R, D>,
  ): SimpleRNN<U, { returnSequences: Q; returnState: R; states: 1 }, D>;
  <
    const U extends number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    options: SimpleRNNOptions<Q, R, D> & { readonly units: U },
  ): SimpleRNN<U, { returnSequences: Q; returnState: R; states: 1 }, D>;
  new <
    const U extends number = number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    units: U,
    options?: SimpleRNNOptions<Q, R, D>,
  ): SimpleRNN<U, { returnSequences: Q; returnState: R; states: 1 }, D>;
  new <
    const U extends number = number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    options: SimpleRNNOptions<Q, R, D> & { readonly units: U },
  ): SimpleRNN<U, { returnSequences: Q; returnState: R; states: 1 }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): SimpleRNN;
}

/**
 * The plain recurrent layer: `h' = activation(x · kernel + bias + h · recurrentKernel)`.
 *
 * Shapes: input `[batch, time, features]` → output `[batch, units]`, or `[batch, time, units]` with `returnSequences`;
 * with `returnState` a list: the output and the final state, `[batch, units]`. A call takes
 * `{ initialState, mask, training }`.
 *
 * @param units - Size of the state and of the output.
 * @example
 * const y = SimpleRNN(8, { returnSequences: true })(Input({ shape: [20, 3] })); // y.shape → [null, 20, 8]
 * @see Keras `layers/rnn/simple_rnn.py`
 */
export const SimpleRNN: SimpleRNNConstructor = callable<typeof SimpleRNNLayer, SimpleRNNConstructor>(
  SimpleRNNLayer,
);
