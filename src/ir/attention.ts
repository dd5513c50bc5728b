import { DTypeError, ShapeError } from "../util/errors.ts";
import type { RefArray, SampleInput } from "./primitive.ts";
import type { Aval } from "./program.ts";
import { type Dims, formatShape, indicesOf, sameShape } from "./shape.ts";

/** Parameters of `attention` and its gradient. */
export interface AttentionParams extends Record<string, unknown> {
  /** What the products of queries and keys are multiplied by. */
  readonly scale: number;
  /** Whether position i of the queries sees positions up to i of the keys only. */
  readonly isCausal: boolean;
}

/**
 * The logit of a hidden pair, as in Keras's `dot_product_attention` (−0.7 of the largest bfloat16): finite, so that a
 * query which sees nothing weighs all values alike.
 */
export const hiddenLogit: number = -0.7 * 3.38953e38;

/** Sizes of the operands of attention. */
export interface AttentionSizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  /** Size of queries and keys. */
  readonly depth: number;
  /** Size of values. */
  readonly width: number;
}

/** Sizes of queries `[batch, t, heads, n]`, keys `[batch, s, heads, n]` and values `[batch, s, heads, m]`. */
export function attentionSizes(query: Dims, key: Dims, value: Dims): AttentionSizes {
  const [batch = 0, queries = 0, heads = 0, depth = 0] = query;
  return { batch, queries, heads, depth, keys: key[1] ?? 0, width: value[3] ?? 0 };
}

/** Checks operands of attention; a mask has the shape `[batch, heads, t, s]`, with 1 where it is the same for all. */
export function checkAttention(
  where: string,
  operands: readonly Aval[],
  mask: Aval | undefined,
): AttentionSizes {
  const [query = [], key = [], value = []] = operands.map(({ shape }) => shape);
  const sizes = attentionSizes(query, key, value);
  const { batch, queries, keys, heads, depth, width } = sizes;
  const fits =
    query.length === 4 &&
    sameShape(key, [batch, keys, heads, depth]) &&
    sameShape(value, [batch, keys, heads, width]);
  if (!fits) {
    throw new ShapeError(
      `${where}: shapes ${[query, key, value].map(formatShape).join(", ")} of query, key and value do not match.`,
    );
  }
  const odd = operands.find(({ dtype }) => dtype !== "float32");
  if (odd !== undefined) throw new DTypeError(`${where}: expected float32, received ${odd.dtype}.`);
  if (mask === undefined) return sizes;
  const whole = [batch, heads, queries, keys];
  const isMask =
    mask.dtype === "bool" &&
    mask.shape.length === 4 &&
    mask.shape.every((size, axis) => size === 1 || size === whole[axis]);
  if (!isMask) {
    throw new ShapeError(
      `${where}: expected a bool mask that broadcasts to ${formatShape(whole)}, received ${formatShape(mask.shape)} ${mask.dtype}.`,
    );
  }
  return sizes;
}

/** One query against all keys: for the reference. */
export interface AttentionRow {
  /** Elements of the arrays at this query: of query, result, cotangent; and of one number for each query and head. */
  readonly query: number;
  readonly result: number;
  readonly statistic: number;
  /** Scaled products with the keys. */
  readonly logits: Float64Array;
  readonly visible: readonly boolean[];
  /** First elements of each key and value. */
  readonly key: (j: number) => number;
  readonly value: (j: number) => number;
}

/** Visits every query of every head. */
export function visitRows(
  [query, key, value]: readonly RefArray[],
  mask: RefArray | undefined,
  { scale, isCausal }: AttentionParams,
  visit: (row: AttentionRow) => void,
): void {
  if (!query || !key || !value) return;
  const { batch, queries, keys, heads, depth, width } = attentionSizes(query.shape, key.shape, value.shape);
  const seen = (place: Dims): boolean => {
    if (!mask) return true;
    const at = mask.shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (place[axis] ?? 0)), 0);
    return mask.data[at] !== 0;
  };
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const statistic = (b * queries + i) * heads + h;
        const row = statistic * depth;
        const keyAt = (j: number): number => ((b * keys + j) * heads + h) * depth;
        const logits = Float64Array.from({ length: keys }, (_, j) => {
          let sum = 0;
          for (let c = 0; c < depth; c++) sum += (query.data[row + c] ?? 0) * (key.data[keyAt(j) + c] ?? 0);
          return scale * sum;
        });
        visit({
          query: row,
          result: statistic * width,
          statistic,
          logits,
          visible: Array.from({ length: keys }, (_, j) => (!isCausal || j <= i) && seen([b, h, i, j])),
          key: keyAt,
          value: (j) => ((b * keys + j) * heads + h) * width,
        });
      }
    }
  }
}

