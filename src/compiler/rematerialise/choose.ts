import type { Var } from "../../ir/program.ts";
import { costOf } from "../schedule/roots.ts";
import { isPointwise, type Lifetime, type Lifetimes } from "./lifetimes.ts";

/** Most additions for each element that computing a value again may cost: a dropout mask's random bits cost some 120. */
const mostOps = 160;

/** How a value is computed again from others that are in memory when it is read late. */
interface Recipe {
  readonly value: Var;
  /** What is computed again on the way: the value itself, and what else is pointwise. */
  readonly steps: readonly Var[];
  /** What has to stay longer for it. */
  readonly kept: readonly Var[];
  readonly saved: number;
}

/** What is to be computed again, each for its readers after an equation. */
export type Choice = ReadonlyMap<Var, number>;

interface Span {
  readonly bytes: number;
  readonly start: number;
  end: number;
}

/** Chooses values to compute again until what is in memory at once, by the estimate, is below a budget or no choice helps. */
export function chooseValues(lifetimes: Lifetimes, budgetBytes: number): Choice {
  return new Chooser(lifetimes).choose(budgetBytes);
}

class Chooser {
  readonly #lifetimes: Lifetimes;
  readonly #spans = new Map<Var, Span>();
  readonly #copies: Span[] = [];
  readonly #chosen = new Map<Var, number>();
  /** Values that recipes start from. */
  readonly #kept = new Set<Var>();

  constructor(lifetimes: Lifetimes) {
    this.#lifetimes = lifetimes;
    for (const [value, { bytes, start, reads }] of lifetimes.ofValue)
      this.#spans.set(value, { bytes, start, end: reads.at(-1) ?? start });
  }

  choose(budgetBytes: number): Choice {
    for (;;) {
      const { time, bytes } = this.#peak();
      if (bytes <= budgetBytes) break;
      const best = this.#best(time);
      if (best === null) break;
      this.#apply(best, time);
    }
    return this.#chosen;
  }

  /** When most is in memory, and how much. */
  #peak(): { readonly time: number; readonly bytes: number } {
    const changes = new Float64Array(this.#lifetimes.program.equations.length + 2);
    for (const { bytes, start, end } of [...this.#spans.values(), ...this.#copies]) {
      changes[start] = (changes[start] ?? 0) + bytes;
      changes[end + 1] = (changes[end + 1] ?? 0) - bytes;
    }
    let [live, time, most] = [0, 0, 0];
    changes.forEach((change, at) => {
      live += change;
      if (live > most) [time, most] = [at, live];
    });
    return { time, bytes: most };
  }

  /** The recipe that saves most of what only waits at the peak. */
  #best(time: number): Recipe | null {
    let best: Recipe | null = null;
    for (const [value, { start, end, bytes }] of this.#spans) {
      if (start >= time || end <= time || bytes <= (best?.saved ?? 0)) continue;
      const recipe = this.#recipe(value, time);
      if (recipe !== null && recipe.saved > (best?.saved ?? 0)) best = recipe;
    }
    return best;
  }

  #recipe(value: Var, time: number): Recipe | null {
    const lifetime = this.#lifetimes.ofValue.get(value);
    const definition = this.#lifetimes.definitions.get(value);
    if (lifetime === undefined || this.#chosen.has(value) || this.#kept.has(value)) return null;
    if (!isPointwise(definition) || definition.inputs.length === 0) return null;
    // Results are kept to the end whatever is done.
    const last = lifetime.reads.at(-1) ?? 0;
    if (last === this.#lifetimes.program.equations.length || isReadAt(lifetime, time)) return null;
    const steps: Var[] = [];
    const kept = new Set<Var>();
    const seen = new Set<Var>();
    let ops = 0;
    const visit = (given: Var, isTop: boolean): void => {
      if (seen.has(given)) return;
      seen.add(given);
      const equation = this.#lifetimes.definitions.get(given);
      if (equation === undefined) return;
      if (!isPointwise(equation) || (!isTop && this.#stays(given, lifetime, last))) {
        kept.add(given);
        return;
      }
      steps.push(given);
      ops += costOf(equation);
      for (const input of equation.inputs) visit(input, false);
    };
    visit(value, true);
    if (ops > mostOps) return null;
    const extra = [...kept].reduce((sum, other) => sum + this.#extra(other, time, last), 0);
    return { value, steps, kept: [...kept], saved: lifetime.bytes - extra };
  }

  /** Whether a stored value is worth starting from: it is there then, or small. */
  #stays(value: Var, of: Lifetime, last: number): boolean {
    const span = this.#spans.get(value);
    if (span === undefined || this.#chosen.has(value)) return false;
    return span.end >= last || span.bytes * 8 <= of.bytes;
  }

  /** Bytes that are at the peak because a value has to stay until `last`. */
  #extra(value: Var, time: number, last: number): number {
    const span = this.#spans.get(this.#lifetimes.behind(value));
    return span === undefined || span.end >= Math.min(time, last) ? 0 : span.bytes;
  }

  #apply({ value, steps, kept }: Recipe, time: number): void {
    const lifetime = this.#lifetimes.ofValue.get(value);
    const span = this.#spans.get(value);
    if (lifetime === undefined || span === undefined) return;
    const early = lifetime.reads.filter((at) => at <= time);
    const late = lifetime.reads.filter((at) => at > time);
    const last = late.at(-1) ?? time;
    span.end = early.at(-1) ?? span.start;
    this.#copies.push({ bytes: span.bytes, start: late[0] ?? time, end: last });
    for (const step of steps) this.#chosen.set(step, Math.min(this.#chosen.get(step) ?? time, time));
    for (const other of kept) {
      const known = this.#lifetimes.behind(other);
      this.#kept.add(known);
      const otherSpan = this.#spans.get(known);
      if (otherSpan !== undefined) otherSpan.end = Math.max(otherSpan.end, last);
    }
  }
}

function isReadAt({ reads }: Lifetime, time: number): boolean {
  return reads.includes(time);
}
