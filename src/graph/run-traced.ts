import type { TypedArray } from "../ir/dtypes.ts";
import { type Aval, ProgramBuilder, type Var } from "../ir/program.ts";
import { StateScope, withScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { invariant } from "../util/errors.ts";
import { bufferBehind } from "./compiled-function.ts";
import { peekInto } from "./peek.ts";
import { compileShared } from "./program-cache.ts";
import { Variable } from "./variable.ts";

/**
 * Traces a function and runs it at once, as one program. Tensors that the function holds become inputs of the program,
 * and variables its state: so the same function over other data is compiled no second time. The function may look at its
 * tensors' elements: what they depend on is computed then.
 */
export function runTraced(f: () => readonly Tensor[]): Tensor[] {
  const builder = new ProgramBuilder();
  const scope = new StateScope(builder);
  const inputs = new Map<TypedArray, Var>();
  const dataOf = new Map<Var, TypedArray>();
  builder.hoist = (data: TypedArray, aval: Aval): Var => {
    const known = inputs.get(data);
    if (known !== undefined && known.shape.join() === aval.shape.join() && known.dtype === aval.dtype)
      return known;
    // The same data in another form is an input of its own, under a view that is another key.
    const value = builder.input(aval);
    const under = known === undefined ? data : data.subarray();
    inputs.set(under, value);
    dataOf.set(value, under);
    return value;
  };
  builder.peek = peekInto(builder, {
    inputOf: (input) => dataOf.get(input),
    bufferOf: (state) => bufferBehind(scope, state),
  });
  const outputs = withScope(scope, () => f().map((tensor) => tensor.traced));
  const cells = [...scope.cells];
  const updates = withScope(scope, () =>
    cells.map(([, { initial, current }]) => (current === initial ? null : current.traced)),
  );
  const program = builder.finish(outputs, updates);
  builder.peek = null;
  const executable = compileShared(program);
  const variables = cells.map(([cell]) => {
    invariant(cell instanceof Variable, "state that is no variable");
    return cell;
  });
  const results = executable.run(
    [...inputs.keys()],
    variables.map(({ buffer }) => buffer),
    Array.from(inputs, () => true),
  );
  updates.forEach((update, i) => {
    if (update !== null) variables[i]?.invalidate();
  });
  return program.outputs.map(({ shape, dtype }, i) => {
    const data = results[i];
    invariant(data !== undefined, "a result of the program is missing");
    return Tensor.fromData(data, shape, dtype);
  });
}
