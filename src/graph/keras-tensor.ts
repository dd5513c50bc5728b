import "../ops/common-methods.ts";
import type { DType } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import type { Cast, DefaultDType, Shape, TensorFamily } from "../ir/shape-types/index.ts";
import type { BoundArguments, Op } from "../ops/core/op.ts";
import { type SymbolicValue, Value } from "../ops/core/value.ts";
import { AntlerError } from "../util/errors.ts";
import { autoName } from "./naming.ts";
import type { Operation } from "./operation.ts";

/** The family of symbolic tensors, for shape rules. */
export interface SymbolicFamily extends TensorFamily {
  readonly symbolic: true;
  readonly tensor: KerasTensor<Cast<this["shape"], Shape>, Cast<this["dtype"], DType>>;
}

/** Which call of which operation made a symbolic tensor, and which of its outputs it is. */
export interface KerasHistory {
  readonly operation: Operation;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

export interface KerasTensorOptions {
  readonly dtype?: DType | undefined;
  readonly sparse?: boolean | undefined;
  readonly name?: string | undefined;
}

/**
 * A symbolic tensor: shape and dtype of a value that a model will compute. Made by `Input` and by calling layers and
 * ops on symbolic tensors; carries its shape in its type.
 *
 * @see Keras `backend/common/keras_tensor.py`
 */
export class KerasTensor<out S extends Shape = Shape, out D extends DType = DefaultDType<S>>
  extends Value<S, D>
  implements SymbolicValue
{
  declare readonly "~family": SymbolicFamily;
  declare readonly [Symbol.iterator]: () => IterableIterator<KerasTensor<Shape, D>>;
  override readonly shape: S;
  override readonly dtype: D;
  readonly name: string;
  readonly sparse: boolean;
  /** Set when the operation that makes the tensor has been recorded. */
  history: KerasHistory | null = null;

  constructor(shape: S, options: KerasTensorOptions = {}) {
    super();
    this.shape = shape;
    this.dtype = (options.dtype ?? "float32") as D; // SAFETY: D is declared by whoever gives the dtype
    this.name = options.name ?? autoName("keras_tensor");
    this.sparse = options.sparse ?? false;
  }

  recordOp(op: Op, args: BoundArguments): unknown {
    if (this.history === null) {
      throw new AntlerError(
        `ops.${op.name}: a symbolic tensor that no operation made cannot be computed on. Start graphs at Input({ shape }).`,
      );
    }
    return this.history.operation.recordOp(op, args);
  }

  override toString(): string {
    return `KerasTensor(shape=${formatShape(this.shape)}, dtype=${this.dtype}, name=${this.name})`;
  }
}
