import { isLayer } from "../graph/layer-base.ts";
import type { Node } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import type { ModelBase } from "../models/model-base.ts";
import { AntlerError } from "../util/errors.ts";
import { checkOptions, isPlainObject, oneOf } from "../util/options.ts";
import { remembered } from "../util/remembered.ts";
import { pythonShape, pythonTree } from "./shapes.ts";

const directions = ["TB", "LR", "BT", "RL"] as const;

export interface DotOptions {
  /** Whether boxes show input and output shapes. Default false. */
  readonly showShapes?: boolean | undefined;
  /** Whether boxes show the output's dtype. Default false. */
  readonly showDtype?: boolean | undefined;
  /** Whether boxes show the layers' names beside their classes. Default true here, false in `plotModel`. */
  readonly showLayerNames?: boolean | undefined;
  /** `"TB"`: from top to bottom; `"LR"`: from left to right. Default `"TB"`. */
  readonly rankdir?: (typeof directions)[number] | undefined;
  /** Whether nested models are drawn with their layers. Default false. */
  readonly expandNested?: boolean | undefined;
  /** Resolution of bitmaps in dots per inch. Default 200. */
  readonly dpi?: number | undefined;
  readonly showLayerActivations?: boolean | undefined;
  readonly showTrainable?: boolean | undefined;
  /** How edges run: `"ortho"` (right angles), `"curved"`, `"polyline"`, `"spline"`, `"line"`. Default `"ortho"`. */
  readonly splines?: string | undefined;
}

export const dotOptionNames = [
  "showShapes",
  "showDtype",
  "showLayerNames",
  "rankdir",
  "expandNested",
  "dpi",
  "showLayerActivations",
  "showTrainable",
  "splines",
] as const;

/**
 * The graph of a model's layers in Graphviz's language.
 *
 * @throws {AntlerError} when the model is not built yet.
 * @see Keras `utils/model_visualization.py`
 */
export function modelToDot(model: ModelBase, options: DotOptions = {}): string {
  checkOptions("modelToDot", options, dotOptionNames);
  if (!model.built) {
    throw new AntlerError(
      `${model.where}: it is not built yet, so there is nothing to draw. Call it on data, or build it with an input shape.`,
    );
  }
  const { rankdir = "TB", dpi = 200, splines = "ortho" } = options;
  oneOf("modelToDot", "rankdir", rankdir, directions);
  const writer = new DotWriter({ showLayerNames: true, ...options });
  const body = writer.write(model);
  const head = [
    `rankdir=${rankdir};`,
    "concentrate=true;",
    `dpi=${dpi};`,
    `splines=${splines};`,
    "node [shape=record];",
  ];
  return ["digraph G {", ...head, ...body, "}", ""].join("\n");
}

class DotWriter {
  readonly #options: DotOptions;
  readonly #ids = new Map<Operation, string>();
  readonly #edges = new Set<string>();

  constructor(options: DotOptions) {
    this.#options = options;
  }

  /** Boxes first, then arrows; nested models as clusters. */
  write(model: ModelBase): string[] {
    if (!isDrawn(model)) return [this.#box(model)];
    const isSequential = model.className === "Sequential";
    const operations = isSequential ? model.layers : model.operations;
    const boxes = operations.flatMap((operation) =>
      this.#isExpanded(operation)
        ? [
            `subgraph cluster_${quoted(operation.name)} {`,
            "style=dashed;",
            `label=${quoted(operation.name)};`,
            "labeljust=l;",
            ...this.write(operation),
            "}",
          ]
        : [this.#box(operation)],
    );
    return [...boxes, ...this.#arrows(model, operations, isSequential)];
  }

  #isExpanded(operation: Operation): operation is ModelBase {
    return this.#options.expandNested === true && isDrawn(operation);
  }

  #idOf(operation: Operation): string {
    return remembered(this.#ids, operation, () => `N${this.#ids.size}`);
  }

  #box(operation: Operation): string {
    return `${this.#idOf(operation)} [label=<${boxLabel(operation, this.#options)}>, fontname=Helvetica, border=0, margin=0];`;
  }

  #arrows(model: ModelBase, operations: readonly Operation[], isSequential: boolean): string[] {
    if (isSequential && this.#options.expandNested !== true) {
      return operations.slice(1).flatMap((operation, i) => this.#arrow(operations[i], operation));
    }
    const nodes = new Set<Node>(model.graph?.nodes);
    return (isSequential ? operations.slice(1) : operations).flatMap((operation) =>
      operation.inboundNodes
        .filter((node) => nodes.has(node))
        .flatMap((node) =>
          node.inputTensors.flatMap(({ history }, index) =>
            history === null
              ? []
              : this.#arrow(
                  this.#last(history.operation, history.tensorIndex),
                  this.#first(operation, index),
                ),
          ),
        ),
    );
  }

