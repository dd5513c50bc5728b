import { CompiledCache } from "../../backend/compiled-cache.ts";
import { getBackend } from "../../backend/index.ts";
import type { Executable } from "../../backend/contract.ts";
import { type Program, ProgramBuilder } from "../../ir/program.ts";
import { flatten, mapTree, packLike, type Tree } from "../../util/tree.ts";
import { floatx } from "../../ir/floatx.ts";
import { epsilon } from "../../util/epsilon.ts";
import { invariant } from "../../util/errors.ts";
import { imageDataFormat } from "../../util/image-data-format.ts";
import type { BoundArguments, Op } from "./op.ts";
import { outsideTrace, StateScope, withScope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

type RunBody = (op: Op, args: BoundArguments) => Tree<Tensor>;

interface Compiled {
  readonly executable: Executable;
  readonly program: Program;
  /** The form of the result: one leaf for each output. */
  readonly form: Tree<null>;
}

/** Compiled one-op programs by op, static arguments and input signature. */
const cache = new CompiledCache<Compiled>(2048);

/** Computes an op on concrete tensors: a one-op program, compiled at the first call with such shapes. */
export function runEagerly(op: Op, args: BoundArguments, run: RunBody): Tree<Tensor> {
  const inputs = tensorsIn(args);
  const { executable, program, form } = cache.get(keyOf(op, args), () => compileOp(op, args, inputs, run));
  const results = executable.run(
    inputs.map((tensor) => tensor.storedSync()),
    [],
    inputs.map(() => true),
  );
  const tensors = program.outputs.map((value, i) => {
    const data = results[i];
    invariant(data !== undefined, `${op.name}: a result is missing`);
    return Tensor.fromData(data, value.shape, value.dtype);
  });
  return packLike(form, tensors);
}

function compileOp(op: Op, args: BoundArguments, inputs: readonly Tensor[], run: RunBody): Compiled {
  const builder = new ProgramBuilder();
  const result = withScope(new StateScope(builder), () => {
    const traced = new Map(
      inputs.map((tensor) => [
        tensor,
        Tensor.traced(builder.input({ shape: tensor.dims, dtype: tensor.dtype }), tensor.isWeak),
      ]),
    );
    const replaced = mapTree<unknown, unknown>(args, (leaf) =>
      leaf instanceof Tensor ? (traced.get(leaf) ?? leaf) : leaf,
    );
    const value = run(op, replaced as BoundArguments); // SAFETY: mapTree keeps the form
    return mapTree(value, (tensor) => tensor.traced);
  });
  const program = builder.finish(flatten(result));
  const executable = outsideTrace(() => getBackend().compile(program));
  return { executable, program, form: mapTree(result, () => null) };
}

/** The distinct tensors among the arguments. */
function tensorsIn(args: BoundArguments): Tensor[] {
  return [...new Set(flatten<unknown>(args).filter((leaf): leaf is Tensor => leaf instanceof Tensor))];
}

/** What a compiled op depends on, or null when it cannot be told (functions among the arguments). */
function keyOf(op: Op, args: BoundArguments): string | null {
  let cacheable = true;
  const seen = new Map<Tensor, number>();
  const text = JSON.stringify(
    mapTree<unknown, unknown>(args, (leaf) => {
      if (leaf instanceof Tensor) {
        const index = seen.get(leaf) ?? seen.size;
        seen.set(leaf, index);
        return `${index}:${leaf.dtype}${leaf.isWeak ? "?" : ""}[${leaf.shape.join()}]`;
      }
      if (typeof leaf === "number" && !Number.isFinite(leaf)) return `#${leaf}`;
      if (leaf === undefined) return "#undefined";
      if (typeof leaf === "function" || (typeof leaf === "object" && leaf !== null)) cacheable = false;
      return leaf;
    }),
  );
  // Settings that bodies read are part of what a program depends on.
  const settings = `${floatx()},${imageDataFormat()},${epsilon()}`;
  return cacheable ? `${settings}/${op.module}.${op.name}${text}` : null;
}
