import type { FunctionHandle } from "../assembler/index.ts";
import { sharedFunction } from "../kernels/kernel.ts";
import { Scope, type Vector, type VectorExpr } from "./scope.ts";

/** A scalar operation on vectors. The arguments are locals and may be read repeatedly. */
export type VectorFunction = (s: Scope, ...args: Vector[]) => VectorExpr;

/** Makes a vector operation a function of its own, one for each module: for long code that is used seldom. */
export function outline(name: string, arity: number, body: VectorFunction): VectorFunction {
  return (s, ...args) => s.fn.callValue("v128", outlined(s, name, arity, body), ...args);
}

function outlined(s: Scope, name: string, arity: number, body: VectorFunction): FunctionHandle {
  const types = Array.from({ length: arity }, () => "v128" as const);
  return sharedFunction(s.shared.module, `math ${name}`, () =>
    s.shared.module.function(types, ["v128"], (fn) => {
      const params = types.map((type, i) => fn.param(type, i));
      fn.result(body(new Scope(fn, s.shared), ...params));
    }),
  );
}
