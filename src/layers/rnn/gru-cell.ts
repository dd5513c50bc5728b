import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Dims } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { matmul } from "../../ops/products.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { CellCall } from "./cell-call.ts";
import { lastSize } from "./checks.ts";
import {
  bindCell,
  type BoundWeights,
  constraintParameters,
  dropoutParameters,
  type GateOptions,
  gateProduct,
  KernelCell,
  kernelParameters,
  plus,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import type { SplitSteps } from "./loop.ts";
import type { LayerKind, Values } from "../constructor.ts";
import type {
  ActivationNames,
  CellConstructor,
  ConstraintNames,
  DropoutNames,
  KernelNames,
  RegularizerNames,
  UnitsIn,
} from "./constructor.ts";

export interface GRUCellOptions extends LayerOptions, RecurrentWeightOptions, GateOptions {
  /** Whether the reset gate is applied after the product with the state (as cuDNN does) or before. Default true. */
  readonly resetAfter?: boolean | undefined;
}

interface Bound extends BoundWeights {
  readonly units: number;
  readonly resetAfter: boolean;
}

/** Update gate, reset gate, candidate. */
type Gates = readonly [z: Tensor, r: Tensor, candidate: Tensor];

class GRUCellLayer extends KernelCell {
  static readonly className = "GRUCell";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    ...kernelParameters,
    ...regularizerParameters,
    ...constraintParameters,
    ...dropoutParameters,
    resetAfter: true,
    seed: null,
  };

  readonly units: number;
  readonly resetAfter: boolean;

  constructor(...args: readonly unknown[]) {
    const given = bindCell<Bound>("GRUCell", GRUCellLayer.parameters, args);
    super(given);
    this.units = positiveInteger("GRUCell", "units", given.units);
    this.resetAfter = given.resetAfter;
  }

  override get stateSize(): number {
    return this.units;
  }

  override get outputSize(): number {
    return this.units;
  }

  override build(inputShape: Shape): void {
    const { units } = this;
    // With resetAfter, the products with inputs and with the state have a bias each.
    const biasShape = this.resetAfter ? [2, 3 * units] : [3 * units];
    this.addKernels(
      [lastSize(this.where, inputShape), 3 * units],
      [units, 3 * units],
      biasShape,
      this.biasInitializer,
    );
  }

  protected override start(inputs: Dims, [h]: readonly Tensor[], training: boolean): SplitSteps {
    const masks = this.gateMasks(3, inputs, h?.dims ?? [], training);
    const multiplied = gateProduct(this.kernel, masks.inputs);
    const biasAt = (row: number): Tensor | null =>
      this.bias === null ? null : (getItem(this.bias, [row]) as Tensor); // SAFETY: tensor in, tensor out
    const inputBias = this.resetAfter ? biasAt(0) : this.bias;
    const inner = this.resetAfter
      ? this.#afterProduct(masks.state, biasAt(1))
      : this.#beforeProduct(masks.state);
    const step = (projected: Tensor, state: Tensor): Tensor => {
      const [xz, xr, xh] = split(projected, 3, { axis: -1 }) as Gates; // SAFETY: a tensor in, three out
      const { z, candidate } = inner(xz, xr, xh, state);
      // h' = z ⊙ h + (1 − z) ⊙ candidate
      return add(multiply(z, state), multiply(subtract(1, z), candidate)) as Tensor; // SAFETY: tensors in, tensor out
    };
    return {
      project: (x) => plus(multiplied(x), inputBias),
      step: (projected, [state]) => (state === undefined ? [] : [step(projected, state)]),
    };
  }

  /** candidate = activation(xh + r ⊙ (h · Uh + b)) */
  #afterProduct(masks: readonly Tensor[], bias: Tensor | null): Inner {
    const recur = gateProduct(this.recurrentKernel, masks);
    return (xz, xr, xh, h) => {
      const [hz, hr, hh] = split(plus(recur(h), bias), 3, { axis: -1 }) as Gates; // SAFETY: a tensor in, three out
      const z = this.recurrentActivation(add(xz, hz));
      const r = this.recurrentActivation(add(xr, hr));
      return { z: z as Tensor, candidate: this.activation(add(xh, multiply(r, hh))) as Tensor }; // SAFETY: tensors in, tensors out
    };
  }

  /** candidate = activation(xh + (r ⊙ h) · Uh) */
  #beforeProduct(masks: readonly Tensor[]): Inner {
    const [uz, ur, uh] = split(this.recurrentKernel, 3, { axis: -1 }) as Gates; // SAFETY: a tensor in, three out
    const recur = gateProduct(concatenate([uz, ur], -1) as Tensor, masks.slice(0, 2)); // SAFETY: tensors in, tensor out
    const [, , mask] = masks;
    return (xz, xr, xh, h) => {
      const [hz, hr] = split(recur(h), 2, { axis: -1 }) as readonly [Tensor, Tensor]; // SAFETY: a tensor in, two out
      const z = this.recurrentActivation(add(xz, hz));
      const r = this.recurrentActivation(add(xr, hr));
      const reset = multiply(r, mask === undefined ? h : multiply(h, mask));
      return { z: z as Tensor, candidate: this.activation(add(xh, matmul(reset as Tensor, uh))) as Tensor }; // SAFETY: tensors in, tensors out
    };
  }
}

type Inner = (
  xz: Tensor,
  xr: Tensor,
  xh: Tensor,
  h: Tensor,
) => { readonly z: Tensor; readonly candidate: Tensor };

export interface GRUCell<U extends number = number> extends GRUCellLayer, CellCall<U> {}

interface GRUCellKind extends LayerKind {
  readonly layer: GRUCell<UnitsIn<this>>;
}

export interface GRUCellConstructor extends CellConstructor<
  GRUCellKind,
  GRUCellOptions,
  Values<
    [
      ...ActivationNames,
      ...KernelNames,
      ...RegularizerNames,
      ...ConstraintNames,
      ...DropoutNames,
      resetAfter: "resetAfter",
      seed: "seed",
    ],
    GRUCellOptions
  >
> {}

/**
 * One step of a `GRU`: an update gate and a reset gate.
 *
 * Shapes: input `[batch, features]`, state `[batch, units]` → `[output, state]`, both `[batch, units]`.
 *
 * @param units - Size of the state and of the output.
 * @see Keras `layers/rnn/gru.py`
 */
export const GRUCell: GRUCellConstructor = callable<typeof GRUCellLayer, GRUCellConstructor>(GRUCellLayer);
