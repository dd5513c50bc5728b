import { mapValues, toValues, valuesIn } from "../graph/call-arguments.ts";
import { classNameOf } from "../graph/layer-base.ts";
import { Node, symbolicIn } from "../graph/node.ts";
import { Operation as AnyOperation, toKerasTensors } from "../graph/operation.ts";
import { inferSpecs, type Spec } from "../ops/core/abstract.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { containsSymbolic, type Value } from "../ops/core/value.ts";
import { callable } from "../util/callable.ts";
import { AntlerError } from "../util/errors.ts";
import { checkOptions, isPlainObject } from "../util/options.ts";
import { flatten, type Tree } from "../util/tree.ts";

export interface OperationOptions {
  /** Default: the class's name in snake_case, numbered. */
  readonly name?: string | null | undefined;
}

/** The computation of `Operation`. */
export class CustomOperation extends AnyOperation {
  static readonly className: string = "Operation";

  constructor(given: OperationOptions | string | null = {}) {
    const options: OperationOptions = typeof given === "string" || given === null ? { name: given } : given;
    checkOptions(classNameOf(new.target), options, ["name"]);
    super(classNameOf(new.target), options.name);
  }

  /** Layers, models and ops are operations as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this.prototype === CustomOperation.prototype
      ? AnyOperation[Symbol.hasInstance](value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  override get className(): string {
    return classNameOf(this.constructor);
  }

  /** The computation. */
  call(..._args: never[]): unknown {
    throw new AntlerError(`${this.name} (${this.className}): the class must have a method call(…).`);
  }

  /** Shape and dtype of the results for symbolic arguments; by default the call is traced. */
  computeOutputSpec(...args: readonly unknown[]): Tree<Spec> {
    const symbolic = [...new Set(symbolicIn(args))];
    return inferSpecs(
      (inputs) => {
        const traced = new Map<Value, Tensor | undefined>(
          symbolic.map((tensor, i) => [tensor, flatten<Tensor>(inputs)[i]]),
        );
        const replaced = args.map((arg) => mapValues(arg, (value) => traced.get(value) ?? value));
        return this.#compute(replaced) as Tree<Tensor>; // SAFETY: tensors in, tensors out
      },
      symbolic.map(({ shape, dtype }) => ({ shape, dtype })),
    );
  }

  /** Computes; on symbolic tensors it becomes part of their graph. */
  override invoke(...given: readonly unknown[]): unknown {
    const args = given.map((arg) =>
      isPlainObject(arg) && valuesIn(arg).length === 0 ? arg : toValues(arg, false),
    );
    if (!containsSymbolic(args)) return this.#compute(args);
    const outputs = toKerasTensors(this.computeOutputSpec(...args));
    new Node(this, args, {}, outputs);
    return outputs;
  }

  override runNode(args: readonly unknown[]): unknown {
    return this.invoke(...args);
  }

  #compute(args: readonly unknown[]): unknown {
    return (this.call as (...args: readonly unknown[]) => unknown).call(this, ...args); // SAFETY: the class's own arguments
  }

  getConfig(): Readonly<Record<string, unknown>> {
    return { name: this.name };
  }
}

export type Operation = CustomOperation & ((...args: readonly unknown[]) => unknown);

export interface OperationConstructor {
  (options?: OperationOptions | string | null): Operation;
  new (options?: OperationOptions | string | null): Operation;
}

/**
 * Base of operations of one's own: `class Double extends Operation { call(x) { return ops.multiply(x, 2); } }`. Called on real
 * tensors it computes; on symbolic ones it becomes a node of their graph.
 *
 * @see Keras `ops/operation.py`
 */
export const Operation: OperationConstructor = /* @__PURE__ */ callable<
  typeof CustomOperation,
  OperationConstructor
>(CustomOperation);
