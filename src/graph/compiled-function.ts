import { CompiledCache } from "../backend/compiled-cache.ts";
import { getBackend } from "../backend/index.ts";
import type { DeviceBuffer, Executable, ProgramInput, ScatteredArray } from "../backend/contract.ts";
import type { DType, TypedArray } from "../ir/dtypes.ts";
import { checkIndices, toNumbers } from "../ir/numbers.ts";
import { type IndexRange, type Program, ProgramBuilder, type Var } from "../ir/program.ts";
import { type Dims, sizeOf } from "../ir/shape.ts";
import { StateScope, withScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { invariant } from "../util/errors.ts";
import { flatten, mapTree, packLike, type Tree } from "../util/tree.ts";
import { peekInto } from "./peek.ts";
import { Variable } from "./variable.ts";

/** An array to hand to a compiled function: data that the caller may reuse after the call. */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: Dims;
  readonly dtype: DType;
  /** Whether the elements are a tensor's, which never change. */
  readonly isLasting?: boolean;
  /** The array whose rows these are, all or some, in whatever order. */
  readonly whole?: HostArray;
}

export interface CompiledFunctionOptions {
  /** Trace at every call, with values at hand: tensors inside the function have elements. Slow; for debugging. */
  readonly runEagerly?: boolean | undefined;
}

/** One compiled form of the function: for one signature of inputs. */
interface Specialization {
  readonly program: Program;
  readonly executable: Executable;
  /** The variables behind the program's state, in order. */
  readonly variables: readonly Variable[];
  /** The form of the result: one leaf for each output. */
  readonly form: Tree<null>;
  /** What each input must hold, where any must hold something. */
  readonly ranges: readonly (IndexRange | null)[] | null;
}

/**
 * A function of nested tensors that runs as one compiled program.
 *
 * It is traced once for each signature of its inputs (structure, shapes, dtypes). Variables that it reads become state
 * of the program, and those it assigns are updated in place.
 */
export class CompiledFunction {
  readonly #f: (inputs: Tree<Tensor>) => Tree<Tensor>;
  /** So many forms at most, where inputs come in ever new shapes. */
  readonly #specializations = new CompiledCache<Specialization>(256);
  readonly #isEager: boolean;

  constructor(
    f: (inputs: Tree<Tensor>) => Tree<Tensor>,
    { runEagerly = false }: CompiledFunctionOptions = {},
  ) {
    this.#f = f;
    this.#isEager = runEagerly;
  }

  /** Runs on the device's own time: gives a promise while it is at it. The result's tensors own their data. */
  run(inputs: Tree<HostArray>): Tree<Tensor> | Promise<Tree<Tensor>> {
    const found = this.#specialize(inputs);
    const results = found.executable.runAsync(...operandsOf(found, inputs));
    return results instanceof Promise ? results.then((late) => finish(found, late)) : finish(found, results);
  }

  /** Runs on the calling thread. */
  runSync(inputs: Tree<HostArray>): Tree<Tensor> {
    const found = this.#specialize(inputs);
    return finish(found, found.executable.run(...operandsOf(found, inputs)));
  }

  /** The program for inputs of such a signature, compiled now if it was not yet: for profiles and tests. */
  programFor(inputs: Tree<HostArray>): Program {
    return this.#specialize(inputs).program;
  }

  #specialize(inputs: Tree<HostArray>): Specialization {
    const key = this.#isEager ? null : signatureOf(inputs);
    return this.#specializations.get(key, () => this.#trace(inputs));
  }

  #trace(inputs: Tree<HostArray>): Specialization {
    const builder = new ProgramBuilder();
    const scope = new StateScope(builder);
    if (this.#isEager) {
      const given = arraysIn(inputs);
      builder.peek = peekInto(builder, {
        inputOf: (input) => given[builder.inputs.indexOf(input)]?.data,
        bufferOf: (state) => bufferBehind(scope, state),
      });
    }
    const outputs = withScope(scope, () => {
      const traced = mapArrays(inputs, ({ shape, dtype }) => Tensor.traced(builder.input({ shape, dtype })));
      return mapTree(this.#f(traced), (tensor) => tensor.traced);
    });
    const cells = [...scope.cells];
    const updates = withScope(scope, () =>
      cells.map(([, { initial, current }]) => (current === initial ? null : current.traced)),
    );
    const program = builder.finish(flatten(outputs), updates);
    const variables = cells.map(([cell]) => variableOf(cell));
    builder.peek = null;
    return {
      program,
      executable: getBackend().compile(program),
      variables,
      form: mapTree(outputs, () => null),
      ranges: builder.inputs.some(({ range }) => range !== null)
        ? builder.inputs.map(({ range }) => range)
        : null,
    };
  }
}

