import * as p from "../../ir/primitives/functions.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { invariant } from "../../util/errors.ts";
import type { Emitter } from "./emitter.ts";
import { foldWhole } from "./fold.ts";
import { ruleFor } from "./primitives/index.ts";
import type { Site } from "./site.ts";
import { neededBy, type Step, stepsOf, type Zipped } from "./steps.ts";
import { type Origin, sizesOf, type Trace } from "./trace.ts";
import { Unsupported } from "./unsupported.ts";
import type { Value } from "./value.ts";

/** Something that cannot be written, and whose it is. */
export interface Refusal {
  readonly where: string;
  readonly why: string;
}

/** Writes traced programs into graphs. */
export class Exporter {
  readonly #refusals: Refusal[] = [];
  readonly #origins: Trace["origins"];

  constructor(origins: Trace["origins"]) {
    this.#origins = origins;
  }

  /** What could not be written, each layer and reason once. */
  get refusals(): readonly Refusal[] {
    const seen = new Set<string>();
    return this.#refusals.filter(({ where, why }) => {
      const key = `${where} ${why}`;
      return !seen.has(key) && seen.add(key);
    });
  }

  /** Writes the steps that the outputs need; `values` has the inputs and gets all that are written. */
  write(
    e: Emitter,
    steps: readonly Step[],
    outputs: readonly Var[],
    values: Map<Var, Value>,
    around: Origin | null,
  ): Value[] {
    const needed = neededBy(steps, outputs);
    const { prefix } = e.graph;
    for (const [i, step] of steps.entries()) {
      if (!needed.has(i)) continue;
      const { zipped, native } = step;
      const own = zipped[0] === undefined ? null : (this.#origins.get(zipped[0]) ?? around);
      const origin = native?.origin ?? own;
      e.graph.prefix = origin === null || origin.path === "" ? prefix : origin.path;
      try {
        if (native === null) this.#writeEquation(e, zipped, values, own);
        else if (!native.outputs.every((output) => values.has(output))) {
          const results = native.write(e, (value) => read(values, value));
          native.outputs.forEach((output, k) => {
            const value = results[k];
            invariant(value !== undefined, "a result of a call was not written");
            values.set(output, value);
          });
        }
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        this.#refusals.push({ where: whereOf(origin), why: error.message });
        // So that what follows is looked at as well.
        for (const output of step.outputs)
          values.set(
            output,
            e.tensor("", output.dtype, sizesOf(Array.from({ length: e.count }, () => output))),
          );
      }
    }
    e.graph.prefix = prefix;
    return outputs.map((output) => read(values, output));
  }

  #writePrograms(
    e: Emitter,
    programs: readonly Program[],
    values: Map<Var, Value>,
    origin: Origin | null,
  ): Value[] {
    return this.write(e, stepsOf(programs, new Map()), programs[0]?.outputs ?? [], values, origin);
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
        return this.#writePrograms(at, programs, inner, origin);
      },
      expand: (at) => this.#expand(at, zipped, values, origin),
    };
    const results = foldWhole(e, site) ?? ruleFor(primitive)(e, site);
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
      return builder.finish(withBuilder(builder, () => lowering.expand(operands, params, p)));
    });
    const inner = new Map(values);
    zipped[0]?.inputs.forEach((value, k) => {
      const operand = programs[0]?.inputs[k];
      if (operand !== undefined) inner.set(operand, read(values, value));
    });
    return this.#writePrograms(e, programs, inner, origin);
  }
}

/** What stands for a value of the program. */
export function read(values: ReadonlyMap<Var, Value>, value: Var): Value {
  const found = values.get(value);
  invariant(found !== undefined, "a value is used before it is written");
  return found;
}

function whereOf(origin: Origin | null): string {
  if (origin?.layer !== null && origin?.layer !== undefined) return origin.layer.where;
  return origin?.op === null || origin === null ? "the model's graph" : `ops.${origin.op} (Operation)`;
}
