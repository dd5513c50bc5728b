import { isFloat } from "../../ir/dtypes.ts";
import type { VjpRule } from "../../ir/primitive.ts";
import * as p from "../../ir/primitives/functions.ts";
import { type Equation, type ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { AntlerError, invariant } from "../../util/errors.ts";
import { controlFlow } from "../control-flow.ts";

/**
 * Reverse-mode differentiation: appends to `builder` the equations that compute the cotangents of `wrt`.
 *
 * Walks the recorded equations backwards from `outputs` (with the given `cotangents`) and applies each primitive's
 * rule. Only equations that lie between `wrt` and `outputs` are visited.
 *
 * @returns For each value of `wrt` its cotangent, or null when `outputs` do not depend on it.
 */
export function gradients(
  builder: ProgramBuilder,
  outputs: readonly Var[],
  cotangents: readonly (Var | null)[],
  wrt: readonly Var[],
): (Var | null)[] {
  return withBuilder(builder, () => {
    const equations = [...builder.equations];
    const active = activeValues(equations, wrt);
    const cotangentOf = new Map<Var, Var>();
    const accumulate = (value: Var, cotangent: Var | null | undefined): void => {
      if (!cotangent || !active.has(value)) return;
      const sum = cotangentOf.get(value);
      cotangentOf.set(value, sum === undefined ? cotangent : p.add(sum, cotangent));
    };
    outputs.forEach((value, i) => accumulate(value, cotangents[i]));

    for (const equation of equations.toReversed()) {
      const incoming = equation.outputs.map((value) => cotangentOf.get(value) ?? null);
      if (incoming.every((value) => value === null)) continue;
      const needs = equation.inputs.map((value) => active.has(value));
      if (!needs.includes(true)) continue;
      const outgoing = applyRule(builder, equation, incoming, needs);
      equation.inputs.forEach((value, i) => {
        if (needs[i]) accumulate(value, outgoing[i]);
      });
    }
    return wrt.map((value) => cotangentOf.get(value) ?? null);
  });
}

/** Float values that depend on `wrt`, `wrt` included. */
function activeValues(equations: readonly Equation[], wrt: readonly Var[]): ReadonlySet<Var> {
  const active = new Set<Var>(wrt);
  for (const { inputs, outputs } of equations) {
    if (!inputs.some((value) => active.has(value))) continue;
    for (const value of outputs) if (isFloat(value.dtype)) active.add(value);
  }
  return active;
}

function applyRule(
  builder: ProgramBuilder,
  equation: Equation,
  incoming: readonly (Var | null)[],
  needs: readonly boolean[],
): readonly (Var | null | undefined)[] {
  const { primitive, inputs, outputs, params } = equation;
  const control = primitive.lowering.kind === "control" ? controlFlow(primitive.name).vjp : null;
  if (control !== null) return control(gradients, builder, equation, incoming, needs);
  const rule = primitive.vjp;
  if (isRule(rule)) return rule(incoming, { inputs, outputs, params, needs, p });
  if (rule.gradient === "zero") return [];
  throw new AntlerError(
    `${primitive.name} has no gradient: ${rule.reason}. Wrap its input in ops.stopGradient, or give a rule with ops.customGradient.`,
  );
}

function isRule(rule: VjpRule | { readonly reason: string }): rule is VjpRule {
  return typeof rule === "function";
}

/** The gradient of a scalar with respect to values; zeros where it does not depend on one. */
export function gradientOf(builder: ProgramBuilder, scalar: Var, wrt: readonly Var[]): Var[] {
  invariant(scalar.shape.length === 0, "gradientOf wants a scalar");
  return withBuilder(builder, () => {
    const found = gradients(builder, [scalar], [p.fullLike(scalar, 1)], wrt);
    return found.map((value, i) => value ?? p.fullLike(wrt[i] ?? scalar, 0));
  });
}