/** What the program is run on. */
function operandsOf(
  { variables, ranges }: Specialization,
  inputs: Tree<HostArray>,
): [inputs: ProgramInput[], state: DeviceBuffer[], lasting: boolean[]] {
  const arrays = arraysIn(inputs);
  if (ranges !== null) arrays.forEach((array, i) => checkRange(array, ranges[i]));
  return [
    arrays.map(inputOf),
    variables.map(({ buffer }) => buffer),
    arrays.map(({ isLasting = false }) => isLasting),
  ];
}

/** Arrays of which batches take rows, and what they were found to hold. */
const inRange = new WeakMap<HostArray, IndexRange>();

function checkRange(array: HostArray, range: IndexRange | null | undefined): void {
  const { whole } = array;
  if (!range || (whole !== undefined && inRange.get(whole) === range)) return;
  const { data, shape, dtype } = whole ?? array;
  checkIndices(range, toNumbers(data, dtype), shape);
  if (whole !== undefined) inRange.set(whole, range);
}

/** The device memory of the variable that a state input stands for. */
export function bufferBehind({ cells }: StateScope, state: Var): DeviceBuffer | undefined {
  for (const [cell, { initial }] of cells) if (initial.traced === state) return variableOf(cell).buffer;
  return undefined;
}

function variableOf(cell: unknown): Variable {
  invariant(cell instanceof Variable, "state that is no variable");
  return cell;
}

function finish(found: Specialization, results: readonly TypedArray[]): Tree<Tensor> {
  found.program.updates.forEach((update, i) => {
    if (update !== null) found.variables[i]?.invalidate();
  });
  const tensors = found.program.outputs.map(({ shape, dtype }, i) => {
    const data = results[i];
    invariant(data !== undefined && data.length === sizeOf(shape), "a result of the program is missing");
    return Tensor.fromData(data, shape, dtype);
  });
  return packLike(found.form, tensors);
}

function isScattered(node: object): node is ScatteredArray {
  return "writeTo" in node && typeof node.writeTo === "function";
}

function isHostArray(node: Tree<HostArray>): node is HostArray {
  return isScattered(node) || ("data" in node && ArrayBuffer.isView(node.data));
}

/** What a program takes an array as: not as one array where it is not one yet. */
function inputOf(array: HostArray): ProgramInput {
  return isScattered(array) ? array : array.data;
}

/** `mapTree` over host arrays, which are plain objects themselves. */
export function mapArrays<U>(tree: Tree<HostArray>, f: (array: HostArray) => U): Tree<U> {
  if (Array.isArray(tree)) return tree.map((child: Tree<HostArray>) => mapArrays(child, f));
  if (isHostArray(tree)) return f(tree);
  const keys = Object.keys(tree).sort();
  const node = tree as { readonly [key: string]: Tree<HostArray> }; // SAFETY: neither array nor leaf
  return Object.fromEntries(keys.map((key) => [key, mapArrays(node[key] as Tree<HostArray>, f)])); // SAFETY: key exists
}

/** A text that is the same for inputs of the same structure, shapes and dtypes. */
function signatureOf(tree: Tree<HostArray>): string {
  if (Array.isArray(tree)) return `[${tree.map(signatureOf).join(";")}]`;
  if (isHostArray(tree)) return `${tree.dtype} ${tree.shape.join()}`;
  const keys = Object.keys(tree).sort();
  const node = tree as { readonly [key: string]: Tree<HostArray> }; // SAFETY: neither array nor leaf
  // SAFETY: the key exists.
  return `{${keys.map((key) => `${JSON.stringify(key)}:${signatureOf(node[key] as Tree<HostArray>)}`).join(";")}}`;
}

function arraysIn(tree: Tree<HostArray>): HostArray[] {
  const found: HostArray[] = [];
  mapArrays(tree, (array) => found.push(array));
  return found;
}
