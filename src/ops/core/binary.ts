import type { DType } from "../../ir/dtypes.ts";
import type { Var } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { ShapeError } from "../../util/errors.ts";
import { type TensorInput, toValue } from "./convert.ts";
import { unify, wrap } from "./lift.ts";
import { type BoundArguments, defineOp, type OpDefinition, type OpFunction } from "./op.ts";
import { resultType } from "./promote.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

interface BinaryArguments {
  readonly x1: Tensor;
  readonly x2: Tensor;
}

/** An op on two tensors that broadcast against each other. */
export type BinaryOp = OpFunction<(x1: TensorInput, x2: TensorInput) => Value>;

export interface BinaryDefinition extends Partial<OpDefinition> {
  readonly name: string;
  /** The dtype both operands are brought to. Default: by promotion. */
  readonly operands?: (promoted: DType) => DType;
  /** The dtype of the result for that of the operands. Default: the same. */
  readonly result?: (operands: DType) => DType;
}

/** Defines an op on two tensors by its meaning on values of equal shape and dtype. */
export function binaryOp(definition: BinaryDefinition, f: (x1: Var, x2: Var) => Var): BinaryOp {
  const { name, operands = (dtype) => dtype, result = (dtype) => dtype, ...rest } = definition;
  const operandType = (x1: Value, x2: Value): DType => operands(resultType([x1, x2]));
  return defineOp<BinaryArguments, (x1: TensorInput, x2: TensorInput) => Value>(
    {
      args: { x1: "tensor", x2: "tensor" },
      infer: (args: BoundArguments) => {
        const [x1, x2] = [toValue(args["x1"] as TensorInput), toValue(args["x2"] as TensorInput)]; // SAFETY: tensor arguments
        return { shape: broadcastSymbolic(x1.shape, x2.shape, name), dtype: result(operandType(x1, x2)) };
      },
      ...rest,
      name,
    },
    ({ x1, x2 }) => {
      const [a, b] = unify(`ops.${name}`, [x1, x2], operandType(x1, x2));
      if (a === undefined || b === undefined) throw new ShapeError(`ops.${name}: two operands are needed.`);
      return wrap(f(a, b));
    },
  );
}

/** The shape two symbolic shapes broadcast to: an unknown size against a known one other than 1 gives the known one. */
export function broadcastSymbolic(a: Shape, b: Shape, where: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = i - rank + a.length < 0 ? 1 : (a[i - rank + a.length] ?? null);
    const y = i - rank + b.length < 0 ? 1 : (b[i - rank + b.length] ?? null);
    if (x === 1) return y;
    if (y === 1 || x === y) return x;
    if (x === null) return y;
    if (y === null) return x;
    throw new ShapeError(
      `${where}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis ${i - rank} is ${x} against ${y}. Sizes must be equal or 1.`,
    );
  });
}
