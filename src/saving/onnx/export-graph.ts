import { Variable } from "../../graph/variable.ts";
import type { Var } from "../../ir/program.ts";
import type { ModelClass } from "../../models/model.ts";
import { FormatError, invariant } from "../../util/errors.ts";
import { Emitter } from "./emitter.ts";
import { Exporter, read, type Refusal } from "./exporter.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { OnnxGraph, OnnxValueInfo } from "./model-proto.ts";
import { fixedSize, sameSize, type Size } from "./size.ts";
import { stepsOfTraces } from "./steps.ts";
import { sizesOf, type Trace, traceModel, type Traces } from "./trace.ts";
import type { Value } from "./value.ts";

/** The graph that computes a model's inference. */
export function exportGraph(model: ModelClass): OnnxGraph {
  const { traces, unknown } = traceModel(model);
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
  const exporter = new Exporter(first.origins);
  const outputs = exporter.write(e, stepsOfTraces(traces), first.program.outputs, values, null);
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
  return { data: cell.storedSync(), shape: value.shape, dtype: value.dtype, label: cell.path };
}

/** Inference that changes state, as stateful recurrent layers do, has no counterpart in a graph. */
function refuseUpdates(model: ModelClass, { program, cells }: Trace): void {
  const changed = cells.filter((_, i) => program.updates[i] !== null && program.updates[i] !== undefined);
  if (changed.length === 0) return;
  const layers = allLayers(model);
  const owners = changed.map((cell) => {
    const owner =
      layers.find(({ variables }) => variables.some((variable) => variable === cell)) ??
      layers.findLast(({ name }) => cell.path.split("/").includes(name));
    return `  ${owner?.where ?? model.where}: its state "${cell.path}" changes at every call`;
  });
  throw new FormatError(
    `export: ${model.where} cannot be written as ONNX, whose graphs keep no state. Not covered:\n${owners.join("\n")}\nMake recurrent layers with stateful: false, and call random ones without training: true.`,
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
