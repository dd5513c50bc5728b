import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { normalizeAxis } from "../../ir/shape.ts";
import { relu } from "../../ops/activations.ts";
import { multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { negative } from "../../ops/unary-math.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface PReLUOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Default `"Zeros"`. */
  readonly alphaInitializer?: InitializerLike | undefined;
  readonly alphaRegularizer?: RegularizerLike | null | undefined;
  readonly alphaConstraint?: ConstraintLike | null | undefined;
  /** Axes (counted with the batch axis as 0) along which one slope is shared. Default none. */
  readonly sharedAxes?: number | readonly number[] | null | undefined;
}

class PReLULayer extends LayerBase {
  static readonly className = "PReLU";
  static readonly parameters: ParameterTable = {
    alphaInitializer: "Zeros",
    alphaRegularizer: null,
    alphaConstraint: null,
    sharedAxes: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly alphaInitializer: Initializer;
  readonly alphaRegularizer: Regularizer | null;
  readonly alphaConstraint: Constraint | null;
  readonly sharedAxes: readonly number[] | null;
  declare alpha: Variable;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<PReLUOptions>("PReLU", PReLULayer.parameters, args);
    super(given);
    this.alphaInitializer = getInitializer(given.alphaInitializer ?? "Zeros");
    this.alphaRegularizer = getRegularizer(given.alphaRegularizer ?? null);
    this.alphaConstraint = getConstraint(given.alphaConstraint ?? null);
    const axes = given.sharedAxes ?? null;
    this.sharedAxes = typeof axes === "number" ? [axes] : axes;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape): void {
    const shared = new Set(
      (this.sharedAxes ?? []).map((axis) => normalizeAxis(axis, inputShape.length, this.where)),
    );
    this.alpha = this.addWeight({
      name: "alpha",
      shape: inputShape.map((dim, axis) => (shared.has(axis) ? 1 : dim)).slice(1),
      initializer: this.alphaInitializer,
      regularizer: this.alphaRegularizer,
      constraint: this.alphaConstraint,
    });
    const fixed = inputShape.flatMap((dim, axis): [number, number | null][] =>
      axis === 0 || shared.has(axis) ? [] : [[axis, dim]],
    );
    this.inputSpec = new InputSpec({
      ndim: inputShape.length,
      axes: shared.size > 0 ? Object.fromEntries(fixed) : {},
    });
  }

  override call(inputs: Tensor): Tensor {
    const below = multiply(this.alpha.value, relu(negative(inputs)));
    return subtract(relu(inputs), below);
  }
}

export interface PReLU<D extends DType = DType> extends PReLULayer, LayerCall<SameRule<D>> {}

interface PReLUKind extends LayerKind {
  readonly layer: PReLU<DTypeIn<this>>;
}

export interface PReLUConstructor extends LayerConstructor<
  PReLUKind,
  PReLUOptions,
  [
    alphaInitializer: "alphaInitializer",
    alphaRegularizer: "alphaRegularizer",
    alphaConstraint: "alphaConstraint",
    sharedAxes: "sharedAxes",
  ]
> {}

/**
 * `x` where positive, else `alpha · x` with a learnt slope for each element (or shared along axes).
 *
 * Shapes: input `[batch, …]` → the same; alpha `[…]`, with 1 on shared axes.
 *
 * @throws {ShapeError} when an axis that is not shared is unknown.
 * @see Keras `layers/activations/prelu.py`
 */
export const PReLU: PReLUConstructor = callable<typeof PReLULayer, PReLUConstructor>(PReLULayer);
