import { isLayer } from "../graph/layer-base.ts";
import type { Node } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import type { Variable } from "../graph/variable.ts";
import { bytesOf } from "../ir/dtypes.ts";
import type { ModelBase } from "../models/model-base.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { terminal } from "../util/platform/index.ts";
import { type Column, renderTable } from "./table.ts";
import { pythonShape, pythonTree } from "./shapes.ts";

export interface SummaryOptions {
  /** Called with the whole text. Default: prints to the console. */
  readonly printFn?: ((text: string) => void) | undefined;
  /** Width of the table in characters. Default: 88 to 120 by its columns, and no wider than the terminal. */
  readonly lineLength?: number | undefined;
  /** Where columns end, as fractions of the line. */
  readonly positions?: readonly number[] | undefined;
  /** Whether nested models' layers are listed. Default false. */
  readonly expandNested?: boolean | undefined;
  /** Whether a column tells which layers are trainable. Default false. */
  readonly showTrainable?: boolean | undefined;
  /** Names (or regular expressions) of the first and the last layer to list. */
  readonly layerRange?: readonly [string, string] | undefined;
}

/** A model with an optimizer, as the summary's last line wants it. */
interface Trained {
  readonly optimizer?:
    | { readonly built: boolean; readonly variables: readonly Variable[] }
    | null
    | undefined;
}

const optionNames = [
  "printFn",
  "lineLength",
  "positions",
  "expandNested",
  "showTrainable",
  "layerRange",
] as const;

/**
 * Prints a table of a model's layers: names, output shapes, numbers of parameters, and, unless the graph is a chain,
 * what each is connected to.
 *
 * @see Keras `utils/summary_utils.py`
 */
export function printSummary(model: ModelBase & Trained, options: SummaryOptions = {}): void {
  checkOptions("summary", options, optionNames);
  const print = options.printFn ?? ((text: string): void => globalThis.console.log(text));
  print(formatSummary(model, options));
}

/** The text of `printSummary`. */
export function formatSummary(model: ModelBase & Trained, options: SummaryOptions = {}): string {
  const isChain = isChainOfLayers(model);
  const lineLength = options.lineLength ?? defaultLineLength(isChain, options.showTrainable === true);
  const columns = columnsFor(isChain, options, lineLength);
  const operations = inRange(
    model.className === "Functional" ? model.operations : model.layers,
    options.layerRange,
  );
  const nodes = new Set<Node>(model.graph?.nodes);
  const rows = operations.flatMap((operation) => rowsOf(operation, 0, isChain ? null : nodes, options));
  return [`Model: "${model.name}"`, ...renderTable(columns, rows, lineLength), ...totals(model), ""].join(
    "\n",
  );
}

function defaultLineLength(isChain: boolean, showTrainable: boolean): number {
  const columns = terminal().columns ?? 80;
  return Math.min((isChain ? 88 : 108) + (showTrainable ? 12 : 0), columns - 4);
}

