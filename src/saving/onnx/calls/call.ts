import type { DType } from "../../../ir/dtypes.ts";
import type { Var } from "../../../ir/program.ts";
import { Tensor } from "../../../ops/core/tensor.ts";
import type { Emitter } from "../emitter.ts";
import { fixedSize, type Size, zipLists } from "../size.ts";
import type { Call, Origin } from "../trace.ts";
import type { Value } from "../value.ts";

/** A call that is written as operators of its own, rather than as the primitives that it was traced into. */
export interface NativeCall {
  readonly inputs: readonly Var[];
  readonly outputs: readonly Var[];
  readonly origin: Origin;
  write(e: Emitter, read: (value: Var) => Value): readonly Value[];
}

/** A tensor of a call, in every trace. */
export class Operand {
  readonly #tensors: readonly Tensor[];
  readonly dtype: DType;
  readonly shape: readonly Size[];

  constructor(tensors: readonly Tensor[]) {
    this.#tensors = tensors;
    this.dtype = tensors[0]?.dtype ?? "float32";
    this.shape = zipLists(tensors.map(({ dims }) => dims));
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The traced value; null for a constant that the call was given. */
  get variable(): Var | null {
    const [first] = this.#tensors;
    return first?.isTraced === true ? first.traced : null;
  }

  value(e: Emitter, read: (value: Var) => Value): Value {
    const { variable } = this;
    if (variable !== null) return read(variable);
    const data = this.#tensors[0]?.storedSync() ?? new Float32Array(0);
    const shape = this.shape.map((size) => size[0] ?? 0);
    return e.constant({ data, shape, dtype: this.dtype, label: null });
  }

  /** Whether it is the same in every trace: a traced value, or a constant of known shape. */
  get isUsable(): boolean {
    return this.variable !== null || this.shape.every((size) => fixedSize(size) !== null);
  }
}

/** Tensors of nested arguments, one for each trace. */
export function operandsOf(values: readonly unknown[]): Operand | null {
  const tensors = values.flatMap((value) => (value instanceof Tensor ? [value as Tensor] : [])); // SAFETY: of some shape and dtype
  return tensors.length === values.length && tensors.length > 0 ? new Operand(tensors) : null;
}

/** Writes a call; `get` gives the values of the operands it named, in their order. */
export type WriteCall = (e: Emitter, operands: readonly Value[]) => readonly Value[];

/** How a call is written, found out from all traces before anything is written. */
export interface CallPlan {
  readonly operands: readonly Operand[];
  readonly write: WriteCall;
}

/** A plan as a native call; null where a result is not the call's own. */
export function nativeCall(call: Call, plan: CallPlan, results: readonly Operand[]): NativeCall | null {
  const inputs = plan.operands.flatMap(({ variable }) => variable ?? []);
  const outputs = results.flatMap(({ variable }) => variable ?? []);
  const isOwn = outputs.length === results.length && !outputs.some((output) => inputs.includes(output));
  if (!isOwn || !plan.operands.every(({ isUsable }) => isUsable)) return null;
  return {
    inputs,
    outputs,
    origin: call.origin,
    write: (e, read) =>
      plan.write(
        e,
        plan.operands.map((operand) => operand.value(e, read)),
      ),
  };
}
