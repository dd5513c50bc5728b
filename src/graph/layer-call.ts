import { isFloat } from "../ir/dtypes.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { divide } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { inferSpecs, knownShape, type Spec } from "../ops/core/abstract.ts";
import { isTensorHolder } from "../ops/core/convert.ts";
import { observed } from "../ops/core/observer.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { containsSymbolic, type Value } from "../ops/core/value.ts";
import { AntlerError, ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, type Tree } from "../util/tree.ts";
import { withAutocast } from "./autocast.ts";
import { type BoundCall, bindCall, mapValues, toValues, valuesIn } from "./call-arguments.ts";
import { currentCallContext, withCallContext } from "./call-context.ts";
import type { InputSpec } from "./input-spec.ts";
import { KerasTensor } from "./keras-tensor.ts";
import type { LayerBase } from "./layer-base.ts";
import { maskOf, masksOf, setMask, setMasks } from "./masks.ts";
import { withNameScope } from "./naming.ts";
import { Node } from "./node.ts";
import { toKerasTensors } from "./operation.ts";

/** A shape, or arrays and objects of shapes. */
export type ShapeTree = Shape | readonly ShapeTree[] | { readonly [key: string]: ShapeTree };

/**
 * One call of a layer: arguments sorted out, checked and cast, masks and the training flag filled in, the layer built,
 * then a graph node made (symbolic inputs) or the computation done.
 *
 * @see Keras `Layer.__call__`
 */
export function invokeLayer(layer: LayerBase, given: readonly unknown[]): unknown {
  try {
    return callLayer(layer, given);
  } catch (error) {
    if (error instanceof AntlerError && !placed.has(error)) {
      placed.add(error);
      if (!error.message.includes(layer.where)) error.reword(`${layer.where}: ${error.message}`);
    }
    throw error;
  }
}

/** Errors that say in which layer they arose: the innermost. */
const placed = new WeakSet<AntlerError>();

function callLayer(layer: LayerBase, given: readonly unknown[]): unknown {
  const bound = prepare(layer, bindCall(layer.where, layer.callArguments, given));
  checkInputs(layer, bound.args[0]);
  layer.ensureBuilt(bound.args.map(shapesOf));
  const { call, kwargs } = withContext(layer, bound);
  const isSymbolic = containsSymbolic(call.args) || containsSymbolic(call.options);
  const outputs = isSymbolic
    ? callSymbolically(layer, call, kwargs)
    : compute(layer, call.args, call.options);
  passMasks(layer, call, outputs);
  return outputs;
}

/** Output shapes for input shapes, by tracing a call. */
export function inferLayer(layer: LayerBase, inputShapes: readonly ShapeTree[]): ShapeTree {
  layer.ensureBuilt(inputShapes);
  const tensors = inputShapes.map((shape) => symbolicOf(shape, layer));
  return specShapes(specsFor(layer, { args: tensors, options: {} }));
}

function symbolicOf(shape: ShapeTree, layer: LayerBase): unknown {
  if (Array.isArray(shape) && shape.every((dim) => dim === null || typeof dim === "number")) {
    return new KerasTensor(shape as Shape, { dtype: layer.computeDtype, name: "shape" }); // SAFETY: sizes only
  }
  if (Array.isArray(shape)) return shape.map((child: ShapeTree) => symbolicOf(child, layer));
  return Object.fromEntries(
    Object.entries(shape).map(([key, child]: [string, ShapeTree]) => [key, symbolicOf(child, layer)]),
  );
}

function specShapes(specs: Tree<Spec>): ShapeTree {
  if (Array.isArray(specs)) return specs.map(specShapes);
  if ("shape" in specs && Array.isArray(specs.shape)) return specs.shape as Shape; // SAFETY: a spec
  return Object.fromEntries(Object.entries(specs).map(([key, child]) => [key, specShapes(child)]));
}

/** Tensors in place of numbers and arrays, floats in the layer's compute dtype. */
function prepare(layer: LayerBase, { args, options }: BoundCall): BoundCall {
  const cleaned = args.map((arg, i) => toValues(arg, i === 0 && layer.takesList));
  return { args: castInputs(layer, cleaned), options };
}

