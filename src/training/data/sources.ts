import { numberOf, recordOf } from "../../callbacks/state-values.ts";
import type { StateTree } from "../../callbacks/training-run.ts";
import { DataError, OptionError, warnOnce } from "../../util/errors.ts";
import type { PyDataset } from "../../data/py-dataset.ts";
import { maxStepsPerEpoch } from "../../util/run-limits.ts";
import { nextSeed } from "../../util/seed.ts";
import type { FunctionalStructure } from "../structure.ts";
import { type ArrayData, countSamples, sliceSamples } from "./array-data.ts";
import { ArraySource } from "./array-source.ts";
import { isBatchIterable, isBatchList } from "./batch-iterables.ts";
import type { Batch, BatchSource } from "./batch.ts";
import { toHostTree } from "./host-arrays.ts";
import { prepareWeights } from "./sample-weights.ts";

/** Data as the user gave it. */
export interface GivenData {
  readonly x: unknown;
  readonly y?: unknown;
  readonly sampleWeight?: unknown;
  readonly classWeight?: Readonly<Record<string, number>> | null | undefined;
}

export interface SourceOptions {
  /** What errors begin with: `fit`. */
  readonly where: string;
  readonly graph: FunctionalStructure | null;
  readonly batchSize: number | null;
  readonly steps: number | null;
  readonly shuffle: boolean | "batch";
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Whole data in memory, checked; null for iterables of batches. */
export function toArrayData(
  { x, y, sampleWeight, classWeight }: GivenData,
  { where, graph }: Pick<SourceOptions, "where" | "graph">,
): ArrayData | null {
  if (isAbsent(x)) throw new DataError(`${where}: expected data, received ${String(x)}.`);
  if (isBatchIterable(x)) {
    for (const [name, value] of [
      ["y", y],
      ["sampleWeight", sampleWeight],
    ] as const) {
      if (!isAbsent(value))
        throw new DataError(
          `${where}: \`${name}\` cannot be given beside an iterable: its batches hold [x, y, sampleWeight].`,
        );
    }
    return null;
  }
  if (isAbsent(y) && isAbsent(sampleWeight) && isBatchList(x) && !nestsInputs(graph)) return null;
  const targets = isAbsent(y) ? null : toHostTree("y", y, graph?.outputStructure ?? null);
  const isSeveral = targets !== null && (Array.isArray(targets) || !("data" in targets));
  const weights = isAbsent(sampleWeight)
    ? null
    : toHostTree("sampleWeight", sampleWeight, isSeveral ? undefined : null);
  const data = {
    x: toHostTree("x", x, graph?.inputStructure ?? null),
    y: targets,
    sampleWeight: prepareWeights(where, targets, weights, classWeight ?? null),
  };
  countSamples(where, data);
  return data;
}

/** True for a model whose inputs are nested arrays: pairs of tensors may be its inputs then. */
function nestsInputs(graph: FunctionalStructure | null): boolean {
  const inputs: unknown = graph?.inputStructure;
  return Array.isArray(inputs) && inputs.some((input) => Array.isArray(input));
}

/** The first part of the data, and the last, which is kept for validation. */
export function splitForValidation(
  where: string,
  data: ArrayData,
  split: number,
): { readonly train: ArrayData; readonly validation: ArrayData } {
  if (!(split > 0 && split < 1))
    throw new OptionError(`${where}: expected \`validationSplit\` between 0 and 1, received ${split}.`);
  const count = countSamples(where, data);
  const at = Math.floor(count * (1 - split));
  if (at === 0 || at === count) {
    throw new DataError(
      `${where}: ${count} samples cannot be split by validationSplit = ${split}: one part would be empty.`,
    );
  }
  return { train: sliceSamples(data, 0, at), validation: sliceSamples(data, at, count) };
}

/** Batches of whole data in memory. */
export function sourceOfArrays(
  data: ArrayData,
  { where, batchSize, steps, shuffle }: SourceOptions,
): BatchSource {
  const count = countSamples(where, data);
  const size = batchSize ?? (steps === null ? 32 : Math.ceil(count / steps));
  const seed = shuffle === false ? 0 : nextSeed();
  const limit = maxStepsPerEpoch() ?? Infinity;
  const most = limit < (steps ?? Math.ceil(count / size)) ? limit : steps;
  const source = new ArraySource(where, data, { batchSize: size, shuffle, seed, repeat: most !== null });
  return most === null ? source : new LimitedSource(source, most);
}

/** Batches of whatever was given. What iterables take is loaded for the first of them. */
export async function sourceOf(given: GivenData, options: SourceOptions): Promise<BatchSource> {
  const data = toArrayData(given, options);
  if (data !== null) return sourceOfArrays(data, options);
  const { where, graph, batchSize, steps } = options;
  if (batchSize !== null)
    warnOnce(`${where}: \`batchSize\` has no effect on an iterable, which makes its own batches.`);
  const { IterableSource } = await import("../on-demand.ts");
  const x = given.x as Iterable<unknown> | PyDataset; // SAFETY: toArrayData gives null for iterables alone
  // By its method, so that pages without one do not carry the class.
  const batches = "batchesInOrder" in x ? x.batchesInOrder(options.shuffle === false ? null : nextSeed()) : x;
  return new IterableSource(where, batches, {
    stepsPerEpoch: steps,
    limit: maxStepsPerEpoch(),
    inputs: graph?.inputStructure ?? null,
    outputs: graph?.outputStructure ?? null,
    classWeight: given.classWeight ?? null,
  });
}

/** So many batches of another source in each epoch. */
class LimitedSource implements BatchSource {
  readonly numBatches: number;
  readonly #source: BatchSource;
  #taken = 0;

  constructor(source: BatchSource, steps: number) {
    this.#source = source;
    this.numBatches = steps;
  }

  begin(): void | Promise<void> {
    this.#taken = 0;
    return this.#source.begin();
  }

  next(): ReturnType<BatchSource["next"]> {
    return this.#taken++ >= this.numBatches ? null : this.#source.next();
  }

  ahead(isElsewhere: boolean): Batch | null {
    return this.#taken < this.numBatches ? (this.#source.ahead?.(isElsewhere) ?? null) : null;
  }

  state(): StateTree {
    return { taken: this.#taken, source: this.#source.state() };
  }

  restore(state: StateTree, isWithinEpoch: boolean): void | Promise<void> {
    const { taken, source = null } = recordOf(state);
    this.#taken = numberOf(taken);
    return this.#source.restore(source, isWithinEpoch);
  }
}
