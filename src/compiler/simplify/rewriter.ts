import type { DType } from "../../ir/dtypes.ts";
import { wrapTo } from "../../ir/elementwise.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import { type FullParams, fullPrimitive } from "../../ir/primitives/full.ts";
import { type Equation, type ProgramBuilder, Var } from "../../ir/program.ts";
import { type Dims, sameShape } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import { paramsKey } from "./params-key.ts";

/** Finds something simpler than `primitive(inputs)`, or null. `result` is what the primitive itself would give. */
export type Rule = (
  rewriter: Rewriter,
  inputs: readonly Var[],
  params: Params,
  result: Result,
  primitive: Primitive,
) => Var | null;

/** Rules by the primitives they are for. */
export type RuleTable = Readonly<Record<string, Rule>>;

export interface Result {
  readonly shape: Dims;
  readonly dtype: DType;
}

/** Dtypes whose arithmetic on doubles, rounded once, is that of the device. */
const foldable: ReadonlySet<DType> = new Set([
  "bool",
  "int8",
  "int16",
  "int32",
  "uint8",
  "uint16",
  "uint32",
  "float32",
  "float64",
]);

/** Writes a program anew: equal equations are shared, rules put simpler ones in place of those they match. */
export class Rewriter {
  readonly equations: Equation[] = [];
  readonly #builder: ProgramBuilder;
  readonly #tables: Iterable<RuleTable>;
  readonly #definitions = new Map<Var, Equation>();
  readonly #known = new Map<string, readonly Var[]>();

  constructor(builder: ProgramBuilder, tables: Iterable<RuleTable>) {
    this.#builder = builder;
    this.#tables = tables;
  }

  /** The equation that computes a value, when it has this primitive. */
  match(value: Var | undefined, name: string): Equation | null {
    const equation = value === undefined ? undefined : this.#definitions.get(value);
    return equation?.primitive.name === name ? equation : null;
  }

  definitionOf(value: Var): Equation | null {
    return this.#definitions.get(value) ?? null;
  }

  /** The number that all elements of a value are known to be. */
  constantOf(value: Var | undefined): number | null {
    const equation = this.match(value, "full");
    return equation === null ? null : (equation.params as FullParams).value; // SAFETY: the parameters of `full`
  }

  full(value: number, { shape, dtype }: Result): Var {
    const rounded = dtype === "float32" ? Math.fround(value) : wrapTo(dtype, value);
    return this.apply(fullPrimitive, [], { value: rounded, shape, dtype });
  }

  /** The one result of a primitive, simplified. */
  apply<P extends Params>(primitive: Primitive<P>, inputs: readonly Var[], params: P): Var {
    const results = primitive.infer(inputs, params);
    const [result] = results;
    invariant(result !== undefined && results.length === 1, `${primitive.name} has no single result`);
    const untyped = primitive as unknown as Primitive; // SAFETY: a rule keeps it together with its own parameters
    for (const table of this.#tables) {
      const simpler = table[primitive.name]?.(this, inputs, params, result, untyped);
      if (simpler) return simpler;
    }
    const folded = this.#fold(primitive, inputs, params, result);
    if (folded !== null) return folded;
    const [value] = this.record(primitive, inputs, params, null);
    invariant(value !== undefined, `${primitive.name} has no result`);
    return value;
  }

  /** Appends an equation, or finds an equal one. */
  record<P extends Params>(
    primitive: Primitive<P>,
    inputs: readonly Var[],
    params: P,
    outputs: readonly Var[] | null,
  ): readonly Var[] {
    const key = `${primitive.name}(${inputs.map((value) => value.id).join()})${paramsKey(params)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const values = outputs ?? primitive.infer(inputs, params).map((aval) => new Var(aval, this.#builder));
    // SAFETY: an equation keeps primitive and params of the same P together; only that primitive reads them.
    this.append({ primitive: primitive as unknown as Primitive, inputs, params, outputs: values });
    this.#known.set(key, values);
    return values;
  }

  append(equation: Equation): void {
    this.equations.push(equation);
    for (const value of equation.outputs) this.#definitions.set(value, equation);
  }

  /** An element-wise result of constants is a constant. */
  #fold<P extends Params>(
    primitive: Primitive<P>,
    inputs: readonly Var[],
    params: P,
    result: Result,
  ): Var | null {
    const { lowering } = primitive;
    if (lowering.kind !== "elementwise" || inputs.length === 0 || !foldable.has(result.dtype)) return null;
    const constants: number[] = [];
    for (const input of inputs) {
      const constant = this.constantOf(input);
      if (constant === null || !foldable.has(input.dtype)) return null;
      constants.push(constant);
    }
    const scalars = inputs.map(({ dtype }, i) => ({
      shape: [],
      dtype,
      data: Float64Array.of(constants[i] ?? 0),
    }));
    const [folded] = lowering.evaluate(scalars, params, () => []);
    return folded === undefined ? null : this.full(folded.data[0] ?? 0, result);
  }
}

/** Whether a value has the shape and dtype of a result. */
export function fits(value: Var, { shape, dtype }: Result): boolean {
  return value.dtype === dtype && sameShape(value.shape, shape);
}
