import { isFloat } from "../../ir/dtypes.ts";
import * as p from "../../ir/primitives/index.ts";
import {
  emit,
  type Equation,
  type Program,
  ProgramBuilder,
  type Var,
  withBuilder,
} from "../../ir/program.ts";
import type { Differentiate } from "./control-vjp.ts";
import { inline, neededFor } from "./inline.ts";

/**
 * Gradient of `cond`: another `cond` whose branches run the forward branch again and then backwards.
 *
 * Its operands are those of the forward `cond` followed by the cotangents of its float outputs.
 */
export function condVjp(
  differentiate: Differentiate,
  _builder: ProgramBuilder,
  equation: Equation,
  cotangents: readonly (Var | null)[],
  needs: readonly boolean[],
): (Var | null)[] {
  const [selector, ...operands] = equation.inputs;
  if (selector === undefined) return [];
  // SAFETY: the parameters of the primitive `cond`.
  const { branches } = equation.params as { readonly branches: readonly Program[] };
  const incoming = equation.outputs.map((value, i) =>
    isFloat(value.dtype) ? (cotangents[i] ?? p.fullLike(value, 0)) : null,
  );
  const given = incoming.filter((value) => value !== null);
  const wanted = operands.map((_, i) => needs[i + 1] === true);
  const backward = branches.map((branch): Program => {
    const inner = new ProgramBuilder();
    const inputs = operands.map((value) => inner.input(value));
    const outputs = inline(inner, branch, inputs);
    const inward = incoming.map((value) => (value === null ? null : inner.input(value)));
    const wrt = inputs.filter((_, i) => wanted[i]);
    const found = differentiate(inner, outputs, inward, wrt);
    const results = withBuilder(inner, () => wrt.map((value, i) => found[i] ?? p.fullLike(value, 0)));
    const program = inner.finish(results);
    return { ...program, equations: neededFor(program.equations, results, new Set()) };
  });
  const results = emit(equation.primitive, [selector, ...operands, ...given], {
    ...equation.params,
    branches: backward,
  });
  let next = 0;
  return [null, ...wanted.map((want) => (want ? (results[next++] ?? null) : null))];
}
