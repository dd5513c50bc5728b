import type { Access, KernelNode, LoopKernel, Store } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { invariant } from "../../../util/errors.ts";
import type { FunctionHandle, Local } from "../assembler/index.ts";
import { sharedFunction } from "../kernels/kernel.ts";
import { Scope, type ModuleScope } from "../math/scope.ts";
import { LoopEmitter } from "./emitter.ts";
import { planLoops, type LoopPlan } from "./plan.ts";

/** A loop kernel as a function `(…bases, tid, nthreads)`, all i32. */
export interface LoopFunction {
  readonly handle: FunctionHandle;
  /** What the leading parameters are: the byte address of each access at index 0. */
  readonly bases: readonly Access[];
  /** False: one thread does all of it; the others must not call. */
  readonly isParallel: boolean;
  /** Rough amount of work, in additions. */
  readonly work: number;
}

/** Where an access starts: equal keys share a parameter. */
function baseKey({ buffer, offset, loopStrides }: Access): string {
  return `${buffer}+${offset}+${loopStrides?.join() ?? ""}`;
}

/** All that the generated code depends on, with buffers replaced by parameter numbers. */
function codeKey({ kernel, storePass }: LoopPlan, numbers: ReadonlyMap<string, number>): string {
  const access = (a: Access): unknown => [numbers.get(baseKey(a)), a.strides];
  const node = (n: KernelNode): unknown => (n.kind === "load" ? { ...n, access: access(n.access) } : n);
  const stores = kernel.stores.map((store) => [access(store.access), store.value]);
  return JSON.stringify(
    [kernel.outer, kernel.inner, kernel.nodes.map(node), stores, storePass],
    (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value)
        ? String(value)
        : Object.is(value, -0)
          ? "-0"
          : value,
  );
}

/**
 * The function of a loop kernel; kernels that differ in their buffers alone share one.
 *
 * @param overlaps - Whether a store may overwrite memory that a load reads.
 */
export function loopFunction(
  shared: ModuleScope,
  kernel: LoopKernel,
  overlaps: (store: Store, load: KernelNode) => boolean,
): LoopFunction {
  const plan = planLoops(kernel, overlaps, shared.shareAll);
  const bases: Access[] = [];
  const numbers = new Map<string, number>();
  const accesses = [
    ...plan.kernel.nodes.flatMap((node) => (node.kind === "load" ? [node.access] : [])),
    ...plan.kernel.stores.map((store) => store.access),
  ];
  for (const access of accesses) {
    const key = baseKey(access);
    if (numbers.has(key)) continue;
    numbers.set(key, bases.length);
    bases.push(access);
  }
  const handle = sharedFunction(shared.module, `loop ${codeKey(plan, numbers)}`, () =>
    build(shared, plan, numbers, bases.length),
  );
  return { handle, bases, isParallel: plan.parallel !== null, work: plan.work };
}

function build(
  shared: ModuleScope,
  plan: LoopPlan,
  numbers: ReadonlyMap<string, number>,
  count: number,
): FunctionHandle {
  const types = Array.from({ length: count + 2 }, () => "i32" as const);
  return shared.module.function(types, [], (fn) => {
    const base = (access: Access): Local<"i32"> => {
      const number = numbers.get(baseKey(access));
      invariant(number !== undefined, "an access without a parameter");
      return fn.param("i32", number);
    };
    const share = { tid: fn.param("i32", count), threads: fn.param("i32", count + 1) };
    new LoopEmitter(new Scope(fn, shared), plan, base, share).emit();
  });
}
