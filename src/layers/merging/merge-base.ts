import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { ShapeTree } from "../../graph/layer-call.ts";
import { maskOf } from "../../graph/masks.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Dim, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import { logicalOr } from "../../ops/comparison.ts";
import type { Spec } from "../../ops/core/abstract.ts";
import { resultType } from "../../ops/core/promote.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import type { Value } from "../../ops/core/value.ts";
import { where } from "../../ops/indexing.ts";
import { broadcastTo, expandDims, reshape } from "../../ops/shape.ts";
import { ShapeError, invariant } from "../../util/errors.ts";
import type { Tree } from "../../util/tree.ts";

/**
 * Base of layers that merge a list of tensors element by element. Batch sizes must agree; the other axes broadcast,
 * after tensors of lower rank have been given axes of size 1 behind the batch axis.
 *
 * @see Keras `layers/merging/base_merge.py`
 */
export abstract class MergeLayer extends LayerBase {
  static readonly takesList: boolean = true;
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  constructor(options: LayerOptions) {
    super(options);
    this.supportsMasking = true;
  }

  /** Merges tensors of one rank. */
  protected abstract merge(inputs: readonly Tensor[]): Tensor;

  override build(inputShape: readonly Shape[]): void {
    mergedShape(this.where, shapesIn(this.where, inputShape));
  }

  override call(inputs: readonly Tensor[]): Tensor {
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    return this.merge(inputs.map((x) => withRank(x, rank)));
  }

  override computeOutputSpec([inputs]: readonly unknown[]): Tree<Spec> {
    const values = inputs as readonly Value[]; // SAFETY: build has checked the list
    return {
      shape: mergedShape(
        this.where,
        values.map(({ shape }) => shape),
      ),
      dtype: this.mergedDtype(values),
    };
  }

  /** Dtype of the result for such inputs. */
  protected mergedDtype(inputs: readonly Value[]): DType {
    return resultType(inputs);
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    return mergedShape(this.where, shapesIn(this.where, inputShape));
  }

  /** The places that any of the masks keeps, where all inputs have one. */
  override computeMask(_inputs: unknown, mask?: unknown): unknown {
    if (!Array.isArray(mask) || mask.some((one) => one === null)) return null;
    const masks = mask as readonly Tensor[]; // SAFETY: masks, nested as the inputs
    return masks.reduce((a, b) => logicalOr(a, b));
  }
}

/** Checks that a layer was given a list of shapes. */
export function shapesIn(where: string, shapes: ShapeTree | readonly Shape[]): readonly Shape[] {
  if (Array.isArray(shapes) && shapes.length > 0 && shapes.every((shape) => Array.isArray(shape))) {
    return shapes as readonly Shape[]; // SAFETY: arrays, and shape trees hold nothing but shapes
  }
  const received = Array.isArray(shapes) ? formatShape(shapes as Shape) : "an object"; // SAFETY: no list of shapes, hence one shape
  throw new ShapeError(
    `${where}: expected a list of tensors, received one of shape ${received}. Call it as layer([a, b]).`,
  );
}

/** Adds axes of size 1 behind the batch axis. */
export function withRank(x: Tensor, rank: number): Tensor {
  const missing = rank - x.dims.length;
  return missing === 0
    ? x
    : reshape(x, [x.dims[0] ?? 1, ...new Array<number>(missing).fill(1), ...x.dims.slice(1)]);
}

/** The shape of the result; a size that is unknown in one input, and not 1 in another, is unknown. */
export function mergedShape(where: string, shapes: readonly Shape[]): Shape {
  const refuse = (why: string): never => {
    throw new ShapeError(
      `${where}: expected shapes that broadcast (batch sizes equal, other sizes equal or 1), received ${shapes.map(formatShape).join(", ")}: ${why}.`,
    );
  };
  const sizes = [...new Set(shapes.map(([batch]) => batch ?? null).filter((batch) => batch !== null))];
  if (sizes.length > 1) refuse(`batch sizes ${sizes.join(" and ")} differ`);
  const merged = shapes
    .map((shape) => shape.slice(1))
    .reduce((a, b) => {
      const rank = Math.max(a.length, b.length);
      return Array.from({ length: rank }, (_, i): Dim => {
        const [x, y] = [dimAt(a, i - rank), dimAt(b, i - rank)];
        if (x === null || y === null) return null;
        if (x !== y && x !== 1 && y !== 1) refuse(`${x} and ${y} on axis ${i - rank}`);
        return x === 1 ? y : x;
      });
    });
  return [sizes[0] ?? null, ...merged];
}

/** The size at a negative axis; 1 in front of the first. */
function dimAt(shape: Shape, axis: number): Dim {
  const dim = shape.at(axis);
  return dim === undefined || -axis > shape.length ? 1 : dim;
}

/**
 * Merges from left to right; where only one of two tensors is masked in, its value stands alone.
 *
 * @see Keras `layers/merging/base_merge.py`, `_apply_merge_op_and_or_mask`
 */
export function mergeWithMasks(inputs: readonly Tensor[], f: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const masks = inputs.map((x) => spreadMask(x));
  let output: Tensor | null = null;
  let outputMask: Tensor | null = null;
  inputs.forEach((input, i) => {
    const mask = masks[i] ?? null;
    if (output === null) {
      [output, outputMask] = [input, mask];
      return;
    }
    const x: Tensor = mask === null ? input : where(mask, input, output);
    if (outputMask !== null) output = where(outputMask, output, x);
    outputMask = mask !== null && outputMask !== null ? logicalOr(outputMask, mask) : null;
    output = f(output, x);
  });
  invariant(output !== null, "a merge of nothing");
  return output;
}

/** A tensor's mask, repeated along its last axis; null where it has none. */
export function spreadMask(x: Tensor): Tensor | null {
  const mask = maskOf(x) as Tensor | null; // SAFETY: tensors have tensors as masks
  return mask === null ? null : broadcastTo(expandDims(mask, -1), x.dims);
}