  #arrow(from: Operation | undefined, to: Operation): string[] {
    if (from === undefined) return [];
    const arrow = `${this.#idOf(from)} -> ${this.#idOf(to)} [penwidth=2];`;
    if (this.#edges.has(arrow)) return [];
    this.#edges.add(arrow);
    return [arrow];
  }

  /** The layer inside expanded models that makes an output. */
  #last(operation: Operation, index: number): Operation {
    if (!this.#isExpanded(operation)) return operation;
    const history = operation.outputs[index]?.history;
    return history === null || history === undefined
      ? operation
      : this.#last(history.operation, history.tensorIndex);
  }

  /** The layer inside expanded models that takes an input. */
  #first(operation: Operation, index: number): Operation {
    if (!this.#isExpanded(operation)) return operation;
    const first =
      operation.className === "Sequential"
        ? operation.layers[0]
        : operation.inputs[index]?.history?.operation;
    return first === undefined ? operation : this.#first(first, index);
  }
}

/** True for models that are drawn with their layers: those made of a graph. */
function isDrawn(operation: Operation): operation is ModelBase {
  return (
    "graph" in operation &&
    operation.graph !== null &&
    ["Functional", "Sequential"].includes(operation.className)
  );
}

function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '\\"')}"`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function boxLabel(operation: Operation, options: DotOptions): string {
  const { showShapes, showDtype, showLayerNames, showLayerActivations, showTrainable } = options;
  const span = Math.max(
    1,
    (showShapes === true ? 2 : 0) + (showDtype === true ? 1 : 0) + (showTrainable === true ? 1 : 0),
  );
  const title =
    showLayerNames === true
      ? `<b>${escapeHtml(operation.name)}</b> (${escapeHtml(operation.className)})`
      : `<b>${escapeHtml(operation.className)}</b>`;
  const head = `<tr><td colspan="${span}" bgcolor="black"><font point-size="16" color="white">${title}</font></td></tr>`;
  const activation = showLayerActivations === true ? activationName(operation) : null;
  const activationRow =
    activation === null
      ? ""
      : `<tr><td bgcolor="white" colspan="${span}"><font point-size="14">Activation: <b>${escapeHtml(activation)}</b></font></td></tr>`;
  const cells = [
    ...(showShapes === true ? shapeCells(operation) : []),
    ...(showDtype === true
      ? [
          cell(
            "Output dtype",
            describe(operation, "output", ({ dtype }) => dtype),
          ),
        ]
      : []),
    ...(showTrainable === true ? trainableCell(operation) : []),
  ];
  const row = cells.length === 0 ? "" : `<tr>${cells.join("")}</tr>`;
  return `<table border="0" cellborder="1" bgcolor="black" cellpadding="10">${head}${activationRow}${row}</table>`;
}

function cell(label: string, value: string): string {
  return `<td bgcolor="white"><font point-size="14">${label}: <b>${escapeHtml(value)}</b></font></td>`;
}

function shapeCells(operation: Operation): string[] {
  const output = cell(
    "Output shape",
    describe(operation, "output", ({ shape }) => pythonShape(shape)),
  );
  if (operation.className === "InputLayer") return [output];
  return [
    cell(
      "Input shape",
      describe(operation, "input", ({ shape }) => pythonShape(shape)),
    ),
    output,
  ];
}

/** The input or output of the operation's first call, or "?" where there is none. */
function describe(
  operation: Operation,
  what: "input" | "output",
  format: Parameters<typeof pythonTree>[1],
): string {
  try {
    const [input, output] = [operation.input, operation.output];
    const text = pythonTree(what === "input" ? input : output, format);
    return isPlainObject(what === "input" ? input : output) ? text.slice(1, -1).replaceAll("'", "") : text;
  } catch (error) {
    if (error instanceof AntlerError) return "?";
    throw error;
  }
}

function activationName(operation: Operation): string | null {
  if (!("activation" in operation)) return null;
  const { activation } = operation;
  if (activation === null || activation === undefined) return null;
  // SAFETY: an activation is a function; built-in ones carry Keras's name, layers a name of their own.
  const { identifier, name } = activation as { readonly identifier?: string; readonly name?: string };
  return identifier ?? name ?? "function";
}

function trainableCell(operation: Operation): string[] {
  if (!isLayer(operation) || operation.weights.length === 0) return [];
  const [color, word] = operation.trainable ? ["forestgreen", "Trainable"] : ["firebrick", "Non-trainable"];
  return [`<td bgcolor="${color}"><font point-size="14" color="white"><b>${word}</b></font></td>`];
}
