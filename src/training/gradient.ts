import { gradients } from "../compiler/gradient/gradients.ts";
import { runTraced } from "../graph/run-traced.ts";
import type { Variable } from "../graph/variable.ts";
import * as p from "../ir/primitives/index.ts";
import { currentBuilder } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { currentScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { invariant, ShapeError } from "../util/errors.ts";

/** A scalar, and its gradients with respect to variables. */
export interface ValueAndGradients {
  readonly value: Tensor;
  /** One for each variable; null where the value does not depend on it. */
  readonly gradients: readonly (Tensor | null)[];
}

/**
 * Gradients of a scalar that the present trace has computed, with respect to the variables' present values.
 *
 * @throws {ShapeError} when it is not a scalar.
 */
export function gradientsInTrace(value: Tensor, variables: readonly Variable[]): (Tensor | null)[] {
  const scope = currentScope();
  const builder = currentBuilder();
  invariant(scope !== null && builder !== null, "gradients of a traced value outside a trace");
  if (value.shape.length !== 0) {
    throw new ShapeError(
      `valueAndGrad: expected a scalar, received shape ${formatShape(value.shape)}. Reduce it with ops.mean or ops.sum.`,
    );
  }
  const scalar = value.traced;
  const wrt = variables.map((variable) => scope.read(variable).traced);
  return gradients(builder, [scalar], [p.fullLike(scalar, 1)], wrt).map((g) =>
    g === null ? null : Tensor.traced(g),
  );
}

/**
 * Computes `f()` and its gradients with respect to variables, for custom training steps and loops.
 *
 * Inside a step (`trainStep`, `computeLoss`) it becomes part of the step. Outside, `f` is traced at each call, and
 * compiled at the first with such shapes; a model's `trainStep` saves the tracing as well.
 *
 * @param f - Gives a scalar; reads the variables.
 * @param variables - What to differentiate with respect to.
 * @throws {ShapeError} when `f` does not give a scalar.
 * @example
 * const { value, gradients } = valueAndGrad(() => ops.mean(ops.square(ops.subtract(model(x), y))), model.trainableVariables);
 * optimizer.apply(gradients, model.trainableVariables);
 */
export function valueAndGrad(f: () => Tensor, variables: readonly Variable[]): ValueAndGradients {
  if (currentBuilder() !== null) {
    const value = f();
    return { value, gradients: gradientsInTrace(value, variables) };
  }
  let present: boolean[] = [];
  const [value, ...rest] = runTraced(() => {
    const result = f();
    const found = gradientsInTrace(result, variables);
    present = found.map((g) => g !== null);
    return [result, ...found.filter((g) => g !== null)];
  });
  invariant(value !== undefined, "the value comes first");
  return { value, gradients: present.map((has) => (has ? (rest.shift() ?? null) : null)) };
}

/** The gradients alone of `valueAndGrad`. */
export function grad(f: () => Tensor, variables: readonly Variable[]): readonly (Tensor | null)[] {
  return valueAndGrad(f, variables).gradients;
}
