import * as p from "../../ir/primitives/functions.ts";
import type { Params } from "../../ir/primitive.ts";
import { type Equation, type Program, ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { Variable } from "../../graph/variable.ts";
import type { ModelClass } from "../../models/model.ts";
import { FormatError, invariant } from "../../util/errors.ts";
import { type NativeCall, nativeCallFor } from "./calls/index.ts";
import { Emitter } from "./emitter.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { OnnxGraph, OnnxValueInfo } from "./model-proto.ts";
import { ruleFor } from "./primitives/index.ts";
import type { Site } from "./site.ts";
import { fixedSize, sameSize, type Size } from "./size.ts";
import { type Origin, sizesOf, type Trace, traceModel, type Traces } from "./trace.ts";
import { Unsupported } from "./unsupported.ts";
import type { Value } from "./value.ts";

/** Same equations, one from each trace. */
type Zipped = readonly Equation[];

/** The equations of several traces side by side; they differ in numbers alone. */
function zipEquations(programs: readonly Program[]): Zipped[] {
  const [first, ...others] = programs;
  if (first === undefined) return [];
  return first.equations.map((equation, i) => {
    const all = [equation, ...others.map((program) => program.equations[i])];
    return all.map((each) => {
      if (each?.primitive !== equation.primitive || each.inputs.length !== equation.inputs.length)
        throw new FormatError(
          "export: the computation itself depends on sizes that the model's inputs leave open. Give Input a full batchShape.",
        );
      return each;
    });
  });
}

/** Something that cannot be written, and whose it is. */
interface Refusal {
  readonly where: string;
  readonly why: string;
}

/** Writes traced programs into graphs. */
class Exporter {
  readonly #refusals: Refusal[] = [];
  readonly #origins: Trace["origins"];
  readonly #natives: ReadonlyMap<Var, NativeCall>;

  constructor(origins: Trace["origins"], natives: ReadonlyMap<Var, NativeCall>) {
    this.#origins = origins;
    this.#natives = natives;
  }

  /** What could not be written, each layer and reason once. */
  get refusals(): readonly Refusal[] {
    const seen = new Set<string>();
    return this.#refusals.filter(({ where, why }) => {
      const key = `${where} ${why}`;
      return !seen.has(key) && seen.add(key);
    });
  }

  /** Writes the equations that the outputs need; `values` has the inputs and gets all that are written. */
  write(e: Emitter, programs: readonly Program[], values: Map<Var, Value>, around: Origin | null): Value[] {
    const [first] = programs;
    if (first === undefined) return [];
    this.#writeEquations(e, zipEquations(programs), first.outputs, values, around);
    return first.outputs.map((output) => read(values, output));
  }

  #writeEquations(
    e: Emitter,
    equations: readonly Zipped[],
    outputs: readonly Var[],
    values: Map<Var, Value>,
    around: Origin | null,
  ): void {
    const needed = this.#neededBy(equations, outputs);
    const { prefix } = e.graph;
    for (const [i, zipped] of equations.entries()) {
      const [equation] = zipped;
      if (equation === undefined || !needed.has(i)) continue;
      const origin = this.#origins.get(equation) ?? around;
      const native = equation.outputs
        .map((output) => this.#natives.get(output))
        .find((call) => call !== undefined);
      const owner = native?.origin ?? origin;
      e.graph.prefix = owner === null || owner.path === "" ? "" : owner.path;
      try {
        if (native === undefined) this.#writeEquation(e, zipped, values, origin);
        else if (!native.outputs.every((output) => values.has(output)))
          native
            .write(e, (value) => read(values, value))
            .forEach((value, k) => {
              const output = native.outputs[k];
              if (output !== undefined) values.set(output, value);
            });
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        this.#refusals.push({ where: whereOf(owner), why: error.message });
        // So that what follows is looked at as well.
        for (const output of equation.outputs)
          values.set(output, e.tensor("", output.dtype, sizesOf(zipped.map(() => output))));
      }
    }
    e.graph.prefix = prefix;
  }

  #writeEquation(e: Emitter, zipped: Zipped, values: Map<Var, Value>, origin: Origin | null): void {
    const [equation] = zipped;
    if (equation === undefined) return;
    const { primitive, inputs, outputs } = equation;
    const site: Site = {
      primitive,
      inputs: inputs.map((value) => read(values, value)),
      params: zipped.map(({ params }) => params),
      outputs: outputs.map((output, k) => ({
        dtype: output.dtype,
        shape: sizesOf(zipped.map((each) => each.outputs[k] ?? output)),
      })),
      operands: zipped.map((each) => each.inputs),
      body: (at, programs, given) => {
        const inner = new Map(values);
        programs[0]?.inputs.forEach((value, k) => {
          const known = given[k];
          if (known !== undefined) inner.set(value, known);
        });
        return this.write(at, programs, inner, origin);
      },
      expand: (at) => this.#expand(at, zipped, values, origin),
    };
    const rule = ruleFor(primitive);
    const results = rule(e, site);
    outputs.forEach((output, k) => {
      const value = results[k];
      invariant(value !== undefined, `${primitive.name}: a result was not written`);
      values.set(output, value);
    });
  }

  /** Writes what a composite primitive is made of. */
  #expand(e: Emitter, zipped: Zipped, values: Map<Var, Value>, origin: Origin | null): Value[] {
    const programs = zipped.map(({ primitive, inputs, params }): Program => {
      const { lowering } = primitive;
      invariant(lowering.kind === "composite", `${primitive.name} is no composite`);
      const builder = new ProgramBuilder();
      const operands = inputs.map(({ shape, dtype }) => builder.input({ shape, dtype }));
      // SAFETY: an equation keeps a primitive and its own parameters together.
      return builder.finish(withBuilder(builder, () => lowering.expand(operands, params as Params, p)));
    });
    const inner = new Map(values);
    zipped[0]?.inputs.forEach((value, k) => {
      const operand = programs[0]?.inputs[k];
      if (operand !== undefined) inner.set(operand, read(values, value));
    });
    return this.write(e, programs, inner, origin);
  }

  /** Numbers of the equations whose results are needed for the outputs. */
  #neededBy(equations: readonly Zipped[], outputs: readonly Var[]): Set<number> {
    const wanted = new Set<Var>(outputs);
    const needed = new Set<number>();
    for (let i = equations.length - 1; i >= 0; i--) {
      const equation = equations[i]?.[0];
      const used = equation?.outputs.filter((output) => wanted.has(output)) ?? [];
      if (equation === undefined || used.length === 0) continue;
      needed.add(i);
      const natives = used.map((output) => this.#natives.get(output));
      for (const native of natives) for (const value of native?.inputs ?? []) wanted.add(value);
      if (natives.includes(undefined)) for (const value of equation.inputs) wanted.add(value);
    }
    return needed;
  }
}

