import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { isBatchIterable, isBatchList } from "./data/batch-iterables.ts";

/** What follows the data, in Keras's order; names after these are given by name alone. */
const order = {
  fit: [
    "batchSize", "epochs", "verbose", "callbacks", "validationSplit", "validationData", "shuffle", "classWeight", "sampleWeight",
    "initialEpoch", "stepsPerEpoch", "validationSteps", "validationBatchSize", "validationFreq",
  ],
  evaluate: ["batchSize", "verbose", "sampleWeight", "steps", "callbacks", "returnDict"],
  predict: ["batchSize", "verbose", "steps", "callbacks"],
  trainOnBatch: ["sampleWeight", "classWeight", "returnDict"],
  testOnBatch: ["sampleWeight", "returnDict"],
} as const; // prettier-ignore

/** A method of a model that takes data. */
export type DataMethod = keyof typeof order;

/** The arguments of such a method, sorted out. */
export interface DataArguments<O> {
  readonly x: unknown;
  readonly y: unknown;
  readonly options: O;
}

/**
 * Sorts the arguments of `fit` and its like into data and options: `fit(x, y, { epochs })`, `fit(x, y, 32, 10)`,
 * `fit(batches, { epochs })`, `fit({ x, y, epochs })`.
 *
 * @param inputNames - Of the model, which tell inputs keyed by name from arguments keyed by name.
 */
export function splitArguments<O extends object>(
  method: DataMethod,
  inputNames: readonly string[] | null,
  x: unknown,
  rest: readonly unknown[],
): DataArguments<O> {
  const names: readonly string[] = [...order[method], "signal"];
  const takesTargets = method !== "predict";
  if (rest.length === 0 && isPlainObject(x) && "x" in x && inputNames?.includes("x") !== true) {
    const { x: data, y, ...options } = x;
    if (Object.keys(options).every((name) => names.includes(name))) {
      return { x: data, y, options: options as O }; // SAFETY: the methods check their options
    }
  }
  const [first, ...more] = rest;
  const isWithoutTargets =
    takesTargets &&
    more.length === 0 &&
    isPlainObject(first) &&
    (isBatchIterable(x) ||
      (isBatchList(x) && Object.keys(first).length === 0) ||
      Object.keys(first).some((name) => names.includes(name)));
  const y = takesTargets && !isWithoutTargets ? first : undefined;
  const given = takesTargets && !isWithoutTargets ? more : rest;
  return { x, y, options: bind(method, given) as O }; // SAFETY: the methods check their options
}

/** Arguments by position, and the last by name, in one object. */
function bind(method: DataMethod, given: readonly unknown[]): Record<string, unknown> {
  const names: readonly string[] = order[method];
  const last = given.at(-1);
  const isNamed = isPlainObject(last) && names[given.length - 1] !== "classWeight";
  const positional = isNamed ? given.slice(0, -1) : given;
  if (positional.length > names.length) {
    throw new OptionError(
      `${method}: expected at most ${names.length} arguments after the data (${names.join(", ")}), received ${positional.length}.`,
    );
  }
  const options: Record<string, unknown> = {};
  positional.forEach((value, i) => {
    const name = names[i];
    if (name !== undefined && value !== undefined) options[name] = value;
  });
  for (const [name, value] of isNamed ? Object.entries(last) : []) {
    if (name in options)
      throw new OptionError(`${method}: argument \`${name}\` was given twice: by position and by name.`);
    if (value !== undefined) options[name] = value;
  }
  return options;
}
