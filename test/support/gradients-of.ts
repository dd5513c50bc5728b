import { gradients } from "../../src/compiler/gradient/gradients.ts";
import type { Variable } from "../../src/graph/variable.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import { currentBuilder } from "../../src/ir/program.ts";
import { currentScope } from "../../src/ops/core/scope.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { invariant } from "../../src/util/errors.ts";

/** Results of a traced function and gradients of Σ outputᵢ · cotangentᵢ; null where nothing depends on the value. */
export interface Differentiated<R> {
  readonly result: R;
  readonly tensors: readonly (Tensor | null)[];
  readonly variables: readonly (Tensor | null)[];
}

/**
 * Inside a trace: runs `f` and differentiates Σ outputᵢ · cotangentᵢ, where `outputsOf` tells the outputs of its result.
 * Variables are differentiated at the values they have before `f` runs.
 */
export function gradientsOf<R>(
  f: () => R,
  outputsOf: (result: R) => readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: { readonly tensors: readonly Tensor[]; readonly variables: readonly Variable[] },
): Differentiated<R> {
  const [builder, scope] = [currentBuilder(), currentScope()];
  invariant(builder !== null && scope !== null, "gradientsOf outside a trace");
  const before = wrt.variables.map((variable) => scope.read(variable).traced);
  const result = f();
  const outputs = outputsOf(result);
  const pairs = outputs.map((output, i) => [output.traced, cotangents[i]?.traced ?? null] as const);
  const differentiable = pairs.filter(([output, cotangent]) => isFloat(output.dtype) && cotangent !== null);
  const found = gradients(
    builder,
    differentiable.map(([output]) => output),
    differentiable.map(([, cotangent]) => cotangent),
    [...wrt.tensors.map((tensor) => tensor.traced), ...before],
  ).map((value) => (value === null ? null : Tensor.traced(value)));
  return { result, tensors: found.slice(0, wrt.tensors.length), variables: found.slice(wrt.tensors.length) };
}
