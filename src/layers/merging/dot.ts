import type { LayerOptions } from "../../graph/layer-base.ts";
import type { ShapeTree } from "../../graph/layer-call.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Dim, DotAxes, DotFunction, DotRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape, normalizeAxis } from "../../ir/shape.ts";
import type { Spec } from "../../ops/core/abstract.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import type { Value } from "../../ops/core/value.ts";
import { einsum } from "../../ops/einsum.ts";
import { expandDims } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { OptionError, ShapeError, invariant } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { Tree } from "../../util/tree.ts";
import { normalize as normalizeOp } from "../../ops/normalization.ts";
import { MergeLayer, shapesIn } from "./merge-base.ts";
import { mergeFunction } from "./merge-function.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface DotOptions<A extends DotAxes = DotAxes, D extends DType = DType> extends LayerOptions<D> {
  /** One axis for both tensors, or one for each; not the batch axis. */
  readonly axes?: A | undefined;
  /** Whether both are brought to norm 1 along the axes first, which gives cosines. Default false. */
  readonly normalize?: boolean | undefined;
}

class DotLayer extends MergeLayer {
  static readonly className = "Dot";
  static readonly parameters: ParameterTable = { axes: required, normalize: false };

  readonly axes: DotAxes;
  readonly normalize: boolean;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<DotOptions>("Dot", DotLayer.parameters, args);
    super(given);
    this.axes = checkedAxes(given.axes);
    this.normalize = given.normalize ?? false;
  }

  override build(inputShape: readonly Shape[]): void {
    this.#productShape(shapesIn(this.where, inputShape));
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return this.merge(inputs);
  }

  protected override merge([a, b]: readonly Tensor[]): Tensor {
    invariant(a !== undefined && b !== undefined, "build checks for two inputs");
    const [i, j] = this.#axesFor([a.shape, b.shape]);
    const unit = (x: Tensor, axis: number): Tensor => (this.normalize ? normalizeOp(x, { axis }) : x);
    // The batch axis is b, the axis summed over k, the others are named in order.
    const name = (shape: Shape, axis: number, from: number): string =>
      shape.map((_, at) => (at === 0 ? "b" : at === axis ? "k" : String.fromCharCode(from + at))).join("");
    const [left, right] = [name(a.shape, i, 0x41), name(b.shape, j, 0x6c)];
    const rest = `${left}${right.slice(1)}`.replaceAll("k", "");
    const product: Tensor = einsum(`${left},${right}->${rest}`, unit(a, i), unit(b, j));
    return rest.length === 1 ? expandDims(product, -1) : product;
  }

  override computeOutputSpec([inputs]: readonly unknown[]): Tree<Spec> {
    const values = inputs as readonly Value[]; // SAFETY: build has checked the list
    return { shape: this.#productShape(values.map(({ shape }) => shape)), dtype: this.mergedDtype(values) };
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    return this.#productShape(shapesIn(this.where, inputShape));
  }

  override computeMask(): unknown {
    return null;
  }

  #axesFor([a = [], b = []]: readonly Shape[]): readonly [number, number] {
    const [i, j] = typeof this.axes === "number" ? [this.axes, this.axes] : this.axes;
    const axes = [normalizeAxis(i, a.length, this.where), normalizeAxis(j, b.length, this.where)] as const;
    if (axes.includes(0))
      throw new OptionError(
        `${this.where}: expected axes other than the batch axis 0, received ${JSON.stringify(this.axes)}.`,
      );
    return axes;
  }

  #productShape(shapes: readonly Shape[]): Shape {
    const [a, b] = shapes;
    if (shapes.length !== 2 || a === undefined || b === undefined) {
      throw new ShapeError(`${this.where}: expected two tensors, received ${shapes.length}.`);
    }
    const [i, j] = this.#axesFor(shapes);
    const differ = (x: Dim | undefined, y: Dim | undefined): boolean =>
      typeof x === "number" && typeof y === "number" && x !== y;
    if (differ(a[i], b[j]) || differ(a[0], b[0])) {
      throw new ShapeError(
        `${this.where}: expected equal batch sizes and equal sizes on axes ${i} and ${j}, received ${formatShape(a)} and ${formatShape(b)}. Choose other \`axes\`.`,
      );
    }
    const product = [
      ...a.filter((_, axis) => axis !== i),
      ...b.filter((_, axis) => axis !== 0 && axis !== j),
    ];
    return product.length === 1 ? [...product, 1] : product;
  }
}

function checkedAxes(axes: unknown): DotAxes {
  const isInteger = (axis: unknown): axis is number => Number.isInteger(axis);
  if (isInteger(axes)) return axes;
  if (Array.isArray(axes) && axes.length === 2 && isInteger(axes[0]) && isInteger(axes[1]))
    return [axes[0], axes[1]];
  throw new OptionError(
    `Dot: expected \`axes\` to be a whole number or two of them, received ${JSON.stringify(axes)}.`,
  );
}

export interface Dot<A extends DotAxes = DotAxes, D extends DType = DType>
  extends DotLayer, LayerCall<DotRule<A, D>> {}

interface DotKind extends LayerKind {
  readonly layer: Dot<SettingsIn<this, DotAxes>, DTypeIn<this>>;
}

export interface DotConstructor extends SettingConstructor<
  DotKind,
  DotOptions,
  [axes: "axes"],
  DotAxes,
  [normalize: DotOptions["normalize"]]
> {}

/**
 * Product of two tensors, summed over one axis of each, sample by sample.
 *
 * Shapes: `[batch, …, k, …]` and `[batch, …, k, …]` → `[batch, …the rest of both]`, at least rank 2.
 *
 * @param axes - One axis for both tensors, or one for each; not the batch axis.
 * @throws {ShapeError} when the axes' sizes differ.
 * @see Keras `layers/merging/dot.py`
 */
export const Dot: DotConstructor = callable<typeof DotLayer, DotConstructor>(DotLayer);

/** `Dot(axes)(inputs)`: `dot([a, b], 1)`; `axes` is −1 by default. @see Keras `layers.dot` */
export const dot: DotFunction<ConcreteFamily, LayerOptions> = mergeFunction(
  (first: unknown = -1, ...rest: unknown[]) => {
    const withAxes = isPlainObject(first) ? { axes: -1, ...first } : first;
    return Reflect.apply(Dot, undefined, [withAxes, ...rest]);
  },
);
