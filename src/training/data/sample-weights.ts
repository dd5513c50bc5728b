import type { HostArray } from "../../graph/compiled-function.ts";
import { mapArrays } from "../../graph/compiled-function.ts";
import { toNumbers } from "../../ir/numbers.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import { DataError, OptionError } from "../../util/errors.ts";
import type { HostTree } from "./host-arrays.ts";

function isArray(tree: HostTree): tree is HostArray {
  return !Array.isArray(tree) && "data" in tree && ArrayBuffer.isView(tree.data);
}

/**
 * The sample weights of a batch or a data set: those given (one array stands for every output), or those of the classes.
 *
 * @throws {DataError} when they do not fit the targets.
 */
export function prepareWeights(
  where: string,
  y: HostTree | null,
  sampleWeight: HostTree | null,
  classWeight: Readonly<Record<string, number>> | null,
): HostTree | null {
  if (classWeight !== null) {
    if (sampleWeight !== null)
      throw new OptionError(`${where}: expected \`classWeight\` or \`sampleWeight\`, received both.`);
    if (y === null || !isArray(y))
      throw new DataError(`${where}: \`classWeight\` needs the targets of exactly one output.`);
    return weightsOfClasses(where, y, classWeight);
  }
  if (sampleWeight === null || y === null || isArray(y) || !isArray(sampleWeight)) return sampleWeight;
  const { shape } = sampleWeight;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new DataError(
      `${where}: one \`sampleWeight\` for several outputs must have one number for each sample, received ${formatShape(shape)}. Give one array for each output.`,
    );
  }
  return mapArrays(y, () => sampleWeight);
}

/** One weight for each sample: that of its class, 1 where the table has none. */
function weightsOfClasses(
  where: string,
  y: HostArray,
  classWeight: Readonly<Record<string, number>>,
): HostArray {
  const table = new Map<number, number>();
  for (const [key, weight] of Object.entries(classWeight)) {
    const index = Number(key);
    if (!Number.isInteger(index) || typeof weight !== "number") {
      throw new OptionError(
        `${where}: expected \`classWeight\` as { class index: weight }, received ${JSON.stringify(key)}: ${JSON.stringify(weight)}.`,
      );
    }
    table.set(index, weight);
  }
  const count = y.shape[0] ?? 0;
  const width = sizeOf(y.shape.slice(1));
  const last = y.shape.length > 1 ? (y.shape.at(-1) ?? 1) : 1;
  if (width !== last)
    throw new DataError(
      `${where}: \`classWeight\` needs one class for each sample, received targets of shape ${formatShape(y.shape)}.`,
    );
  const numbers = toNumbers(y.data, y.dtype);
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let j = 1; j < width; j++)
      if ((numbers[i * width + j] ?? 0) > (numbers[i * width + best] ?? 0)) best = j;
    const index = width === 1 ? Math.round(numbers[i] ?? 0) : best;
    data[i] = table.get(index) ?? 1;
  }
  return { data, shape: [count], dtype: "float32" };
}
