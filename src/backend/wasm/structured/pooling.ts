import type { StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { PoolingDescriptor, PoolingMode } from "../../../compiler/kernel-ir/structured.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { DTypeError } from "../../../util/errors.ts";
import { i32, type FunctionHandle } from "../assembler/index.ts";
import { emitPooling } from "../kernels/pooling.ts";
import { sharedFunction } from "../kernels/kernel.ts";
import { align } from "../module/layout.ts";
import type { ModuleScope } from "../math/scope.ts";
import type { EmitStructured, StructuredCode } from "./contract.ts";
import { addressAt, addressesAt, operandAt } from "./kernel-function.ts";
import { isHalf, viaFloat32 } from "./via-float32.ts";
import { listParam, windowAxes } from "./window-axes.ts";

function descriptorOf(
  mode: PoolingMode,
  kernel: StructuredKernel,
  x: readonly number[],
  y: readonly number[],
): PoolingDescriptor {
  const { dtype } = operandAt(kernel.outputs, 0);
  if (dtype !== "float32" && dtype !== "float64" && (dtype !== "int32" || mode.endsWith("Gradient"))) {
    throw new DTypeError(
      `${kernel.primitive}: the wasm backend pools float dtypes and int32, received ${dtype}. Cast to float32 first.`,
    );
  }
  const axes = windowAxes(kernel, x, listParam(kernel, "window"), y);
  return { kind: "pooling", mode, dtype, batch: x[0] ?? 1, axes, channels: x.at(-1) ?? 1 };
}

function phaseOf(shared: ModuleScope, descriptor: PoolingDescriptor): FunctionHandle {
  const build = (): FunctionHandle => {
    const [phase] = emitPooling(shared.module, descriptor).phases;
    if (phase === undefined) throw new RangeError("pooling has one phase");
    return phase;
  };
  return sharedFunction(shared.module, `pooling ${JSON.stringify(descriptor)}`, build);
}

function code(
  shared: ModuleScope,
  kernel: StructuredKernel,
  phases: readonly FunctionHandle[],
  scratchBytes: number,
): StructuredCode {
  const operands = [...kernel.inputs, ...kernel.outputs];
  return {
    phases,
    operands: operands.map(({ access }) => access),
    extra: [],
    work: 4 * sizeOf(operandAt(kernel.inputs, 0).shape),
    isParallel: shared.shareAll || Math.max(...operands.map(({ shape }) => sizeOf(shape))) > 16384,
    scratchBytes: () => scratchBytes,
  };
}

function withHalf(emit: EmitStructured): EmitStructured {
  return (shared, kernel) =>
    isHalf(operandAt(kernel.outputs, 0).dtype) ? viaFloat32(shared, kernel, emit) : emit(shared, kernel);
}

/** Maximum or sum over windows. */
export function windowForward(mode: "max" | "sum"): EmitStructured {
  return withHalf((shared, kernel) => {
    const [x, y] = [operandAt(kernel.inputs, 0), operandAt(kernel.outputs, 0)];
    return code(shared, kernel, [phaseOf(shared, descriptorOf(mode, kernel, x.shape, y.shape))], 0);
  });
}

/** Each cotangent to every element of its window. */
export const windowSumGrad: EmitStructured = withHalf((shared, kernel) => {
  const [g, dx] = [operandAt(kernel.inputs, 0), operandAt(kernel.outputs, 0)];
  return code(shared, kernel, [phaseOf(shared, descriptorOf("sumGradient", kernel, dx.shape, g.shape))], 0);
});

/** Each cotangent to the first maximum of its window; the maxima are found again, in scratch memory. */
export const windowMaxGrad: EmitStructured = withHalf((shared, kernel) => {
  const [x, g] = [operandAt(kernel.inputs, 0), operandAt(kernel.inputs, 1)];
  const forward = phaseOf(shared, descriptorOf("max", kernel, x.shape, g.shape));
  const gradient = phaseOf(shared, descriptorOf("maxGradient", kernel, x.shape, g.shape));
  const key = `${forward.index} ${gradient.index}`;
  const wrap = (name: string, callee: FunctionHandle, isGradient: boolean): FunctionHandle =>
    sharedFunction(shared.module, `${name} ${key}`, () => {
      const types = Array.from({ length: 6 }, () => "i32" as const);
      return shared.module.function(types, [], (fn) => {
        const params = types.map((type, i) => fn.param(type, i));
        const [from, dy, dx, scratch] = addressesAt(params, 4);
        const operands = isGradient ? [from, scratch, dy, dx] : [from, scratch];
        fn.call(callee, ...operands, i32.const(0), addressAt(params, 4), addressAt(params, 5));
      });
    });
  const phases = [wrap("maxima", forward, false), wrap("maxima gradient", gradient, true)];
  return code(shared, kernel, phases, align(sizeOf(g.shape) * 8 + 128));
});
