import * as p from "../ir/primitives/functions.ts";
import type { Params } from "../ir/primitive.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../ir/program.ts";
import { invariant } from "../util/errors.ts";

/**
 * Replaces every composite primitive by the primitives it stands for, inside control flow too.
 *
 * Gradients are built before: a composite has a rule of its own, which is better than that of its parts.
 */
export function expandComposites(program: Program): Program {
  if (!hasComposite(program)) return program;
  const builder = new ProgramBuilder();
  const values = new Map<Var, Var>();
  const read = (value: Var): Var => {
    const found = values.get(value);
    invariant(found !== undefined, "expandComposites: a value is used before it is defined");
    return found;
  };
  for (const value of program.inputs) values.set(value, builder.input(value));
  for (const value of program.state) values.set(value, builder.stateInput(value));
  for (const { primitive, inputs, params, outputs } of program.equations) {
    const operands = inputs.map(read);
    const { lowering } = primitive;
    const results =
      lowering.kind === "composite"
        ? withBuilder(builder, () => lowering.expand(operands, params, p))
        : builder.emit(primitive, operands, expandInside(params));
    outputs.forEach((value, i) => {
      const result = results[i];
      invariant(result !== undefined, `${primitive.name}: its expansion has too few results`);
      values.set(value, result);
    });
  }
  const updates = program.updates.map((value) => (value === null ? null : read(value)));
  // Expansions may use composites themselves.
  return expandComposites(builder.finish(program.outputs.map(read), updates));
}

function hasComposite({ equations }: Program): boolean {
  return equations.some(
    ({ primitive, params }) =>
      primitive.lowering.kind === "composite" || programsIn(params).some(hasComposite),
  );
}

function programsIn(params: Params): Program[] {
  return Object.values(params)
    .flatMap((value: unknown) => (Array.isArray(value) ? [...value] : [value]))
    .filter(isProgram);
}

function expandInside(params: Params): Params {
  if (programsIn(params).length === 0) return params;
  const expand = (value: unknown): unknown => (isProgram(value) ? expandComposites(value) : value);
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(expand) : expand(value),
    ]),
  );
}

function isProgram(value: unknown): value is Program {
  return typeof value === "object" && value !== null && "equations" in value && "updates" in value;
}
