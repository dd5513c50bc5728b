import { type Equation, type Program, Var } from "../../ir/program.ts";
import { type Choice, chooseValues } from "./choose.ts";
import { isPointwise, Lifetimes } from "./lifetimes.ts";

/** A program in which some values are computed twice. */
export interface Rematerialised {
  readonly program: Program;
  /** The second ones: to be computed no earlier than where they stand. */
  readonly late: ReadonlySet<Var>;
}

/**
 * Trades work for memory: cheap values (activations, normalized values, casts, views, dropout masks) that wait in
 * memory for the backward pass are computed anew there, from what is in memory anyway, until the estimate of what is in
 * memory at once fits the budget or nothing more can be gained.
 *
 * Equations are pure, so the second value is the first one, bit by bit.
 */
export function rematerialise(program: Program, budgetBytes: number): Rematerialised {
  const lifetimes = new Lifetimes(program);
  const choice = chooseValues(lifetimes, budgetBytes);
  return choice.size === 0 ? { program, late: new Set() } : duplicate(lifetimes, choice);
}

/** Copies the equations of chosen values in front of their late readers. */
function duplicate(lifetimes: Lifetimes, choice: Choice): Rematerialised {
  const { program, definitions } = lifetimes;
  const equations: Equation[] = [];
  const copies = new Map<Var, Var>();
  program.equations.forEach((equation, at) => {
    const seen = new Map<Var, Var>();
    const copyOf = (value: Var): Var => {
      const known = copies.get(value) ?? seen.get(value);
      if (known !== undefined) return known;
      const definition = definitions.get(value);
      const isChosen = at > (choice.get(value) ?? Number.POSITIVE_INFINITY);
      // What is computed where it is read is copied too where a chosen value is behind it.
      const isWithin = isPointwise(definition) && (isChosen || !lifetimes.isStored(value));
      const inputs = isWithin ? definition.inputs.map(copyOf) : [];
      if (!isWithin || (!isChosen && inputs.every((input, i) => input === definition.inputs[i]))) {
        seen.set(value, value);
        return value;
      }
      const copy = new Var(value, value.builder);
      equations.push({ ...definition, inputs, outputs: [copy] });
      copies.set(value, copy);
      return copy;
    };
    equations.push({ ...equation, inputs: equation.inputs.map(copyOf) });
  });
  return { program: { ...program, equations }, late: new Set(copies.values()) };
}
