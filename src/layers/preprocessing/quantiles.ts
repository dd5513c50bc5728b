/** Values in ascending order, and how many values of the data each stands for. */
export interface Quantiles {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** Every n-th value of the sorted data, for some `1 / epsilon` values. @see Keras `layers/preprocessing/discretization.py` */
export function summarize(data: Float32Array, epsilon: number): Quantiles {
  const sorted = Float32Array.from(data).sort();
  const step = Math.max(sorted.length * epsilon, 1);
  const values: number[] = [];
  for (let i = Math.trunc(step - 1); i < sorted.length; i += Math.trunc(step)) values.push(sorted[i] ?? 0);
  return { values, weights: values.map(() => step) };
}

/** Both together, in about `1 / epsilon` values. */
export function merge(a: Quantiles, b: Quantiles, epsilon: number): Quantiles {
  const pairs = [a, b].flatMap(({ values, weights }) =>
    values.map((value, i) => [value, weights[i] ?? 0] as const),
  );
  pairs.sort(([x], [y]) => x - y);
  return compress(
    { values: pairs.map(([value]) => value), weights: pairs.map(([, weight]) => weight) },
    epsilon,
  );
}

/** Where bins of about equal content begin. */
export function boundariesOf(summary: Quantiles, bins: number): number[] {
  return compress(summary, 1 / bins).values.slice(0, -1);
}

function compress(summary: Quantiles, epsilon: number): { values: number[]; weights: number[] } {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return { values: [...values], weights: [...weights] };
  // As NumPy's arange(0, 1, epsilon): ⌈1 / epsilon⌉ steps.
  const shares = Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => epsilon + i * epsilon);
  let total = 0;
  const cumulative = weights.map((weight) => (total += weight));
  const percents = cumulative.map((weight) => weight / total);
  const bins = shares.map((share) => interpolate(share, percents, values));
  const reached = shares.map((share) => interpolate(share, percents, cumulative));
  const rounded = (list: readonly number[]): number[] => list.map(Math.fround);
  return {
    values: rounded(bins),
    weights: rounded(reached.map((weight, i) => weight - (reached[i - 1] ?? 0))),
  };
}

/** Linear interpolation between known points; constant outside. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const after = xs.findIndex((known) => known >= x);
  if (after === -1) return ys.at(-1) ?? 0;
  const [x1 = 0, y1 = 0] = [xs[after], ys[after]];
  if (after === 0) return y1;
  const [x0 = 0, y0 = 0] = [xs[after - 1], ys[after - 1]];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
