import type { DType } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import type { Value } from "../ops/core/value.ts";
import { ShapeError } from "../util/errors.ts";

export interface InputSpecOptions {
  readonly shape?: Shape | null | undefined;
  readonly ndim?: number | null | undefined;
  readonly minNdim?: number | null | undefined;
  readonly maxNdim?: number | null | undefined;
  readonly dtype?: DType | null | undefined;
  /** Sizes that certain axes must have. */
  readonly axes?: Readonly<Record<number, number | null>> | null | undefined;
}

/**
 * What a layer expects of an input: rank, sizes of axes.
 *
 * @see Keras `layers/input_spec.py`
 */
export class InputSpec {
  readonly options: InputSpecOptions;

  constructor(options: InputSpecOptions) {
    this.options = options;
  }

  /** Throws unless the value fits. `where` names the layer: `dense_1 (Dense)`. */
  check(where: string, value: Value): void {
    const { shape, ndim, minNdim, maxNdim, axes } = this.options;
    const rank = value.shape.length;
    const refuse = (expected: string, hint = ""): never => {
      throw new ShapeError(`${where}: expected ${expected}, received ${formatShape(value.shape)}.${hint}`);
    };
    const wanted = shape?.length ?? ndim;
    if (wanted !== null && wanted !== undefined && rank !== wanted) {
      const hint = rank === wanted - 1 ? " Is the batch axis missing? Add it with ops.expandDims(x, 0)." : "";
      refuse(`an input of rank ${wanted}`, hint);
    }
    if (minNdim !== null && minNdim !== undefined && rank < minNdim) {
      refuse(
        `an input of rank >= ${minNdim}`,
        rank === minNdim - 1 ? " Add a batch axis with ops.expandDims(x, 0)." : "",
      );
    }
    if (maxNdim !== null && maxNdim !== undefined && rank > maxNdim) refuse(`an input of rank <= ${maxNdim}`);
    for (const [axis, size] of Object.entries(axes ?? {})) {
      const dim = value.shape.at(Number(axis));
      if (size !== null && dim !== null && dim !== size)
        refuse(`an input with ${size} elements on axis ${axis}`);
    }
    shape?.forEach((size, axis) => {
      const dim = value.shape[axis];
      if (size !== null && dim !== null && dim !== size) refuse(`an input of shape ${formatShape(shape)}`);
    });
  }
}
