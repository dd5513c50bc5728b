import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";

/** What normalized values are scaled by and shifted to: options of several layers. */
export interface AffineOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number | undefined;
  /** Whether a learnt offset beta is added. Default true. */
  readonly center?: boolean | undefined;
  /** Whether a learnt factor gamma is applied. Default true. */
  readonly scale?: boolean | undefined;
  /** Default `"zeros"`. */
  readonly betaInitializer?: InitializerLike | undefined;
  /** Default `"ones"`. */
  readonly gammaInitializer?: InitializerLike | undefined;
  readonly betaRegularizer?: RegularizerLike | null | undefined;
  readonly gammaRegularizer?: RegularizerLike | null | undefined;
  readonly betaConstraint?: ConstraintLike | null | undefined;
  readonly gammaConstraint?: ConstraintLike | null | undefined;
}

/** Keras's order and defaults, but for those in between. */
export const affineParameters = {
  epsilon: 0.001,
  center: true,
  scale: true,
  betaInitializer: "zeros",
  gammaInitializer: "ones",
  betaRegularizer: null,
  gammaRegularizer: null,
  betaConstraint: null,
  gammaConstraint: null,
} as const;

/** Base of layers that normalize, then scale by gamma and shift by beta. */
export abstract class AffineLayer extends LayerBase {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: Initializer;
  readonly gammaInitializer: Initializer;
  readonly betaRegularizer: Regularizer | null;
  readonly gammaRegularizer: Regularizer | null;
  readonly betaConstraint: Constraint | null;
  readonly gammaConstraint: Constraint | null;
  declare gamma: Variable | null;
  declare beta: Variable | null;

  constructor(given: AffineOptions) {
    super(given);
    this.epsilon = given.epsilon ?? 0.001;
    this.center = given.center ?? true;
    this.scale = given.scale ?? true;
    this.betaInitializer = getInitializer(given.betaInitializer ?? "zeros");
    this.gammaInitializer = getInitializer(given.gammaInitializer ?? "ones");
    this.betaRegularizer = getRegularizer(given.betaRegularizer);
    this.gammaRegularizer = getRegularizer(given.gammaRegularizer);
    this.betaConstraint = getConstraint(given.betaConstraint);
    this.gammaConstraint = getConstraint(given.gammaConstraint);
    this.supportsMasking = true;
  }

  /** Makes gamma and beta where they are wanted. */
  protected addAffineWeights(
    shape: Shape,
    { scale, center }: Pick<AffineLayer, "scale" | "center"> = this,
  ): void {
    const options = { shape, autocast: false };
    this.gamma = !scale
      ? null
      : this.addWeight({
          name: "gamma",
          initializer: this.gammaInitializer,
          regularizer: this.gammaRegularizer,
          constraint: this.gammaConstraint,
          ...options,
        });
    this.beta = !center
      ? null
      : this.addWeight({
          name: "beta",
          initializer: this.betaInitializer,
          regularizer: this.betaRegularizer,
          constraint: this.betaConstraint,
          ...options,
        });
  }
}

/** The dtype statistics are computed in: float32 for 16-bit floats, which would overflow. */
export function statisticsDtype(dtype: DType): DType {
  return dtype === "float64" ? dtype : "float32";
}