function read(values: ReadonlyMap<Var, Value>, value: Var): Value {
  const found = values.get(value);
  invariant(found !== undefined, "a value is used before it is written");
  return found;
}

function whereOf(origin: Origin | null): string {
  if (origin?.layer !== null && origin?.layer !== undefined) return origin.layer.where;
  return origin?.op === null || origin === null ? "the model's graph" : `ops.${origin.op} (Operation)`;
}

/** Calls that become operators of their own, by their results; an outer call stands before those inside it. */
function nativesOf({ traces }: Traces): Map<Var, NativeCall> {
  const natives = new Map<Var, NativeCall>();
  const [first] = traces;
  const isParallel = traces.every(({ calls }) => calls.length === first?.calls.length);
  if (first === undefined || !isParallel) return natives;
  for (const [i] of first.calls.entries()) {
    const native = nativeCallFor(traces.flatMap(({ calls }) => calls[i] ?? []));
    if (native !== null) for (const output of native.outputs) natives.set(output, native);
  }
  return natives;
}

/** The graph that computes a model's inference. */
export function exportGraph(model: ModelClass): OnnxGraph {
  const found = traceModel(model);
  const { traces, unknown } = found;
  const [first] = traces;
  const { graph } = model;
  invariant(first !== undefined && graph !== null, "a model without a trace");
  refuseUpdates(model, first);
  const builder = new GraphBuilder();
  const e = new Emitter(builder, traces.length);
  const inputs = namesOf(graph.inputs.map(({ name }) => name)).map((name) => builder.fresh(name));
  const outputNames = namesOf(outputNamesOf(model)).map((name) =>
    inputs.includes(name) ? `${name}_output` : name,
  );
  const reserved = outputNames.map((name) => builder.fresh(name));
  const values = new Map<Var, Value>();
  first.program.inputs.forEach((value, i) =>
    values.set(
      value,
      e.tensor(
        inputs[i] ?? "",
        value.dtype,
        sizesOf(traces.map(({ program }) => program.inputs[i] ?? value)),
      ),
    ),
  );
  first.program.state.forEach((value, i) => values.set(value, e.constant(weightOf(first, i))));
  const exporter = new Exporter(first.origins, nativesOf(found));
  const programs = traces.map(({ program }) => program);
  const outputs = exporter.write(e, programs, values, null);
  refuse(model, exporter.refusals);
  const named = new Map<string, string>();
  const exact = outputs.map((value) => e.exact(value));
  exact.forEach((value) => e.name(value));
  const infos = exact.map((value, i) => nameOutput(e, value, reserved[i] ?? "output", unknown, named));
  builder.tidy(infos.map(({ name }) => name));
  const inputInfos = first.program.inputs.map((value, i) =>
    infoOf(inputs[i] ?? "", read(values, value), unknown),
  );
  return builder.finish(model.name, inputInfos, infos);
}

