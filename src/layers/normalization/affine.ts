import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { LayerBase, LayerOptions } from "../../graph/layer-base.ts";
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

/** The same with names resolved. */
export interface Affine {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: Initializer;
  readonly gammaInitializer: Initializer;
  readonly betaRegularizer: Regularizer | null;
  readonly gammaRegularizer: Regularizer | null;
  readonly betaConstraint: Constraint | null;
  readonly gammaConstraint: Constraint | null;
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

export function affineOf(given: AffineOptions): Affine {
  return {
    epsilon: given.epsilon ?? 0.001,
    center: given.center ?? true,
    scale: given.scale ?? true,
    betaInitializer: getInitializer(given.betaInitializer ?? "zeros"),
    gammaInitializer: getInitializer(given.gammaInitializer ?? "ones"),
    betaRegularizer: getRegularizer(given.betaRegularizer),
    gammaRegularizer: getRegularizer(given.gammaRegularizer),
    betaConstraint: getConstraint(given.betaConstraint),
    gammaConstraint: getConstraint(given.gammaConstraint),
  };
}

/** Makes gamma and beta where they are wanted. */
export function addAffineWeights(
  layer: LayerBase & Affine,
  shape: Shape,
  wanted: Pick<Affine, "scale" | "center"> = layer,
): { readonly gamma: Variable | null; readonly beta: Variable | null } {
  const gamma = !wanted.scale
    ? null
    : layer.addWeight({
        name: "gamma",
        shape,
        initializer: layer.gammaInitializer,
        regularizer: layer.gammaRegularizer,
        constraint: layer.gammaConstraint,
        autocast: false,
      });
  const beta = !wanted.center
    ? null
    : layer.addWeight({
        name: "beta",
        shape,
        initializer: layer.betaInitializer,
        regularizer: layer.betaRegularizer,
        constraint: layer.betaConstraint,
        autocast: false,
      });
  return { gamma, beta };
}

/** The dtype statistics are computed in: float32 for 16-bit floats, which would overflow. */
export function statisticsDtype(dtype: DType): DType {
  return dtype === "float64" ? dtype : "float32";
}
