import { isTypedArray } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";

/** A word or a whole number. */
export type Token = string | number;

/** Tokens in nested arrays, or numbers in a tensor. */
export type TokenInput = Token | Tensor | readonly TokenInput[] | ArrayLike<number>;

/** Nested tokens, flat and with their shape. */
export interface Tokens {
  readonly values: readonly Token[];
  readonly shape: readonly number[];
}

/** Reads nested arrays of tokens, typed arrays and tensors. */
export function readTokens(where: string, input: unknown): Tokens {
  if (input instanceof Tensor) return { values: Array.from(input.dataSync(), Number), shape: input.dims };
  if (isTypedArray(input))
    return { values: Array.from(input as Iterable<number>, Number), shape: [input.length] }; // SAFETY: typed arrays iterate over numbers
  if (typeof input === "string" || typeof input === "number") return { values: [input], shape: [] };
  if (typeof input === "bigint") return { values: [Number(input)], shape: [] };
  if (!Array.isArray(input))
    throw new OptionError(
      `${where}: expected strings or numbers in arrays, or a tensor; received ${input === null ? "null" : typeof input}.`,
    );
  const parts = input.map((child) => readTokens(where, child));
  const [first] = parts;
  const odd = parts.find(({ shape }) => shape.join() !== first?.shape.join());
  if (odd !== undefined)
    throw new ShapeError(
      `${where}: expected rows of one length, received lengths ${first?.shape[0] ?? 0} and ${odd.shape[0] ?? 0}.`,
    );
  return { values: parts.flatMap(({ values }) => values), shape: [parts.length, ...(first?.shape ?? [])] };
}

/** Flat values as nested arrays. */
export function nest<T>(values: readonly T[], shape: readonly number[]): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return values[0];
  const length = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, i) => nest(values.slice(i * length, (i + 1) * length), rest));
}

/** The rows along the last axis, and the axes before it. */
export function rowsOf<T>(
  values: readonly T[],
  shape: readonly number[],
): { readonly rows: readonly (readonly T[])[]; readonly outer: readonly number[] } {
  const length = shape.at(-1) ?? 1;
  const outer = shape.slice(0, -1);
  const count = outer.reduce((a, b) => a * b, 1);
  return { rows: Array.from({ length: count }, (_, i) => values.slice(i * length, (i + 1) * length)), outer };
}