function weightOf({ cells, program }: Trace, i: number): Parameters<Emitter["constant"]>[0] {
  const [cell, value] = [cells[i], program.state[i]];
  invariant(cell instanceof Variable && value !== undefined, "state that is no variable");
  return { data: cell.dataSync(), shape: value.shape, dtype: value.dtype, label: cell.path };
}

/** Inference that changes state, as stateful recurrent layers do, has no counterpart in a graph. */
function refuseUpdates(model: ModelClass, { program, cells }: Trace): void {
  const changed = cells.filter((_, i) => program.updates[i] !== null && program.updates[i] !== undefined);
  if (changed.length === 0) return;
  const owners = changed.map((cell) => {
    const owner = allLayers(model).find(({ variables }) => variables.some((variable) => variable === cell));
    return owner === undefined
      ? cell.path
      : `${owner.where}, whose variable "${cell.path}" changes at every call`;
  });
  throw new FormatError(
    `export: ${model.where} cannot be written as ONNX, whose graphs keep no state. Not covered: ${[...new Set(owners)].join("; ")}. Make these layers with stateful: false.`,
  );
}

type AnyLayer = ModelClass["layers"][number];

function allLayers(model: ModelClass): AnyLayer[] {
  const inside = (layer: AnyLayer): AnyLayer[] => [
    ...layer.subLayers.flatMap((each) => inside(each as AnyLayer)),
    layer,
  ]; // SAFETY: every layer is a function as well
  return model.layers.flatMap(inside);
}

function refuse(model: ModelClass, refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const list = refusals.map(({ where, why }) => `  ${where}: ${why}`);
  throw new FormatError(
    `export: ${model.where} cannot be written as ONNX. Not covered:\n${list.join("\n")}\nCut the model before these layers, or compute them outside.`,
  );
}

/** Names that differ: those that occur again are numbered. */
function namesOf(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let i = 1; taken.has(own); i++) own = `${name}_${i}`;
    taken.add(own);
    return own;
  });
}

/** Outputs go by the layers that make them, as in Keras. */
function outputNamesOf(model: ModelClass): string[] {
  return model.outputs.map(({ history, name }) => history?.operation.name ?? name);
}

function nameOutput(
  e: Emitter,
  value: Value,
  name: string,
  unknown: Traces["unknown"],
  named: Map<string, string>,
): OnnxValueInfo {
  const made = e.name(value);
  const known = named.get(made);
  // A tensor has one name: a second output of it, or an input or a weight, gets a node of its own.
  if (known === undefined && e.graph.makes(made)) {
    e.graph.rename(made, name);
    named.set(made, name);
  } else {
    const inputs = [known ?? made];
    e.graph.add({
      opType: "Identity",
      name: e.graph.fresh(`${name}/Identity`),
      inputs,
      outputs: [name],
      attributes: {},
    });
  }
  return infoOf(name, value, unknown);
}

/** Sizes by number, or by the name of what they are equal to. */
function infoOf(name: string, { dtype, shape }: Value, unknown: Traces["unknown"]): OnnxValueInfo {
  const dims = shape.map((size: Size, axis) => {
    const known = fixedSize(size);
    if (known !== null) return known;
    return unknown.find((each) => sameSize(each.size, size))?.name ?? `${name}_size${axis}`;
  });
  return { name, dtype, shape: dims };
}
