import type { LoopKernel, Operand, StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { DType } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { invariant } from "../../../util/errors.ts";
import { i32, type Expr, type FunctionHandle, type Local } from "../assembler/index.ts";
import { loopFunction } from "../loops/loop-function.ts";
import { align } from "../module/layout.ts";
import type { ModuleScope } from "../math/scope.ts";
import type { EmitStructured, StructuredCode } from "./contract.ts";
import { addressAt } from "./kernel-function.ts";

/** The dtypes that are only stored in 16 bits, and computed with in 32. */
export function isHalf(dtype: DType): boolean {
  return dtype === "float16" || dtype === "bfloat16";
}

interface Call {
  readonly handle: FunctionHandle;
  readonly args: readonly Expr<"i32">[];
}

/** A function `(from, to, tid, nthreads)` that converts a dense array. */
function castFunction(shared: ModuleScope, size: number, from: DType, to: DType): FunctionHandle {
  const kernel: LoopKernel = {
    kind: "loop",
    label: "cast",
    outer: [size],
    inner: [],
    nodes: [
      { kind: "load", access: { buffer: 0, offset: 0, strides: [1] }, dtype: from },
      { kind: "op", op: "cast", args: [0], dtype: to },
    ],
    stores: [{ access: { buffer: 1, offset: 0, strides: [1] }, value: 1 }],
  };
  return loopFunction(shared, kernel, () => false).handle;
}

/** Computes a kernel of a half-precision dtype in float32: operands are converted in scratch memory. */
export function viaFloat32(
  shared: ModuleScope,
  kernel: StructuredKernel,
  emit: EmitStructured,
): StructuredCode {
  const single = (operand: Operand): Operand => ({
    ...operand,
    dtype: isHalf(operand.dtype) ? "float32" : operand.dtype,
  });
  const inner = emit(shared, {
    ...kernel,
    inputs: kernel.inputs.map(single),
    outputs: kernel.outputs.map(single),
  });
  invariant(!("items" in inner), "a kernel that is computed in float32 has code of its own");
  const operands = [...kernel.inputs, ...kernel.outputs];
  let end = 0;
  const offsets = operands.map(({ shape, dtype }) => {
    const start = end;
    if (isHalf(dtype)) end = align(end + sizeOf(shape) * 4 + 128);
    return start;
  });
  const count = operands.length;
  const phase = (
    body: (params: readonly Local<"i32">[], inScratch: (operand: number) => Expr<"i32">) => readonly Call[],
  ): FunctionHandle => {
    const types = Array.from({ length: count + 3 }, () => "i32" as const);
    return shared.module.function(types, [], (fn) => {
      const params = types.map((type, i) => fn.param(type, i));
      const scratch = addressAt(params, count);
      for (const { handle, args } of body(params, (i) => i32.add(scratch, offsets[i] ?? 0)))
        fn.call(handle, ...args);
    });
  };
  const share = (params: readonly Local<"i32">[]): Local<"i32">[] => [
    addressAt(params, count + 1),
    addressAt(params, count + 2),
  ];
  const convert = (from: number, to: number, isOut: boolean): FunctionHandle =>
    phase((params, inScratch) =>
      operands.slice(from, to).flatMap(({ shape, dtype }, n) => {
        if (!isHalf(dtype)) return [];
        const i = from + n;
        const handle = isOut
          ? castFunction(shared, sizeOf(shape), "float32", dtype)
          : castFunction(shared, sizeOf(shape), dtype, "float32");
        const [source, target] = isOut
          ? [inScratch(i), addressAt(params, i)]
          : [addressAt(params, i), inScratch(i)];
        return [{ handle, args: [source, target, ...share(params)] }];
      }),
    );
  const compute = inner.phases.map((handle) =>
    phase((params, inScratch) => {
      const addresses = operands.map(({ dtype }, i) => (isHalf(dtype) ? inScratch(i) : addressAt(params, i)));
      return [{ handle, args: [...addresses, i32.add(addressAt(params, count), end), ...share(params)] }];
    }),
  );
  return {
    phases: [convert(0, kernel.inputs.length, false), ...compute, convert(kernel.inputs.length, count, true)],
    operands: operands.map(({ access }) => access),
    extra: [],
    // Conversions of small arrays do not share their work out: then nothing may.
    isParallel: false,
    work: inner.work,
    scratchBytes: (nthreads) => end + inner.scratchBytes(nthreads),
  };
}
