import type { Backend, Executable } from "../backend/contract.ts";
import { getBackend } from "../backend/index.ts";
import type { TypedArray } from "../ir/dtypes.ts";
import { type Aval, ProgramBuilder, type Var } from "../ir/program.ts";
import { programKey } from "../ir/program-key.ts";
import { outsideTrace, StateScope, withScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { invariant } from "../util/errors.ts";
import { Variable } from "./variable.ts";

/** Programs that were compiled for such runs; the oldest leave first. */
const compiled = new Map<string, Executable>();
const limit = 128;
let compiledFor: Backend | null = null;

function compile(key: string | null, make: () => Executable): Executable {
  if (compiledFor !== getBackend()) {
    compiled.clear();
    compiledFor = getBackend();
  }
  const known = key === null ? undefined : compiled.get(key);
  if (known !== undefined) return known;
  const executable = make();
  if (key === null) return executable;
  compiled.set(key, executable);
  const oldest = compiled.keys().next().value;
  if (compiled.size > limit && oldest !== undefined) compiled.delete(oldest);
  return executable;
}

/**
 * Traces a function and runs it at once, as one program. Tensors that the function holds become inputs of the program,
 * and variables its state: so the same function over other data is compiled no second time.
 */
export function runTraced(f: () => readonly Tensor[]): Tensor[] {
  const builder = new ProgramBuilder();
  const scope = new StateScope(builder);
  const inputs = new Map<TypedArray, Var>();
  builder.hoist = (data: TypedArray, aval: Aval): Var => {
    const known = inputs.get(data);
    if (known !== undefined && known.shape.join() === aval.shape.join() && known.dtype === aval.dtype)
      return known;
    // The same data in another form is an input of its own, under a view that is another key.
    const value = builder.input(aval);
    inputs.set(known === undefined ? data : data.subarray(), value);
    return value;
  };
  const outputs = withScope(scope, () => f().map((tensor) => tensor.traced));
  const cells = [...scope.cells];
  const updates = withScope(scope, () =>
    cells.map(([, { initial, current }]) => (current === initial ? null : current.traced)),
  );
  const program = builder.finish(outputs, updates);
  const executable = compile(programKey(program), () => outsideTrace(() => getBackend().compile(program)));
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