function columnsFor(isChain: boolean, options: SummaryOptions, lineLength: number): Column[] {
  const headers = ["Layer (type)", "Output Shape", "Param #", ...(isChain ? [] : ["Connected to"])];
  const aligns: Column["align"][] = ["left", "left", "right", "left"].slice(
    0,
    headers.length,
  ) as Column["align"][]; // SAFETY: the literals
  let positions = options.positions ?? (isChain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  if (options.showTrainable === true) {
    headers.push("Trainable");
    aligns.push("center");
    positions = [...positions.map((position) => position * 0.9), 1];
  }
  let start = 0;
  return headers.map((header, i) => {
    const width = Math.trunc((positions[i] ?? 1) * lineLength) - start;
    if (width < 4)
      throw new OptionError(
        `summary: a line of ${lineLength} characters is too short for ${headers.length} columns.`,
      );
    start += width;
    return { header, align: aligns[i] ?? "left", width };
  });
}

/** True when every depth of the graph has one node with one input, and no layer is used twice. */
function isChainOfLayers(model: ModelBase): boolean {
  const { graph } = model;
  if (graph === null || model.className !== "Functional") return true;
  const nodes = new Set<Node>();
  for (const level of graph.nodesByDepth) {
    const [node, another] = level;
    if (node === undefined || another !== undefined || node.inputTensors.length > 1) return false;
    nodes.add(node);
  }
  return graph.operations.every(
    ({ inboundNodes }) => inboundNodes.filter((node) => nodes.has(node)).length <= 1,
  );
}

function inRange(
  operations: readonly Operation[],
  range: readonly [string, string] | undefined,
): readonly Operation[] {
  if (range === undefined) return operations;
  const matches = (pattern: string): number[] =>
    operations.flatMap(({ name }, i) => (new RegExp(`^(?:${pattern})`).test(name) ? [i] : []));
  const [first, last] = [matches(range[0]), matches(range[1])];
  if (first.length === 0 || last.length === 0) {
    throw new OptionError(
      `summary: no layers match the range ${JSON.stringify(range)}. Layers: ${operations.map(({ name }) => name).join(", ")}.`,
    );
  }
  const [a, b] = [Math.min(...first), Math.max(...last)];
  return a > b ? operations.slice(Math.min(...last), Math.max(...first) + 1) : operations.slice(a, b + 1);
}

function rowsOf(
  operation: Operation,
  level: number,
  nodes: ReadonlySet<Node> | null,
  options: SummaryOptions,
): string[][] {
  const prefix = level === 0 ? "" : `${"   ".repeat(level)}└ `;
  const row = [
    `${prefix}${operation.name} (${operation.className})`,
    outputShape(operation),
    parameterCount(operation),
  ];
  if (nodes !== null) row.push(connections(operation, nodes));
  if (options.showTrainable === true) row.push(trainableMark(operation));
  const inside = options.expandNested === true && isModel(operation) ? operation.layersOrInputs : [];
  return [row, ...inside.flatMap((layer) => rowsOf(layer, level + 1, nodes, options))];
}

/** What a nested model shows of itself. */
function isModel(operation: Operation): operation is ModelBase {
  return "layersOrInputs" in operation;
}

function outputShape(operation: Operation): string {
  const node = operation.inboundNodes.at(-1);
  if (node !== undefined) {
    const tensors = node.outputTensors;
    const [only, another] = tensors;
    return only !== undefined && another === undefined
      ? summaryShape(only.shape)
      : `[${tensors.map(({ shape }) => summaryShape(shape)).join(", ")}]`;
  }
  if (!isLayer(operation) || operation.buildShapes === null) return "?";
  try {
    const shapes = operation.computeOutputShape(...operation.buildShapes);
    return formatShapeTree(shapes);
  } catch (error) {
    if (error instanceof AntlerError) return "?";
    throw error;
  }
}

function formatShapeTree(tree: unknown): string {
  if (Array.isArray(tree) && tree.every((dim) => dim === null || typeof dim === "number"))
    return summaryShape(tree);
  if (Array.isArray(tree)) return `[${tree.map(formatShapeTree).join(", ")}]`;
  return pythonTree(tree, ({ shape }) => pythonShape(shape));
}

/** As in Keras's tables: a single size without Python's comma. */
function summaryShape(shape: readonly (number | null)[]): string {
  return `(${shape.map((dim) => (dim === null ? "None" : String(dim))).join(", ")})`;
}

function parameterCount(operation: Operation): string {
  if (!isLayer(operation)) return "0";
  return operation.built ? operation.countParams().toLocaleString("en-US") : "0 (unbuilt)";
}

function connections({ inboundNodes }: Operation, nodes: ReadonlySet<Node>): string {
  const sources = inboundNodes
    .filter((node) => nodes.has(node))
    .flatMap((node) => node.inputTensors)
    .flatMap(({ history }) =>
      history === null ? [] : [`${history.operation.name}[${history.nodeIndex}][${history.tensorIndex}]`],
    );
  return sources.length === 0 ? "-" : sources.join(", ");
}

function trainableMark(operation: Operation): string {
  if (!isLayer(operation) || operation.weights.length === 0) return "-";
  return operation.trainable ? "Y" : "N";
}

function totals(model: ModelBase & Trained): string[] {
  const { optimizer } = model;
  const trainable = model.trainableWeights;
  const others = model.nonTrainableWeights;
  const slots = optimizer?.built === true ? optimizer.variables : [];
  const line = (label: string, variables: readonly Variable[]): string =>
    ` ${label}: ${countOf(variables).toLocaleString("en-US")} (${memorySize(variables)})`;
  return [
    line("Total params", [...trainable, ...others, ...slots]),
    line("Trainable params", trainable),
    line("Non-trainable params", others),
    ...(slots.length === 0 ? [] : [line("Optimizer params", slots)]),
  ];
}

function countOf(variables: readonly Variable[]): number {
  return variables.reduce((sum, { size }) => sum + size, 0);
}

/** Memory in the largest unit that keeps it at 1 or above, as `215.04 KB`. */
export function memorySize(variables: readonly Variable[]): string {
  let bytes = variables.reduce((sum, { size, dtype }) => sum + size * bytesOf(dtype), 0);
  for (const unit of ["B", "KB", "MB", "GB", "TB"]) {
    if (bytes < 1024) return `${bytes.toFixed(2)} ${unit}`;
    bytes /= 1024;
  }
  return `${bytes.toFixed(2)} PB`;
}
