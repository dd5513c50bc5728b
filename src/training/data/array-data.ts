import { type HostArray, mapArrays } from "../../graph/compiled-function.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import { DataError } from "../../util/errors.ts";
import type { HostTree } from "./host-arrays.ts";

/** Whole data in memory. */
export interface ArrayData {
  readonly x: HostTree;
  readonly y: HostTree | null;
  readonly sampleWeight: HostTree | null;
}

/** All arrays of the data, with the names that errors give them. */
export function arraysOf(data: ArrayData): { readonly name: string; readonly array: HostArray }[] {
  return (["x", "y", "sampleWeight"] as const).flatMap((part) => {
    const tree = data[part];
    const arrays: HostArray[] = [];
    if (tree !== null) mapArrays(tree, (array) => arrays.push(array));
    return arrays.map((array, i) => ({ name: arrays.length === 1 ? part : `${part}[${i}]`, array }));
  });
}

/**
 * Number of samples, which all arrays must agree on.
 *
 * @throws {DataError} when they do not.
 */
export function countSamples(where: string, data: ArrayData): number {
  const arrays = arraysOf(data);
  const count = arrays[0]?.array.shape[0] ?? 0;
  if (arrays.some(({ array }) => array.shape[0] !== count)) {
    const sizes = arrays.map(({ name, array }) => `${name} ${formatShape(array.shape)}`).join(", ");
    throw new DataError(
      `${where}: expected as many samples in all arrays, received ${sizes}. The first axis counts samples.`,
    );
  }
  return count;
}

/** The samples `from … to − 1`, as views. */
export function sliceSamples(data: ArrayData, from: number, to: number): ArrayData {
  const cut = (tree: HostTree | null): HostTree | null =>
    tree === null ? null : mapArrays(tree, (array) => sliceArray(array, from, to));
  return {
    x: mapArrays(data.x, (array) => sliceArray(array, from, to)),
    y: cut(data.y),
    sampleWeight: cut(data.sampleWeight),
  };
}

function sliceArray({ data, shape, dtype }: HostArray, from: number, to: number): HostArray {
  const row = sizeOf(shape.slice(1));
  return { data: data.subarray(from * row, to * row), shape: [to - from, ...shape.slice(1)], dtype };
}
