import { Progbar } from "../../callbacks/progbar.ts";
import { Dataset } from "../../data/dataset.ts";
import { adaptTo } from "../../layers/adapt.ts";
import { TextVectorization } from "../../layers/preprocessing/text-vectorization.ts";
import { Discretization } from "../../layers/preprocessing/discretization.ts";
import { IndexLookup } from "../../layers/preprocessing/index-lookup.ts";
import { Normalization } from "../../layers/normalization/normalization.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { TensorInput } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import type { TokenInput } from "../../layers/preprocessing/tokens.ts";
import { DataError, OptionError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { columnOf } from "./columns.ts";
import type { Feature } from "./feature.ts";

/** Layers that learn from data, in the manner of each. */
interface Learner {
  take(values: unknown): void;
  finish(): void;
}

/** Whether a layer has to learn from data before it is used. */
export function isAdaptable(layer: LayerBase): boolean {
  if (layer instanceof Normalization) return layer.inputMean === null;
  if (layer instanceof Discretization) return layer.numBins !== null;
  if (layer instanceof TextVectorization) return layer.vocabulary === null;
  return "adapt" in layer && typeof layer.adapt === "function";
}

/** How one layer learns from columns that come one after the other. */
function learnerOf(layer: LayerBase): Learner {
  if (layer instanceof IndexLookup || layer instanceof TextVectorization) {
    layer.resetState();
    return {
      take: (values) => layer.updateState(values as TokenInput), // SAFETY: columns of such features hold tokens
      finish: () => layer.finalizeState(),
    };
  }
  const columns: unknown[] = [];
  return {
    take: (values) => void columns.push(values),
    finish: () => {
      const { adapt } = layer as unknown as { adapt: (data: Iterable<TensorInput>) => unknown }; // SAFETY: isAdaptable
      const done = adapt.call(layer, columns.values() as Iterable<TensorInput>); // SAFETY: what the layer takes
      if (done instanceof Promise)
        throw new OptionError(`${layer.where}: adapt gave a promise for batches that are at hand.`);
    },
  };
}

/** Rows of data that are given at once are taken in batches of this size, as Keras does. */
const batchSize = 32;

/** Lets layers of features learn from data: an object of columns, or batches of such objects. */
export function adaptFeatures(
  where: string,
  features: ReadonlyMap<string, Feature>,
  data: unknown,
  verbose: 0 | 1 | 2,
): Promise<void> | void {
  const learners = [...features].map(([name, feature]) => ({
    name,
    feature,
    learner: learnerOf(feature.preprocessor),
  }));
  const batches = isPlainObject(data) ? batchesOf(where, features, data) : checked(where, data);
  const bar = new Progbar(lengthOf(batches), { verbose, unitName: "step" });
  let steps = 0;
  /** Single rows, until they make a batch. */
  const waiting = new Map<Learner, unknown[]>();
  const takeOne = (learner: Learner, values: unknown): void => {
    const rows = [...(waiting.get(learner) ?? []), ...rowsOf(values)];
    waiting.set(learner, rows.length < batchSize ? rows : []);
    if (rows.length >= batchSize) learner.take(rows);
  };
  const take = (batch: unknown): void => {
    const x: unknown = Array.isArray(batch) ? batch[0] : batch;
    if (!isPlainObject(x))
      throw new DataError(`${where}: adapt: expected batches that are objects of features by name.`);
    for (const { name, feature, learner } of learners) {
      if (!(name in x))
        throw new DataError(
          `${where}: adapt: the data has no feature "${name}". It has: ${Object.keys(x).join(", ")}.`,
        );
      const { values, isOne } = columnOf(`${where}: ${name}`, feature, x[name]);
      if (isOne) takeOne(learner, values);
      else learner.take(values);
    }
    bar.update(++steps);
  };
  const finish = (): void => {
    for (const [learner, rows] of waiting) if (rows.length > 0) learner.take(rows);
    if (steps === 0) throw new DataError(`${where}: adapt was given no data. Give it at least one batch.`);
    for (const { learner } of learners) learner.finish();
    bar.update(steps, {}, true);
  };
  return adaptTo(Array.isArray(batches) ? batches.values() : batches, take, finish);
}

/** How many batches there are; null where that is not known. */
function lengthOf(batches: unknown): number | null {
  if (Array.isArray(batches)) return batches.length;
  const count = batches instanceof Dataset ? batches.cardinality : null;
  return count !== null && Number.isFinite(count) ? count : null;
}

function checked(where: string, data: unknown): unknown {
  const isIterable =
    typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (isIterable && !Array.isArray(data) && !(data instanceof Tensor)) return data;
  throw new DataError(
    `${where}: adapt: expected a Dataset, or an object of columns by name, received ${Array.isArray(data) ? "an array" : typeof data}.`,
  );
}

/** Columns in batches. */
function batchesOf(
  where: string,
  features: ReadonlyMap<string, Feature>,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>>[] {
  const columns = [...features].map(([name, feature]): [string, readonly unknown[]] => {
    const given = data[name];
    if (given === undefined)
      throw new DataError(
        `${where}: adapt: the data has no feature "${name}". It has: ${Object.keys(data).join(", ")}.`,
      );
    const { values } = columnOf(`${where}: ${name}`, feature, given);
    return [name, rowsOf(values)];
  });
  const count = columns[0]?.[1].length ?? 0;
  const odd = columns.find(([, rows]) => rows.length !== count);
  if (odd !== undefined)
    throw new DataError(
      `${where}: adapt: expected ${count} values of each feature, received ${odd[1].length} of "${odd[0]}".`,
    );
  return Array.from({ length: Math.ceil(count / batchSize) }, (_, i) =>
    Object.fromEntries(columns.map(([name, rows]) => [name, rows.slice(i * batchSize, (i + 1) * batchSize)])),
  );
}

/** The rows of a column: nested tokens, or numbers. */
function rowsOf(values: unknown): readonly unknown[] {
  return (values instanceof Tensor ? values.arraySync() : values) as readonly unknown[]; // SAFETY: a column has two axes at least
}
