import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RecurrentRule, RecurrentSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind } from "../constructor.ts";
import type {
  ActivationNames,
  ConstraintNames,
  DropoutNames,
  KernelNames,
  RecurrentConstructor,
  RunNames,
  RegularizerNames,
  ReturnsIn,
  UnitsIn,
} from "./constructor.ts";
import {
  constraintParameters,
  dropoutParameters,
  type GateOptions,
  kernelParameters,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import { bindLayer, type BoundLayer, cellArguments, KernelLayer } from "./kernel-layer.ts";
import { GRUCell } from "./gru-cell.ts";
import { type RecurrentCallOptions, sequenceParameters, type SequenceOptions } from "./rnn-layer.ts";

export interface GRUOptions extends LayerOptions, RecurrentWeightOptions, GateOptions, SequenceOptions {
  /** Whether the reset gate is applied after the product with the state (as cuDNN does) or before. Default true. */
  readonly resetAfter?: boolean | undefined;
  /** Of no effect: the steps are one compiled loop in any case. Default `"auto"`. */
  readonly useCudnn?: "auto" | boolean | undefined;
}

class GRULayer extends KernelLayer<GRUCell> {
  static readonly className = "GRU";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    ...kernelParameters,
    ...regularizerParameters,
    activityRegularizer: null,
    ...constraintParameters,
    ...dropoutParameters,
    seed: null,
    ...sequenceParameters,
    resetAfter: true,
    useCudnn: "auto",
  };

  constructor(...args: readonly unknown[]) {
    const given = bindLayer<BoundLayer & { readonly units: number }>("GRU", GRULayer.parameters, args);
    super(GRUCell(cellArguments(given, GRUCell.parameters, "gru_cell") as never), given, 3); // SAFETY: the cell checks its options
  }

  get units(): number {
    return this.cell.units;
  }

  get resetAfter(): boolean {
    return this.cell.resetAfter;
  }
}

export interface GRU<
  U extends number = number,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends GRULayer, LayerCall<RecurrentRule<"GRU", U, O, D>, RecurrentCallOptions> {}

interface GRUKind extends LayerKind {
  readonly layer: GRU<UnitsIn<this>, ReturnsIn<this, 1>, DTypeIn<this>>;
}

export interface GRUConstructor extends RecurrentConstructor<
  GRUKind,
  GRUOptions,
  [
    ...ActivationNames,
    ...KernelNames,
    ...RegularizerNames,
    activityRegularizer: "activityRegularizer",
    ...ConstraintNames,
    ...DropoutNames,
    seed: "seed",
  ],
  [...RunNames, resetAfter: "resetAfter", useCudnn: "useCudnn"]
> {}

/**
 * Gated recurrent unit: an update gate and a reset gate.
 *
 * Shapes: input `[batch, time, features]` → output `[batch, units]`, or `[batch, time, units]` with `returnSequences`;
 * with `returnState` a list: the output and the final state, `[batch, units]`. A call takes
 * `{ initialState, mask, training }`.
 *
 * @param units - Size of the state and of the output.
 * @example
 * const y = GRU(8, { returnSequences: true })(Input({ shape: [20, 3] })); // y.shape → [null, 20, 8]
 * @see Keras `layers/rnn/gru.py`
 */
export const GRU: GRUConstructor = callable<typeof GRULayer, GRUConstructor>(GRULayer);