/** Float tensors cast to the layer's compute dtype; symbolic ones are cast when the layer runs. */
function castInputs(layer: LayerBase, args: readonly unknown[]): unknown[] {
  const to = layer.computeDtype;
  if (!layer.autocast || !isFloat(to)) return [...args];
  const convert = (value: Value): unknown => {
    if (!isFloat(value.dtype) || value.dtype === to || value instanceof KerasTensor) return value;
    const converted = cast(value, to);
    setMask(converted, maskOf(value));
    return converted;
  };
  return args.map((arg) => mapValues(arg, convert));
}

function checkInputs(layer: LayerBase, inputs: unknown): void {
  const { inputSpec } = layer;
  if (inputSpec === null) return;
  const specs = "check" in inputSpec ? [inputSpec] : inputSpec;
  const values = inputsOf(specs, inputs, layer.where);
  if (values.length !== specs.length) {
    throw new ShapeError(
      `${layer.where}: expected ${specs.length} input${specs.length === 1 ? "" : "s"}, received ${values.length}.`,
    );
  }
  const to = layer.computeDtype;
  values.forEach((value, i) => {
    if (value === null) return;
    // Symbolic tensors are cast when the layer runs.
    const isCast = layer.autocast && isFloat(to) && isFloat(value.dtype);
    specs[i]?.check(layer.where, value, isCast ? to : value.dtype);
  });
}

/** The tensors that the specs stand for, in their order; null for one that is optional and absent. */
function inputsOf(
  specs: readonly (InputSpec | null)[],
  inputs: unknown,
  where: string,
): readonly (Value | null)[] {
  if (isPlainObject(inputs) && specs.every((spec) => typeof spec?.name === "string")) {
    return specs.map((spec) => {
      const found = valuesIn(inputs[spec?.name ?? ""])[0];
      if (found !== undefined) return found;
      if (spec?.optional === true) return null;
      throw new ShapeError(
        `${where}: expected an input "${spec?.name}", received ${Object.keys(inputs).join(", ") || "none"}.`,
      );
    });
  }
  if (!Array.isArray(inputs) || !specs.some((spec) => spec?.optional)) return valuesIn(inputs);
  return inputs.flatMap((input): (Value | null)[] =>
    input === null || input === undefined ? [null] : valuesIn(input),
  );
}

/** Shapes of nested tensors, nested alike (an absent argument has the shape of a scalar). */
export function shapesOf(arg: unknown): ShapeTree {
  return mapValues(arg, (value) => value.shape) as ShapeTree; // SAFETY: every leaf becomes a shape
}

/**
 * Fills in what the call inherits: the masks of its tensors, the training flag of the enclosing call.
 *
 * `kwargs` is what a graph node records: options the user gave, and masks.
 */
function withContext(
  layer: LayerBase,
  { args, options }: BoundCall,
): { call: BoundCall; kwargs: Readonly<Record<string, unknown>> } {
  const declared = layer.callArguments;
  const kwargs: Record<string, unknown> = { ...options };
  declared.tensors.forEach((name, i) => {
    const option = i === 0 && declared.options.includes("mask") ? "mask" : `${name}Mask`;
    if (!declared.options.includes(option) || (options[option] !== undefined && options[option] !== null))
      return;
    const mask = masksOf(args[i]);
    if (mask !== null) kwargs[option] = mask;
  });
  const training = options["training"] ?? currentCallContext()?.training ?? null;
  return { call: { args, options: { ...kwargs, training } }, kwargs };
}

function callOf(layer: LayerBase): (...args: unknown[]) => unknown {
  const call: unknown = layer.call;
  // SAFETY: a subclass's call takes its declared tensors and one options object.
  if (typeof call === "function") return call as (...args: unknown[]) => unknown;
  throw new AntlerError(
    `${layer.where}: the class has no call(inputs, options). Its computation goes there.`,
  );
}

