import type { DType } from "../../ir/dtypes.ts";
import type { Var } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { ShapeError } from "../../util/errors.ts";
import { type TensorInput, toValue } from "./convert.ts";
import { unify, wrap } from "./lift.ts";
import { type BoundArguments, defineOp, type OpDefinition, type OpFunction } from "./op.ts";
import { resultType } from "./promote.ts";
import type { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

type BinaryArguments = Readonly<Record<string, Tensor>>;

export interface BinaryDefinition extends Partial<OpDefinition> {
  readonly name: string;
  /** The dtype both operands are brought to. Default: by promotion. */
  readonly operands?: (promoted: DType) => DType;
  /** The dtype of the result for that of the operands. Default: the same. */
  readonly result?: (operands: DType) => DType;
  /** Names of the operands. Default: `x1`, `x2`. */
  readonly names?: readonly [string, string];
}

/** Defines an op on two tensors by its meaning on values of equal shape and dtype. */
export function binaryOp<F>(definition: BinaryDefinition, f: (x1: Var, x2: Var) => Var): OpFunction<F> {
  const {
    name,
    operands = (dtype) => dtype,
    result = (dtype) => dtype,
    names = ["x1", "x2"],
    ...rest
  } = definition;
  const operandType = (x1: Value, x2: Value): DType => operands(resultType([x1, x2]));
  return defineOp<BinaryArguments, F>(
    {
      args: { [names[0]]: "tensor", [names[1]]: "tensor" },
      infer: (args: BoundArguments) => {
        const [x1, x2] = [toValue(args[names[0]] as TensorInput), toValue(args[names[1]] as TensorInput)]; // SAFETY: tensor arguments
        return { shape: broadcastSymbolic(x1.shape, x2.shape, name), dtype: result(operandType(x1, x2)) };
      },
      ...rest,
      name,
    },
    (args) => {
      const [x1, x2] = [args[names[0]], args[names[1]]];
      if (x1 === undefined || x2 === undefined) throw new ShapeError(`ops.${name}: two operands are needed.`);
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
