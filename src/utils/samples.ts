/** The parts of a batch: inputs, and where there are any, targets and weights. */
export type Samples<X = unknown, Y = unknown, W = unknown> =
  | readonly [x: X]
  | readonly [x: X, y: Y]
  | readonly [x: X, y: Y, sampleWeight: W];

/** One array of what is given: `[x]`, `[x, y]` or `[x, y, sampleWeight]`. @see Keras `utils.pack_x_y_sample_weight` */
export function packXYSampleWeight<X, Y = undefined, W = undefined>(
  x: X,
  y?: Y | null,
  sampleWeight?: W | null,
): Samples<X, Y | null, W> {
  if (sampleWeight !== null && sampleWeight !== undefined) return [x, y ?? null, sampleWeight];
  return y === null || y === undefined ? [x] : [x, y];
}

/**
 * `[x, y, sampleWeight]` of a batch, with null for what it lacks; what is no array is `x` itself.
 *
 * @see Keras `utils.unpack_x_y_sample_weight`
 */
export function unpackXYSampleWeight<X, Y, W>(
  data: Samples<X, Y, W> | X,
): readonly [x: X, y: Y | null, sampleWeight: W | null] {
  if (!Array.isArray(data)) return [data as X, null, null]; // SAFETY: no array of parts
  const [x, y = null, sampleWeight = null] = data as readonly [X, Y?, W?]; // SAFETY: parts in this order
  return [x, y, sampleWeight];
}
