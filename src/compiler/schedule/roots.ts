import type { ScanParams } from "../../ir/primitives/scan.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import { ScalarBuilder, type ScalarOp } from "../../ir/scalar.ts";
import { sizeOf } from "../../ir/shape.ts";
import { isFoldable, isRename } from "./views.ts";

/** What the scheduler decides about a program's values before it forms kernels. */
export interface Analysis {
  /** Values that are stored; the others are computed where they are read. */
  readonly stored: ReadonlySet<Var>;
  /** How often a value is read, views counted by their own reads. */
  readonly uses: ReadonlyMap<Var, number>;
}

const costs: Partial<Record<ScalarOp, number>> = {
  div: 3, rem: 6, sqrt: 3, pow: 20, atan2: 20, exp: 10, expm1: 12, log: 12, log1p: 14,
  sin: 14, cos: 14, tan: 20, atan: 14, tanh: 14, erf: 16,
}; // prettier-ignore

/** Cheap enough to be computed again by every reader, next to a pass over memory. */
const cheapOps = 6;
/** Expressions beyond this are stored, so that kernels stay of a size. */
const mostOps = 400;

const scalarCosts = new Map<string, number>();

/** Cost of one element, in additions. */
export function costOf(equation: Equation): number {
  const { lowering, name } = equation.primitive;
  if (lowering.kind !== "elementwise") return 0;
  const plain = Object.keys(equation.params).length === 0;
  const key = `${name}:${equation.inputs[0]?.dtype}`;
  const known = plain ? scalarCosts.get(key) : undefined;
  if (known !== undefined) return known;
  const b = new ScalarBuilder();
  const dtypes = equation.inputs.map((x) => x.dtype);
  lowering.scalar(
    b,
    dtypes.map((dtype, i) => b.input(i, dtype)),
    equation.params,
    dtypes,
  );
  let cost = 0;
  for (const node of b.nodes) if (node.kind === "op") cost += costs[node.op] ?? 1;
  if (plain) scalarCosts.set(key, cost);
  return cost;
}

/** Structured primitives whose results element-wise work can be fused behind. */
const products: ReadonlySet<string> = new Set(["matmul", "conv", "convInputGrad", "convFilterGrad"]);

export function takesEpilogue(equation: Equation): boolean {
  return products.has(equation.primitive.name) && equation.outputs[0]?.dtype === "float32";
}

/** Whether a structured primitive reads its inputs through any strides. */
export function takesStrides(equation: Equation): boolean {
  return equation.primitive.name === "matmul";
}

/** Counts reads; a view that can be folded passes on its own. */
function countUses(program: Program): { uses: Map<Var, number>; expands: Set<Var> } {
  const uses = new Map<Var, number>();
  const expands = new Set<Var>();
  const use = (value: Var, times: number): void => void uses.set(value, (uses.get(value) ?? 0) + times);
  for (const value of program.outputs) use(value, 1);
  for (const value of program.updates) if (value !== null) use(value, 1);
  for (let e = program.equations.length - 1; e >= 0; e--) {
    const equation = program.equations[e];
    if (equation === undefined) continue;
    const [output] = equation.outputs;
    const folds = equation.primitive.lowering.kind === "view" && isFoldable(equation);
    equation.inputs.forEach((input, i) => {
      // `x · x` reads x once.
      if (!folds && equation.inputs.indexOf(input) < i) return;
      const through = isRename(equation) ? equation.outputs[i] : output;
      if (!folds) use(input, 1);
      else if (through !== undefined) {
        use(input, uses.get(through) ?? 0);
        if (expands.has(through) || sizeOf(through.shape) > sizeOf(input.shape)) expands.add(input);
      }
    });
  }
  return { uses, expands };
}

/** The value behind views that only regroup elements. */
export function behindRenames(value: Var, definitions: ReadonlyMap<Var, Equation>): Var {
  let at = value;
  for (;;) {
    const equation = definitions.get(at);
    const input = equation && isRename(equation) ? equation.inputs[equation.outputs.indexOf(at)] : undefined;
    if (input === undefined) return at;
    at = input;
  }
}

