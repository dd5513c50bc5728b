import type { Operand, StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { invariant } from "../../../util/errors.ts";
import {
  i32,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type Several,
} from "../assembler/index.ts";
import { sharedFunction } from "../kernels/kernel.ts";
import { Scope, type ModuleScope } from "../math/scope.ts";
import type { StructuredCode } from "./contract.ts";

/** What the body of a structured kernel works with. */
export interface KernelBody {
  readonly fn: FunctionBuilder;
  readonly s: Scope;
  /** Addresses of inputs, then outputs. */
  readonly operands: readonly Local<"i32">[];
  readonly scratch: Local<"i32">;
  readonly tid: Local<"i32">;
  readonly threads: Local<"i32">;
}

/** An operand of a kernel that must have it. */
export function operandAt(operands: readonly Operand[], index: number): Operand {
  const operand = operands[index];
  invariant(operand !== undefined, `a kernel without operand ${index}`);
  return operand;
}

/** The address at a place in a list of operands. */
export function addressAt(operands: readonly Local<"i32">[], index: number): Local<"i32"> {
  const address = operands[index];
  invariant(address !== undefined, `a kernel without operand ${index}`);
  return address;
}

/** The addresses at the first places of a list of operands. */
export function addressesAt<const N extends number>(
  operands: readonly Local<"i32">[],
  count: N,
): Several<Local<"i32">, N> {
  const found = Array.from({ length: count }, (_, i) => addressAt(operands, i));
  return found as Several<Local<"i32">, N>; // SAFETY: as many as the type says
}

/** A parameter of a primitive that is a number. */
export function numberParam({ primitive, params }: StructuredKernel, name: string): number {
  const value = params[name];
  invariant(typeof value === "number", `${primitive}: parameter ${name} is a number`);
  return value;
}

/** A parameter of a primitive that is true or false. */
export function booleanParam({ params }: StructuredKernel, name: string): boolean {
  return params[name] === true;
}

/** What generated code depends on: primitive, parameters, shapes and dtypes. */
function keyOf({ primitive, params, inputs, outputs }: StructuredKernel): string {
  const shapes = [...inputs, ...outputs].map(({ shape, dtype, access }) => [shape, dtype, access.strides]);
  return `${primitive} ${JSON.stringify([params, shapes])}`;
}

/** Code for a kernel of one phase; kernels that differ in their addresses alone share one function. */
export function kernelFunction(
  shared: ModuleScope,
  kernel: StructuredKernel,
  options: {
    readonly isParallel: boolean;
    readonly work?: number;
    readonly scratchBytes?: (nthreads: number) => number;
  },
  body: (context: KernelBody) => void,
): StructuredCode {
  const accesses = [...kernel.inputs, ...kernel.outputs].map(({ access }) => access);
  const handle: FunctionHandle = sharedFunction(shared.module, keyOf(kernel), () => {
    const count = accesses.length;
    const types = Array.from({ length: count + 3 }, () => "i32" as const);
    return shared.module.function(types, [], (fn) => {
      const params = types.map((type, i) => fn.param(type, i));
      body({
        fn,
        s: new Scope(fn, shared),
        operands: params.slice(0, count),
        scratch: addressAt(params, count),
        tid: addressAt(params, count + 1),
        threads: addressAt(params, count + 2),
      });
    });
  });
  const { isParallel, work = 0, scratchBytes = () => 0 } = options;
  return { phases: [handle], operands: accesses, extra: [], isParallel, work, scratchBytes };
}

/** This thread's share `[from, to)` of `count`. */
export function shareOf(
  { fn, tid, threads }: KernelBody,
  count: number,
): readonly [Local<"i32">, Local<"i32">] {
  const bound = (t: Expr<"i32">): Expr<"i32"> => i32.divU(i32.mul(t, count), threads);
  return [fn.local("i32", bound(tid)), fn.local("i32", bound(i32.add(tid, 1)))];
}
