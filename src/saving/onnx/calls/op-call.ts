import { normalizeAxis } from "../../../ir/shape.ts";
import { Tensor } from "../../../ops/core/tensor.ts";
import { type CallPlan, type Operand, operandsOf } from "./call.ts";

/** A call of an op, with its arguments by name. */
export class OpCall {
  readonly #args: readonly Readonly<Record<string, unknown>>[];
  readonly result: Operand;

  constructor(args: readonly Readonly<Record<string, unknown>>[], result: Operand) {
    this.#args = args;
    this.result = result;
  }

  /** Whether what is no tensor is the same in every trace. */
  get isFixed(): boolean {
    const texts = this.#args.map((args) =>
      JSON.stringify(args, (_, value: unknown) => (value instanceof Tensor ? "tensor" : value)),
    );
    return texts.every((each) => each === texts[0]);
  }

  /** A tensor argument; null where it is left out or is nested. */
  tensor(name: string): Operand | null {
    return operandsOf(this.#args.map((args) => args[name]));
  }

  /** An argument that is a list of tensors. */
  tensors(name: string): Operand[] | null {
    const lists = this.#args.map((args) => args[name]);
    const [first] = lists;
    if (!Array.isArray(first)) return null;
    const found = first.map((_, i) =>
      operandsOf(lists.map((list) => (Array.isArray(list) ? list[i] : null))),
    );
    return found.some((operand) => operand === null) ? null : found.filter((operand) => operand !== null);
  }

  get(name: string): unknown {
    return this.#args[0]?.[name];
  }

  number(name: string): number | null {
    const value = this.get(name);
    return typeof value === "number" ? value : null;
  }

  /** Axes of an operand that an argument names; null stands for all. */
  axes(name: string, rank: number): number[] {
    const value = this.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (value === null || value === undefined) return Array.from({ length: rank }, (_, i) => i);
    return list.map((axis) => normalizeAxis(Number(axis), rank, name));
  }
}

/** How calls of an op are written; null: as the primitives that they are made of. */
export type OpPlan = (call: OpCall) => CallPlan | null;
