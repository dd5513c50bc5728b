import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ReshapeRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { reshape as reshapeOp } from "../../ops/shape.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface ReshapeOptions<
  T extends readonly number[] = readonly number[],
  D extends DType = DType,
> extends LayerOptions<D> {
  /** Sizes without the batch axis; one may be −1, and is then worked out. */
  readonly targetShape?: T | undefined;
}

class ReshapeLayer extends LayerBase {
  static readonly className = "Reshape";
  static readonly parameters: ParameterTable = { targetShape: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly targetShape: readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ReshapeOptions>("Reshape", ReshapeLayer.parameters, args);
    super(given);
    this.targetShape = checkedTarget(given.targetShape);
  }

  override build(inputShape: Shape): void {
    const rest = inputShape.slice(1);
    const size = rest.reduce<number | null>(
      (product, dim) => (product === null || dim === null ? null : product * dim),
      1,
    );
    const known = this.targetShape.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
    const fits = size === null || (this.targetShape.includes(-1) ? size % known === 0 : size === known);
    if (fits) return;
    throw new ShapeError(
      `${this.where}: expected as many elements in ${formatShape(this.targetShape)} as in the input ${formatShape(rest)} (without the batch axis), which has ${size}. Give other sizes, or −1 for one of them.`,
    );
  }

  override call(inputs: Tensor): Tensor {
    return reshapeOp(inputs, [inputs.dims[0] ?? 1, ...this.targetShape]);
  }
}

function checkedTarget(shape: unknown): readonly number[] {
  const isDim = (dim: unknown): dim is number => Number.isInteger(dim) && (dim === -1 || Number(dim) >= 0);
  if (Array.isArray(shape) && shape.every(isDim) && shape.filter((dim) => dim === -1).length <= 1)
    return [...shape];
  throw new OptionError(
    `Reshape: expected \`targetShape\` to hold whole numbers, at most one of them −1, received ${JSON.stringify(shape)}.`,
  );
}

export interface Reshape<T extends readonly number[] = readonly number[], D extends DType = DType>
  extends ReshapeLayer, LayerCall<ReshapeRule<T, D>> {}

interface ReshapeKind extends LayerKind {
  readonly layer: Reshape<SettingsIn<this, readonly number[]>, DTypeIn<this>>;
}

export interface ReshapeConstructor extends SettingConstructor<
  ReshapeKind,
  LayerOptions,
  [targetShape: "targetShape"],
  readonly number[]
> {}

/**
 * The same elements in another shape: `[batch, …]` → `[batch, …targetShape]`.
 *
 * @param targetShape - Sizes without the batch axis; one may be −1, and is then worked out.
 * @throws {ShapeError} when the numbers of elements differ.
 * @example
 * const y = Reshape([4, 4, 1])(Input({ shape: [16] })); // y.shape → [null, 4, 4, 1]
 * @see Keras `layers/reshaping/reshape.py`
 */
export const Reshape: ReshapeConstructor = callable<typeof ReshapeLayer, ReshapeConstructor>(ReshapeLayer);
