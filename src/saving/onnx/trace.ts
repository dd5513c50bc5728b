import { valuesIn } from "../../graph/call-arguments.ts";
import type { KerasTensor } from "../../graph/keras-tensor.ts";
import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import { replaceSymbolic } from "../../graph/node.ts";
import { currentBuilder, type Equation, type Program, ProgramBuilder } from "../../ir/program.ts";
import type { FunctionalGraph } from "../../models/functional-graph.ts";
import type { ModelClass } from "../../models/model.ts";
import { withObserver } from "../../ops/core/observer.ts";
import type { Op } from "../../ops/core/op.ts";
import { type StateCell, StateScope, withScope } from "../../ops/core/scope.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { AntlerError, FormatError } from "../../util/errors.ts";
import { zipLists, type Size } from "./size.ts";

/** Where an equation comes from. */
export interface Origin {
  /** Names of the layers around it, outermost first: `encoder/dense`. */
  readonly path: string;
  /** The innermost layer; null for an op of the graph itself. */
  readonly layer: LayerBase | null;
  /** The outermost op inside that layer. */
  readonly op: string | null;
}

/** A call of an op or a layer in the traced program. */
export interface Call {
  readonly callee: Op | LayerBase;
  /** By name for an op; `{ args, options }` for a layer. */
  readonly args: unknown;
  readonly result: unknown;
  readonly origin: Origin;
  /** Its equations are those from this one … */
  readonly start: number;
  /** … to the one before this. */
  readonly end: number;
}

/** The program that a model's inference is, for some sizes of its inputs. */
export interface Trace {
  readonly program: Program;
  /** What the state inputs of the program are, in order. */
  readonly cells: readonly StateCell[];
  /** Inner calls before those around them. */
  readonly calls: readonly Call[];
  readonly origins: ReadonlyMap<Equation, Origin>;
}

/** A size of a model's inputs that is not known, and where it occurs. */
export interface UnknownSize {
  /** Its name in the file. */
  readonly name: string;
  readonly size: Size;
}

/** A model's inference, traced with several stand-ins for its unknown sizes: one trace for each. */
export interface Traces {
  readonly traces: readonly Trace[];
  readonly unknown: readonly UnknownSize[];
}

/** How often a model of unknown sizes is traced: two traces suggest a formula for a size, two confirm it. */
const traceCount = 4;

/** Stand-ins for the k-th unknown size. Those of the first traces have many divisors, so that reshapes divide evenly. */
function standIns(k: number): { readonly even: Size; readonly mixed: Size } {
  const [first, second] = [720 * (2 * k + 3), 720 * (3 * k + 4)];
  // Odd ones show what is rounded, such as the padding of strided windows.
  return {
    even: [first, second, 720 * (5 * k + 7), 720 * (7 * k + 11)],
    mixed: [first, second, 1009 + 222 * k, 1597 + 134 * k],
  };
}

/** How unknown sizes of several inputs belong together: as few as need be are taken to be equal. */
const sharings: readonly ((input: KerasTensor, axis: number) => string)[] = [
  (input, axis) => (axis === 0 ? "batch" : `${input.name}_size${axis}`),
  (_, axis) => (axis === 0 ? "batch" : `size${axis}`),
  (_, axis) => (axis === 0 ? "batch" : "size"),
];

/** Traces a model's inference, once where all sizes are known, else with several sets of stand-ins. */
export function traceModel(model: ModelClass): Traces {
  const { graph } = model;
  if (graph === null) {
    throw new FormatError(
      `export: ${model.where} computes in a call of its own and has no graph. Wrap it: Model(inputs, model(inputs)), with inputs from Input.`,
    );
  }
  const { inputs } = graph;
  if (!inputs.some(({ shape }) => shape.includes(null)))
    return {
      traces: [
        traceWith(
          model,
          graph,
          inputs.map(({ shape }) => shape.map((dim) => dim ?? 0)),
        ),
      ],
      unknown: [],
    };
  let problem: unknown = null;
  for (const nameOf of sharings) {
    for (const kind of ["mixed", "even"] as const) {
      const names = [
        ...new Set(
          inputs.flatMap((input) =>
            input.shape.flatMap((dim, axis) => (dim === null ? [nameOf(input, axis)] : [])),
          ),
        ),
      ];
      const unknown = names.map((name, k) => ({ name, size: standIns(k)[kind] }));
      const sizes = new Map(unknown.map(({ name, size }) => [name, size]));
      try {
        const traces = Array.from({ length: traceCount }, (_, i) =>
          traceWith(
            model,
            graph,
            inputs.map((input) =>
              input.shape.map((dim, axis) => dim ?? sizes.get(nameOf(input, axis))?.[i] ?? 0),
            ),
          ),
        );
        return { traces, unknown };
      } catch (error) {
        // Sizes that do not fit each other, or do not divide: other stand-ins may do.
        if (!(error instanceof AntlerError)) throw error;
        problem ??= error;
      }
    }
  }
  throw problem instanceof Error ? problem : new AntlerError("the model cannot be traced.");
}

function traceWith(model: ModelClass, graph: FunctionalGraph, shapes: readonly (readonly number[])[]): Trace {
  const scope = new StateScope(new ProgramBuilder());
  const { builder } = scope;
  const calls: Call[] = [];
  const origins = new Map<Equation, Origin>();
  let around: Origin = { path: "", layer: null, op: null };
  const observe = <T>(callee: object, args: unknown, run: () => T): T => {
    // What is computed at once, and what the body of a loop calls, is no part of the program itself.
    if (currentBuilder() !== builder) return run();
    const outer = around;
    const known = callee as Op | LayerBase; // SAFETY: only ops and layers are observed
    if (!isLayer(known)) around = { ...outer, op: outer.op ?? known.name };
    else if (known !== model)
      around = {
        path: outer.path === "" ? known.name : `${outer.path}/${known.name}`,
        layer: known,
        op: null,
      };
    const start = builder.equations.length;
    try {
      const result = run();
      for (const equation of builder.equations.slice(start))
        if (!origins.has(equation)) origins.set(equation, around);
      const end = builder.equations.length;
      calls.push({ callee: known, args, result, origin: around, start, end });
      return result;
    } finally {
      around = outer;
    }
  };
  const before = model.callLosses.length;
  const outputs = withScope(scope, () => {
    const values = shapes.map((shape, i) =>
      Tensor.traced(builder.input({ shape, dtype: graph.inputs[i]?.dtype ?? "float32" })),
    );
    const given = replaceSymbolic(graph.inputStructure, (tensor) => values[graph.inputs.indexOf(tensor)]);
    return withObserver(observe, () => valuesIn(model.invoke(given, { training: false })));
  });
  if (model.callLosses.length > before) model.clearLosses();
  const cells = [...scope.cells];
  const program = withScope(scope, () =>
    builder.finish(
      outputs.map((value) => (value as Tensor).traced), // SAFETY: traced inputs give traced outputs
      cells.map(([, { initial, current }]) => (current === initial ? null : current.traced)),
    ),
  );
  return { program, cells: cells.map(([cell]) => cell), calls, origins };
}

/** Shapes of one value in several traces, axis by axis. */
export function sizesOf(values: readonly { readonly shape: readonly number[] }[]): Size[] {
  return zipLists(values.map(({ shape }) => shape));
}
