import { toValues } from "../graph/call-arguments.ts";
import { classNameOf } from "../graph/layer-base.ts";
import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { Operation } from "../graph/operation.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import { adaptInputs } from "./adapt-inputs.ts";
import { CustomOperation } from "./custom-operation.ts";
import { FunctionalGraph } from "./functional-graph.ts";

class FunctionClass extends CustomOperation {
  static override readonly className: string = "Function";
  readonly #graph: FunctionalGraph;

  constructor(...args: readonly unknown[]) {
    const names = ["inputs", "outputs", "name"];
    const given = bindArguments("Function", names, args, [], (name) => name !== "name");
    super({ name: given["name"] as string | null | undefined }); // SAFETY: the base checks it
    if (given["inputs"] === undefined || given["outputs"] === undefined)
      throw new OptionError("Function: expected `inputs` and `outputs`, symbolic tensors.");
    this.#graph = new FunctionalGraph(given["inputs"], given["outputs"]);
  }

  /** The operations between inputs and outputs, in order. */
  get operations(): readonly Operation[] {
    return this.#graph.operations;
  }

  /** All inputs, flat. */
  get inputs(): readonly KerasTensor[] {
    return this.#graph.inputs;
  }

  /** All outputs, flat. */
  get outputs(): readonly KerasTensor[] {
    return this.#graph.outputs;
  }

  override invoke(inputs: unknown): unknown {
    const { inputStructure } = this.#graph;
    const isList = Array.isArray(inputStructure) && inputStructure.length > 1;
    return super.invoke(toValues(inputs, isList));
  }

  override call(inputs: unknown): unknown {
    const where = `${this.name} (${classNameOf(this.constructor)})`;
    return this.#graph.run(adaptInputs(where, this.#graph.inputStructure, inputs, true));
  }
}

export type GraphFunction = FunctionClass & ((inputs: unknown) => unknown);

export interface FunctionConstructor {
  (
    inputs: unknown,
    outputs: unknown,
    name?: string | { readonly name?: string | null } | null,
  ): GraphFunction;
  new (
    inputs: unknown,
    outputs: unknown,
    name?: string | { readonly name?: string | null } | null,
  ): GraphFunction;
}

/**
 * The computation between symbolic tensors as a function: what a model is, without training, saving and state.
 *
 * @param inputs - One symbolic tensor, or arrays and objects of them; what the function takes has the same form.
 * @param outputs - What it gives, in this form.
 * @throws {AntlerError} when the outputs depend on an input that is not given.
 * @example
 * const x = Input({ shape: [2] });
 * const double = Function(x, ops.multiply(x, 2));
 * double([[1, 2]]); // [[2, 4]]
 * @see Keras `ops/function.py`
 */
export const GraphFunction: FunctionConstructor = /* @__PURE__ */ callable<
  typeof FunctionClass,
  FunctionConstructor
>(FunctionClass);
