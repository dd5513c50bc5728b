/** Letters from the `first`-th of the alphabet on. */
function letters(first: number, count: number): string {
  return String.fromCharCode(...Array.from({ length: count }, (_, i) => 97 + first + i));
}

/** An einsum of a dense layer that takes the last `bound` axes to `outputs` new ones. */
export function projection(
  free: number,
  bound: number,
  outputs: number,
): { readonly equation: string; readonly biasAxes: string } {
  const [kept, summed, made] = [
    letters(0, free),
    letters(free, bound),
    letters(free + bound, outputs),
  ] as const;
  return { equation: `${kept}${summed},${summed}${made}->${kept}${made}`, biasAxes: made };
}

/** How scores are made of keys and queries, and outputs of scores and values. */
export interface AttentionEquations {
  readonly dotProduct: string;
  readonly combine: string;
  /** Rank of the scores. */
  readonly rank: number;
}

/**
 * The einsums of attention between tensors `[batch, …, heads, size]` along some of their axes.
 *
 * @param rank - Rank of the projected query.
 */
export function attentionEquations(rank: number, axes: readonly number[]): AttentionEquations {
  const target = letters(0, rank);
  let next = rank;
  const source = Array.from(target, (letter, i) => (axes.includes(i) ? letters(next++, 1) : letter)).join("");
  const batch = Array.from({ length: rank - 1 }, (_, i) => i).filter((i) => !axes.includes(i));
  const pick = (from: string, indices: readonly number[]): string =>
    indices.map((i) => from.charAt(i)).join("");
  const scores = `${pick(target, batch)}${pick(target, axes)}${pick(source, axes)}`;
  return {
    dotProduct: `${source},${target}->${scores}`,
    combine: `${scores},${source}->${target}`,
    rank: scores.length,
  };
}
