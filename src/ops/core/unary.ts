import type { Var } from "../../ir/program.ts";
import { asFloat, wrap } from "./lift.ts";
import { type ArgumentSpec, defineOp, type OpDefinition, type OpFunction } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/** A static argument that may be left out. */
export function opt(value: unknown): ArgumentSpec {
  return { kind: "static", default: value };
}

type UnaryDefinition = Omit<OpDefinition, "args">;

/** Defines an op on one tensor by its meaning on a value, whatever its dtype. */
export function unaryOp<F>(definition: UnaryDefinition, f: (x: Var) => Var): OpFunction<F> {
  return defineOp<{ readonly x: Tensor }, F>({ args: { x: "tensor" }, ...definition }, ({ x }) =>
    wrap(f(x.traced)),
  );
}

/** Defines an op on one tensor that computes in floating point. */
export function floatUnaryOp<F>(definition: UnaryDefinition, f: (x: Var) => Var): OpFunction<F> {
  return defineOp<{ readonly x: Tensor }, F>({ args: { x: "tensor" }, ...definition }, ({ x }) =>
    wrap(f(asFloat(x))),
  );
}
