import type { DType } from "./dtypes.ts";

/**
 * The closed set of scalar operations that a backend prints.
 *
 * Integer `div` truncates, `rem` has the dividend's sign; `shr` is arithmetic on signed dtypes, logical on unsigned;
 * `min`/`max` propagate NaN; `round` is half to even; comparisons give bool; `and/or/xor/not` are bitwise on integers
 * and logical on bool; `select(condition, a, b)`; `cast` truncates floats towards zero, and gives `x != 0` for bool.
 */
export const scalarOps = [
  "add", "sub", "mul", "div", "rem", "neg", "abs", "sign", "min", "max", "pow", "atan2",
  "floor", "ceil", "trunc", "round", "sqrt", "exp", "expm1", "log", "log1p",
  "sin", "cos", "tan", "atan", "tanh", "erf",
  "eq", "ne", "lt", "le", "and", "or", "xor", "not", "shl", "shr", "select", "cast",
] as const; // prettier-ignore

export type ScalarOp = (typeof scalarOps)[number];

/** Index of a node in a scalar expression graph. */
export type ScalarId = number;

/** A node of a scalar expression graph: nodes refer to earlier nodes only. */
export type ScalarNode =
  | { readonly kind: "input"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "const"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "op"; readonly op: ScalarOp; readonly args: readonly ScalarId[]; readonly dtype: DType };

const comparisons: ReadonlySet<ScalarOp> = new Set<ScalarOp>(["eq", "ne", "lt", "le"]);

/** Builds scalar expression graphs; equal nodes are shared. */
export class ScalarBuilder {
  readonly nodes: ScalarNode[] = [];
  readonly #known = new Map<string, ScalarId>();

  #add(node: ScalarNode): ScalarId {
    const key =
      node.kind === "op"
        ? `${node.op}(${node.args.join()}):${node.dtype}`
        : node.kind === "const"
          ? `#${Object.is(node.value, -0) ? "-0" : node.value}:${node.dtype}`
          : `$${node.index}:${node.dtype}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.nodes.push(node);
    this.#known.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }

  dtypeOf(id: ScalarId): DType {
    return this.nodes[id]?.dtype ?? "float32";
  }

  input(index: number, dtype: DType): ScalarId {
    return this.#add({ kind: "input", index, dtype });
  }

  const(value: number, dtype: DType): ScalarId {
    return this.#add({ kind: "const", value, dtype });
  }

  /** Applies an operation; the result's dtype is that of the last argument, bool for comparisons. */
  op(op: Exclude<ScalarOp, "cast">, ...args: readonly ScalarId[]): ScalarId {
    const dtype = comparisons.has(op) ? "bool" : this.dtypeOf(args.at(-1) ?? 0);
    return this.#add({ kind: "op", op, args, dtype });
  }

  cast(x: ScalarId, dtype: DType): ScalarId {
    return this.dtypeOf(x) === dtype ? x : this.#add({ kind: "op", op: "cast", args: [x], dtype });
  }
}
