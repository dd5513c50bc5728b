import type { LayerOptions } from "../../graph/layer-base.ts";
import type { ShapeTree } from "../../graph/layer-call.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ConcatenateFunction, ConcatenateRule, Dim, Shape } from "../../ir/shape-types/index.ts";
import { formatShape, normalizeAxis } from "../../ir/shape.ts";
import { logicalOr } from "../../ops/comparison.ts";
import type { Spec } from "../../ops/core/abstract.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import type { Value } from "../../ops/core/value.ts";
import { onesLike, zerosLike } from "../../ops/creation.ts";
import { any } from "../../ops/reductions.ts";
import { expandDims } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { Tree } from "../../util/tree.ts";
import { concatenate as concatenateOp } from "../../ops/joining.ts";
import { MergeLayer, shapesIn } from "./merge-base.ts";
import { mergeFunction } from "./merge-function.ts";
import type { ChoiceConstructor, DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

export interface ConcatenateOptions<
  A extends number = number,
  D extends DType = DType,
> extends LayerOptions<D> {
  /** Axis along which the tensors are joined. Default −1. */
  readonly axis?: A | undefined;
}

class ConcatenateLayer extends MergeLayer {
  static readonly className = "Concatenate";
  static readonly parameters: ParameterTable = { axis: -1 };

  readonly axis: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ConcatenateOptions>("Concatenate", ConcatenateLayer.parameters, args);
    super(given);
    this.axis = given.axis ?? -1;
  }

  override build(inputShape: readonly Shape[]): void {
    this.#joinedShape(shapesIn(this.where, inputShape));
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return this.merge(inputs);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return concatenateOp(inputs, { axis: this.axis });
  }

  override computeOutputSpec([inputs]: readonly unknown[]): Tree<Spec> {
    const values = inputs as readonly Value[]; // SAFETY: build has checked the list
    return { shape: this.#joinedShape(values.map(({ shape }) => shape)), dtype: this.mergedDtype(values) };
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    return this.#joinedShape(shapesIn(this.where, inputShape));
  }

  #joinedShape(shapes: readonly Shape[]): Shape {
    const [first = []] = shapes;
    const at = normalizeAxis(this.axis, first.length, this.where);
    const fits = shapes.every(
      (shape) =>
        shape.length === first.length &&
        shape.every((dim, axis) => axis === at || agree(dim, first[axis] ?? null)),
    );
    if (!fits) {
      throw new ShapeError(
        `${this.where}: expected shapes that differ on axis ${this.axis} alone, received ${shapes.map(formatShape).join(", ")}. Choose another \`axis\`, or reshape the inputs.`,
      );
    }
    return first.map((_, axis) => {
      const sizes = shapes.map((shape) => shape[axis] ?? null);
      if (axis !== at) return sizes.find((dim) => dim !== null) ?? null;
      return sizes.reduce((sum, dim) => (sum === null || dim === null ? null : sum + dim), 0);
    });
  }

  /** Masks are joined along the axis; an input without one is kept as a whole. */
  override computeMask(inputs: unknown, mask?: unknown): unknown {
    if (!Array.isArray(mask) || mask.every((one) => one === null)) return null;
    const values = inputs as readonly Tensor[]; // SAFETY: build has checked the list
    const masks = values.map((x, i): Tensor => {
      const one = mask[i] as Tensor | null; // SAFETY: masks, nested as the inputs
      if (one === null) return onesLike(x, { dtype: "bool" });
      return one.shape.length < x.shape.length
        ? logicalOr(expandDims(one, -1), zerosLike(x, { dtype: "bool" }))
        : one;
    });
    return any(concatenateOp(masks, { axis: this.axis }), -1);
  }
}

/** Unknown sizes agree with any. */
function agree(a: Dim, b: Dim): boolean {
  return a === null || b === null || a === b;
}

export interface Concatenate<A extends number = number, D extends DType = DType>
  extends ConcatenateLayer, LayerCall<ConcatenateRule<"Concatenate", A, D>> {}

interface ConcatenateKind extends LayerKind {
  readonly layer: Concatenate<SettingsIn<this, number>, DTypeIn<this>>;
}

export interface ConcatenateConstructor extends ChoiceConstructor<
  ConcatenateKind,
  LayerOptions,
  [axis: "axis"],
  number,
  -1
> {}

/**
 * Joins a list of tensors along an axis (default the last).
 *
 * @throws {ShapeError} when the shapes differ on another axis.
 * @example
 * const y = Concatenate()([Input({ shape: [4] }), Input({ shape: [3] })]); // y.shape → [null, 7]
 * @see Keras `layers/merging/concatenate.py`
 */
export const Concatenate: ConcatenateConstructor = callable<typeof ConcatenateLayer, ConcatenateConstructor>(
  ConcatenateLayer,
);

/** `Concatenate(axis)(inputs)`: `concatenate([a, b], 1)`. @see Keras `layers.concatenate` */
export const concatenate: ConcatenateFunction<ConcreteFamily, LayerOptions> = mergeFunction(Concatenate);