/** Operands and parameters of samples: sizes around those of tiles, masks of every shape. */
export interface AttentionCase {
  readonly sizes: AttentionSizes;
  readonly params: AttentionParams;
  /** The mask's shape. */
  readonly mask?: Dims;
  /** Whether some queries see nothing; else all see at least the first key. */
  readonly isBlind?: boolean;
}

export const attentionCases: readonly AttentionCase[] = [
  {
    sizes: { batch: 1, queries: 3, keys: 4, heads: 1, depth: 2, width: 3 },
    params: { scale: 0.7, isCausal: false },
  },
  {
    sizes: { batch: 2, queries: 5, keys: 7, heads: 2, depth: 4, width: 4 },
    params: { scale: 0.5, isCausal: true },
  },
  {
    sizes: { batch: 2, queries: 6, keys: 6, heads: 3, depth: 5, width: 9 },
    params: { scale: -0.4, isCausal: true },
    mask: [2, 1, 6, 6],
  },
  {
    sizes: { batch: 2, queries: 4, keys: 9, heads: 2, depth: 3, width: 2 },
    params: { scale: 1, isCausal: false },
    mask: [2, 1, 1, 9],
  },
  {
    sizes: { batch: 1, queries: 70, keys: 67, heads: 2, depth: 8, width: 12 },
    params: { scale: 0.3, isCausal: false },
    mask: [1, 2, 70, 1],
    isBlind: true,
  },
  {
    sizes: { batch: 1, queries: 9, keys: 67, heads: 2, depth: 4, width: 4 },
    params: { scale: 0.4, isCausal: false },
    mask: [1, 1, 9, 67],
    isBlind: true,
  },
  {
    sizes: { batch: 1, queries: 130, keys: 131, heads: 1, depth: 3, width: 5 },
    params: { scale: 0.6, isCausal: true },
  },
  {
    sizes: { batch: 1, queries: 7, keys: 150, heads: 1, depth: 2, width: 1 },
    params: { scale: 0.6, isCausal: true },
  },
  {
    sizes: { batch: 1, queries: 1, keys: 1, heads: 1, depth: 1, width: 1 },
    params: { scale: 1, isCausal: false },
  },
];

/** Whether a case is small enough, and its statistics are, for differences. */
export function isDifferentiable({ isBlind = false, sizes }: AttentionCase): boolean {
  return !isBlind && sizes.queries * sizes.keys < 100;
}

/** Whether the query of a case sees the key; of a blind case every third query sees nothing. */
function seesOf({ isBlind = false }: AttentionCase, query: number, key: number): boolean {
  return isBlind ? query % 3 !== 1 : key === 0 || (query * 3 + key * 7) % 5 < 2;
}

/** The inputs of a case's sample: query, key and value, then `others`, then the mask. */
export function attentionInputs(
  attentionCase: AttentionCase,
  others: readonly SampleInput[],
): readonly SampleInput[] {
  const { sizes, mask } = attentionCase;
  const { batch, queries, keys, heads, depth, width } = sizes;
  const inputs = [
    [batch, queries, heads, depth],
    [batch, keys, heads, depth],
    [batch, keys, heads, width],
  ].map((shape): SampleInput => ({ shape, dtype: "float32" }));
  if (mask === undefined) return [...inputs, ...others];
  const values = [...indicesOf(mask)].map(([, , i = 0, j = 0]) => Number(seesOf(attentionCase, i, j)));
  return [...inputs, ...others, { shape: mask, dtype: "bool", values }];
}

/** Logarithms of sums, as samples of the gradient need them: `[batch, t, heads]`. */
export function attentionStatistics(attentionCase: AttentionCase): SampleInput {
  const { batch, queries, heads } = attentionCase.sizes;
  const shape = [batch, queries, heads];
  if (attentionCase.isBlind !== true) return { shape, dtype: "float32", low: 1, high: 3 };
  const values = [...indicesOf(shape)].map(([, i = 0, h = 0]) =>
    seesOf(attentionCase, i, 1) ? 2 + 0.1 * ((i + h) % 7) : hiddenLogit,
  );
  return { shape, dtype: "float32", values };
}