/** What a layer computed: tensors, nested; variables among them are read. */
function readOutputs(layer: LayerBase, outputs: unknown): unknown {
  if (isTensorHolder(outputs)) return outputs.toTensor();
  if (
    outputs === undefined ||
    outputs instanceof Promise ||
    typeof outputs === "number" ||
    typeof outputs === "boolean"
  ) {
    const received =
      outputs === undefined
        ? "nothing. Is a return missing?"
        : outputs instanceof Promise
          ? "a promise. It cannot be async."
          : `${outputs}. Make a tensor of it.`;
    throw new AntlerError(
      `${layer.where}: expected call to return a tensor, or several, received ${received}`,
    );
  }
  return Array.isArray(outputs) ? outputs.map((output) => readOutputs(layer, output)) : outputs;
}

/** Runs the layer's computation on tensors. */
function compute(
  layer: LayerBase,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): unknown {
  const training = options["training"];
  const context = { training: typeof training === "boolean" ? training : null };
  const run = (): unknown =>
    withNameScope(layer.name, () =>
      withAutocast(layer.autocast ? layer.computeDtype : null, () =>
        readOutputs(layer, callOf(layer).call(layer, ...args, options)),
      ),
    );
  const outputs = withCallContext(context, () => observed(layer, { args, options }, run));
  if (layer.activityRegularizer !== null) {
    for (const value of valuesIn(outputs)) {
      const penalty = layer.activityRegularizer(value);
      // Averaged over the batch, as Keras does.
      layer.addLoss(divide(penalty, value.shape[0] ?? 1) as Tensor); // SAFETY: outputs of a computation are tensors
    }
  }
  return outputs;
}

/** Records a node and makes symbolic outputs. */
function callSymbolically(
  layer: LayerBase,
  call: BoundCall,
  kwargs: Readonly<Record<string, unknown>>,
): unknown {
  const outputs = toKerasTensors(specsFor(layer, call));
  new Node(layer, call.args, kwargs, outputs);
  return outputs;
}

/** Shapes and dtypes of the outputs of a symbolic call. */
function specsFor(layer: LayerBase, call: BoundCall): Tree<Spec> {
  if (layer.computeOutputSpec !== undefined) return layer.computeOutputSpec(call.args, call.options);
  const symbolic = [...new Set([...valuesIn(call.args), ...valuesIn(call.options)])].filter(
    (value) => value instanceof KerasTensor,
  );
  const before = layer.callLosses.length;
  const specs = inferSpecs(
    (inputs) => {
      const traced = new Map<Value, Tensor | undefined>(
        symbolic.map((tensor, i) => [tensor, flatten<Tensor>(inputs)[i]]),
      );
      const replace = (value: Value): unknown => traced.get(value) ?? value;
      const args = castInputs(
        layer,
        call.args.map((arg) => mapValues(arg, replace)),
      );
      const options = Object.fromEntries(
        Object.entries(call.options).map(([name, value]) => [name, mapValues(value, replace)]),
      );
      return compute(layer, args, options) as Tree<Tensor>; // SAFETY: a layer's call returns tensors
    },
    symbolic.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  if (layer.callLosses.length > before) layer.clearLosses();
  return specs;
}

/** Gives the outputs their masks, where the layer says which (a model's graph has given them already). */
function passMasks(layer: LayerBase, { args, options }: BoundCall, outputs: unknown): void {
  const inputs = args.length === 1 ? args[0] : args;
  const masks = layer.computeMask(inputs, options["mask"] ?? masksOf(inputs) ?? undefined);
  if (masks !== undefined) setMasks(outputs, masks);
}

/** What a layer is built for, where some shapes were made without sizes. */
export function knownShapes(tree: ShapeTree): ShapeTree {
  if (Array.isArray(tree) && tree.every((dim) => dim === null || typeof dim === "number"))
    return knownShape(tree as Shape); // SAFETY: sizes only
  if (Array.isArray(tree)) return tree.map((child: ShapeTree) => knownShapes(child));
  return Object.fromEntries(
    Object.entries(tree as object).map(([key, child]: [string, ShapeTree]) => [key, knownShapes(child)]),
  ); // SAFETY: neither shape nor list
}
