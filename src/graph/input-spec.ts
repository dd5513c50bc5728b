import { type DType, toDType } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import type { Value } from "../ops/core/value.ts";
import { DTypeError, OptionError, ShapeError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";

export interface InputSpecOptions {
  readonly dtype?: DType | null | undefined;
  /** With null where any size will do. */
  readonly shape?: Shape | null | undefined;
  readonly ndim?: number | null | undefined;
  readonly maxNdim?: number | null | undefined;
  readonly minNdim?: number | null | undefined;
  /** Sizes that certain axes must have. */
  readonly axes?: Readonly<Record<number, number | null>> | null | undefined;
  /** Whether a last axis of size 1 may be there or not, whatever `shape` says. Default false. */
  readonly allowLastAxisSqueeze?: boolean | undefined;
  /** Key of the input where a layer takes an object of tensors. */
  readonly name?: string | null | undefined;
  /** Whether the input may be absent. Default false. */
  readonly optional?: boolean | undefined;
}

const known = ["dtype", "shape", "ndim", "maxNdim", "minNdim", "axes", "allowLastAxisSqueeze", "name", "optional"] as const; // prettier-ignore

/**
 * What a layer expects of an input: dtype, rank, sizes of axes.
 *
 * @see Keras `layers/input_spec.py`
 */
export class InputSpec {
  readonly dtype: DType | null;
  readonly shape: Shape | null;
  readonly ndim: number | null;
  readonly maxNdim: number | null;
  readonly minNdim: number | null;
  readonly axes: Readonly<Record<number, number | null>>;
  readonly allowLastAxisSqueeze: boolean;
  readonly name: string | null;
  readonly optional: boolean;

  /** @throws {OptionError} for an unknown option, or an axis beyond the rank. */
  constructor(options: InputSpecOptions = {}) {
    checkOptions("InputSpec", options, known);
    const { dtype = null, shape = null } = options;
    this.dtype = dtype === null ? null : toDType(dtype, "InputSpec");
    this.shape = shape;
    this.ndim = shape?.length ?? options.ndim ?? null;
    this.maxNdim = options.maxNdim ?? null;
    this.minNdim = options.minNdim ?? null;
    this.axes = options.axes ?? {};
    this.allowLastAxisSqueeze = options.allowLastAxisSqueeze ?? false;
    this.name = options.name ?? null;
    this.optional = options.optional ?? false;
    const most = this.ndim ?? this.maxNdim;
    const beyond = Object.keys(this.axes).find((axis) => most !== null && Number(axis) >= most);
    if (beyond !== undefined)
      throw new OptionError(`InputSpec: expected \`axes\` below the rank ${most}, received axis ${beyond}.`);
  }

  /** Throws unless the value fits. `where` names the layer: `dense_1 (Dense)`. `dtype` is the one it is computed in. */
  check(where: string, value: Value, dtype: DType = value.dtype): void {
    const { ndim, minNdim, maxNdim, axes } = this;
    const rank = value.shape.length;
    const refuse = (expected: string, hint = ""): never => {
      throw new ShapeError(`${where}: expected ${expected}, received ${formatShape(value.shape)}.${hint}`);
    };
    if (ndim !== null && !this.allowLastAxisSqueeze && rank !== ndim) {
      const hint =
        rank > ndim
          ? ""
          : value.shape[0] === null
            ? " Channels (layers.Reshape) or time steps (returnSequences: true) are missing."
            : " Is the batch axis missing? Add it with ops.expandDims(x, 0).";
      refuse(`an input of rank ${ndim}`, hint);
    }
    if (minNdim !== null && rank < minNdim) {
      refuse(
        `an input of rank >= ${minNdim}`,
        rank === minNdim - 1 ? " Add a batch axis with ops.expandDims(x, 0)." : "",
      );
    }
    if (maxNdim !== null && rank > maxNdim) refuse(`an input of rank <= ${maxNdim}`);
    if (this.dtype !== null && dtype !== this.dtype) {
      throw new DTypeError(
        `${where}: expected an input of ${this.dtype}, received ${dtype}. Convert it with ops.cast(x, "${this.dtype}").`,
      );
    }
    for (const [axis, size] of Object.entries(axes)) {
      const dim = value.shape.at(Number(axis));
      if (size !== null && dim !== null && dim !== size)
        refuse(`an input with ${size} elements on axis ${axis}`);
    }
    if (this.shape !== null && !fits(this.shape, value.shape, this.allowLastAxisSqueeze))
      refuse(`an input of shape ${formatShape(this.shape)}`);
  }

  getConfig(): InputSpecOptions {
    const { dtype, shape, ndim, maxNdim, minNdim, axes, optional } = this;
    return { dtype, shape, ndim, maxNdim, minNdim, axes, optional };
  }
}

function fits(wanted: Shape, given: Shape, maySqueeze: boolean): boolean {
  const squeeze = (shape: Shape): Shape => (maySqueeze && shape.at(-1) === 1 ? shape.slice(0, -1) : shape);
  const [from, to] = [squeeze(wanted), squeeze(given)];
  return (
    from.length === to.length &&
    from.every((size, axis) => size === null || to[axis] === null || to[axis] === size)
  );
}