/** The value behind all views but padding. */
function behindViews(value: Var, definitions: ReadonlyMap<Var, Equation>): Var {
  let at = value;
  for (;;) {
    const equation = definitions.get(at);
    if (equation === undefined || equation.primitive.lowering.kind !== "view") return at;
    if (!isFoldable(equation) || equation.primitive.name === "pad") return at;
    const input = equation.inputs[equation.outputs.indexOf(at)];
    if (input === undefined) return at;
    at = input;
  }
}

/** The inputs of control flow that its bodies read; initial carries are computed into the carry's own memory. */
function readInputs({ primitive, params, inputs }: Equation): readonly Var[] {
  if (primitive.name === "cond") return inputs;
  const counts: Partial<ScanParams> = params; // a whileLoop has no carryCount: all that follows the captures is carried
  const { captureCount = 0, carryCount = inputs.length } = counts;
  return [...inputs.slice(0, captureCount), ...inputs.slice(captureCount + carryCount)];
}

/** Values that something reads from memory as they are. */
function forcedRoots(program: Program, definitions: ReadonlyMap<Var, Equation>): Set<Var> {
  const forced = new Set<Var>();
  const force = (value: Var): void => void forced.add(behindRenames(value, definitions));
  for (const value of program.outputs) force(value);
  for (const value of program.updates) if (value !== null) force(value);
  for (const equation of program.equations) {
    const { lowering, name } = equation.primitive;
    if (name === "pad") for (const input of equation.inputs) forced.add(behindViews(input, definitions));
    if (lowering.kind === "control") for (const input of readInputs(equation)) force(input);
    if (lowering.kind === "structured") {
      for (const input of equation.inputs)
        forced.add(
          takesStrides(equation) ? behindViews(input, definitions) : behindRenames(input, definitions),
        );
    }
  }
  return forced;
}

/** Cost of computing a value where it is read, and how many arrays of its size that loads. */
interface Inline {
  readonly ops: number;
  readonly loads: number;
}

export function analyse(program: Program, definitions: ReadonlyMap<Var, Equation>): Analysis {
  const { uses, expands } = countUses(program);
  const stored = forcedRoots(program, definitions);
  const inline = new Map<Var, Inline>();
  const loaded: Inline = { ops: 0, loads: 1 };
  const of = (value: Var, size: number): Inline => {
    const known = stored.has(value) ? loaded : (inline.get(value) ?? loaded);
    return sizeOf(value.shape) < size || size === 1 ? { ops: known.ops, loads: 0 } : known;
  };
  for (const equation of program.equations) {
    const { lowering } = equation.primitive;
    for (const output of equation.outputs) {
      const size = sizeOf(output.shape);
      if (lowering.kind === "view" && isFoldable(equation)) {
        const [input] = equation.inputs;
        inline.set(output, input === undefined ? { ops: 0, loads: 0 } : of(input, size));
        continue;
      }
      if (lowering.kind !== "elementwise") {
        if (equation.inputs.length > 0 || equation.primitive.name === "literal") stored.add(output);
        else inline.set(output, { ops: 0, loads: 0 });
        continue;
      }
      const parts = [...new Set(equation.inputs)].map((input) => of(input, size));
      const ops = parts.reduce((sum, part) => sum + part.ops, costOf(equation));
      const loads = parts.reduce((sum, part) => sum + part.loads, 0);
      inline.set(output, { ops, loads });
      const readers = uses.get(output) ?? 0;
      // Passes over memory: each reader loads what the value is made of, or it is made and stored once.
      const isCheap = ops <= cheapOps && readers * loads <= loads + 1 + readers;
      const isShared = readers > 1 && (!isCheap || followsProduct(equation, definitions, uses));
      if (isShared || (expands.has(output) && ops > 2) || ops > mostOps) stored.add(output);
    }
  }
  return { stored, uses };
}

/** Whether a product is read by this equation alone, so that the equation's result costs nothing more to store. */
function followsProduct(
  equation: Equation,
  definitions: ReadonlyMap<Var, Equation>,
  uses: ReadonlyMap<Var, number>,
): boolean {
  return equation.inputs.some((input) => {
    const base = behindRenames(input, definitions);
    const producer = definitions.get(base);
    return producer !== undefined && takesEpilogue(producer) && uses.get(base) === 1;
  });
}
