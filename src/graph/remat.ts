import { gradients } from "../compiler/gradient/gradients.ts";
import { inline } from "../compiler/gradient/inline.ts";
import { currentBuilder, type Program, type ProgramBuilder, Var } from "../ir/program.ts";
import { customGradient, later } from "../ops/core/primitives/index.ts";
import { wrap } from "../ops/core/lift.ts";
import { currentScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { containsSymbolic } from "../ops/core/value.ts";
import { AntlerError, invariant } from "../util/errors.ts";
import { flatten, mapTree, type Tree } from "../util/tree.ts";
import { maskOf, setMask } from "./masks.ts";

/**
 * A function, or a layer, of which training keeps the inputs and results alone: what it computes in between is computed
 * again for the gradient. That takes less memory and more time, and gives the same gradients, but for rounding.
 *
 * It has an effect where gradients are taken: in a `call` that `fit` traces, in `grad`. Wrap in it parts of a network
 * whose results are much smaller than what is between, or blocks of a deep one. A value that the function assigns (as a
 * seed, or the statistics of BatchNormalization) is assigned once.
 *
 * @param f - A function of tensors, in arrays and objects, and of anything else.
 * @throws {AntlerError} when the function that is returned is given symbolic tensors: call it in a layer's `call`, or
 * make layers in a `RematScope`.
 * @example
 * const block = remat((x) => ops.tanh(ops.exp(ops.sin(x))));
 * grad((x) => ops.sum(block(x)), [tensor([1, 2])]); // as without remat
 * @see Keras `keras.remat`
 */
export function remat<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    if (containsSymbolic(args))
      throw new AntlerError(
        "remat: expected tensors, received symbolic ones. Call it in a layer's call(), or make the layers in RematScope.",
      );
    return recomputed(
      () => f(...args),
      () => true,
    );
  };
}

/** What `f` gives; what it traces is traced again for the gradient where `isWanted` says so of its results. */
export function recomputed<R>(f: () => R, isWanted: (results: readonly Var[]) => boolean): R {
  const builder = currentBuilder();
  if (builder === null) return f();
  const start = builder.equations.length;
  // SAFETY: what is in no tree is a leaf.
  const result = f() as Tree<unknown>;
  const valueOf = new Map<unknown, Var>();
  for (const leaf of flatten(result)) if (leaf instanceof Tensor) valueOf.set(leaf, leaf.traced);
  const values = [...new Set(valueOf.values())];
  const part = partOf(builder, start, values);
  if (part.program.equations.length === 0 || !isWanted(values)) return result as R; // SAFETY: it is what f gives
  const passed = customGradient(values, part.inputs, (cotangents, _, inputs) => {
    const open = currentBuilder();
    invariant(open !== null, "gradients are traced");
    const again = inputs.map((x) => later(x));
    return gradients(open, inline(open, part.program, again), cotangents, again);
  });
  return mapTree(result, (leaf) => {
    const own = valueOf.get(leaf);
    if (own === undefined || !(leaf instanceof Tensor)) return leaf;
    const value = passed[values.indexOf(own)];
    invariant(value !== undefined, "every result is passed on");
    const tensor = wrap(value);
    setMask(tensor, maskOf(leaf));
    return tensor;
  }) as R; // SAFETY: of the form that f gives, with tensors for tensors
}

/** Equations as a program, and the values that are its inputs in the program that they are of. */
interface Part {
  readonly program: Program;
  readonly inputs: readonly Var[];
}

/**
 * What a builder has recorded from an equation on, as a program of what it reads.
 *
 * New values of variables are inputs too where they are read: they are kept anyway, and gradients may be asked for them.
 */
function partOf(builder: ProgramBuilder, start: number, outputs: readonly Var[]): Part {
  const recorded = builder.equations.slice(start);
  const made = new Set(recorded.flatMap((equation) => equation.outputs));
  const assigned = assignedIn(builder, made);
  const read = new Set([...recorded.flatMap((equation) => equation.inputs), ...outputs]);
  const inputs = [...read].filter((value) => !made.has(value) || assigned.has(value));
  const inside = new Map(
    inputs.map((value) => [value, assigned.has(value) ? new Var(value, builder) : value]),
  );
  const rename = (value: Var): Var => inside.get(value) ?? value;
  const program = {
    inputs: inputs.map(rename),
    state: [],
    equations: recorded.map((equation) => ({ ...equation, inputs: equation.inputs.map(rename) })),
    outputs: outputs.map(rename),
    updates: [],
  };
  return { program, inputs };
}

/** The values that variables have now, of those that were made. */
function assignedIn(builder: ProgramBuilder, made: ReadonlySet<Var>): ReadonlySet<Var> {
  const scope = currentScope();
  const cells = scope?.builder === builder ? [...scope.cells.values()] : [];
  const values = cells.flatMap(({ current }) => (current.isTraced ? [current.traced] : []));
  return new Set(values.filter((value) => made.has(value)));
}
