import { isTensorHolder, isTypedArray, type TensorInput, toValue } from "../ops/core/convert.ts";
import { Value } from "../ops/core/value.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject, didYouMean } from "../util/options.ts";

/** The parameters of a layer's `call`. */
export interface CallArguments {
  /** Names of the arguments handed to `call` by position: the tensors. */
  readonly tensors: readonly string[];
  /** Names of the options handed to `call` in one object, in Keras's order. */
  readonly options: readonly string[];
  /** Whether further options are allowed: true for classes that declare nothing. */
  readonly open?: boolean;
}

/** The arguments of classes that do not declare theirs: `call(inputs, { training, mask, … })`. */
export const defaultCallArguments: CallArguments = {
  tensors: ["inputs"],
  options: ["training", "mask"],
  open: true,
};

/** One call, sorted out. */
export interface BoundCall {
  /** One for each of `CallArguments.tensors` that was given. */
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Sorts the arguments of `layer(…)` into tensors and options. */
export function bindCall(where: string, declared: CallArguments, given: readonly unknown[]): BoundCall {
  const last = given.at(-1);
  const tensors = tensorNames(declared, given);
  const names = [...tensors, ...declared.options];
  const hasOptions = given.length > 1 && isPlainObject(last) && !holdsTensorOnly(last, names);
  const positional = hasOptions ? given.slice(0, -1) : given;
  if (positional.length > names.length) {
    throw new OptionError(
      `${where}: expected at most ${names.length} arguments (${names.join(", ")}), received ${positional.length}.`,
    );
  }
  const options: Record<string, unknown> = {};
  const byName = new Map<string, unknown>();
  positional.forEach((value, i) => byName.set(names[i] ?? "", value));
  for (const [name, value] of hasOptions ? Object.entries(last) : []) {
    if (value === undefined) continue;
    // Every layer may be told whether it trains, also those to which it makes no difference.
    if (!names.includes(name) && name !== "training" && declared.open !== true) {
      throw new OptionError(
        `${where}: unknown call option \`${name}\`.${didYouMean(name, names, "`")} Known: ${names.join(", ")}.`,
      );
    }
    byName.set(name, value);
  }
  for (const [name, value] of byName) if (!tensors.includes(name)) options[name] = value;
  const count = tensors.findLastIndex((name) => byName.has(name)) + 1;
  if (count === 0)
    throw new OptionError(`${where}: expected ${declared.tensors.join(", ")}, received nothing.`);
  return { args: tensors.slice(0, count).map((name) => byName.get(name) ?? null), options };
}

/**
 * Names of the tensor arguments. A class that declares nothing takes as many as it is given; where it is given several,
 * `null` stands for one that is left out.
 */
function tensorNames({ tensors, open }: CallArguments, given: readonly unknown[]): readonly string[] {
  if (open !== true) return tensors;
  const isInput = (value: unknown): boolean =>
    (Array.isArray(value) || holdsTensor(value)) && !isPlainObject(value);
  const others = given.slice(tensors.length);
  const hasOthers = others.some(isInput);
  const more = others.findIndex((value) => !isInput(value) && !(value === null && hasOthers));
  const count = more === -1 ? given.length : tensors.length + more;
  return [
    ...tensors,
    ...Array.from({ length: Math.max(0, count - tensors.length) }, (_, i) => `inputs_${i + 1}`),
  ];
}

/** True for an object of tensors under names that are no options: an input, not options. */
function holdsTensorOnly(object: Readonly<Record<string, unknown>>, optionNames: readonly string[]): boolean {
  const entries = Object.entries(object);
  return (
    entries.length > 0 &&
    entries.every(([name, value]) => value instanceof Value && !optionNames.includes(name))
  );
}

/**
 * Numbers, typed arrays and variables among a layer's inputs become tensors. A nested array without tensors is one
 * tensor, or, where `isList`, a list of tensors.
 */
export function toValues(input: unknown, isList: boolean): unknown {
  if (input === null || input === undefined || input instanceof Value) return input;
  if (Array.isArray(input) && (isList || input.some(holdsTensor)))
    return input.map((child) => toValues(child, false));
  if (isPlainObject(input))
    return Object.fromEntries(Object.entries(input).map(([key, child]) => [key, toValues(child, false)]));
  if (typeof input === "number") return toValue([input]);
  return toValue(input as TensorInput); // SAFETY: toValue checks it
}

function holdsTensor(input: unknown): boolean {
  if (input instanceof Value || isTensorHolder(input) || isTypedArray(input)) return true;
  return Array.isArray(input)
    ? input.some(holdsTensor)
    : isPlainObject(input) && Object.values(input).some(holdsTensor);
}

/** Applies `f` to every value in nested arrays and objects. */
export function mapValues(input: unknown, f: (value: Value) => unknown): unknown {
  if (input instanceof Value) return f(input);
  if (Array.isArray(input)) return input.map((child) => mapValues(child, f));
  if (isPlainObject(input))
    return Object.fromEntries(Object.entries(input).map(([key, child]) => [key, mapValues(child, f)]));
  return input;
}

/** All values in nested arrays and objects (sorted keys). */
export function valuesIn(input: unknown): Value[] {
  if (input instanceof Value) return [input];
  if (Array.isArray(input)) return input.flatMap(valuesIn);
  if (isPlainObject(input))
    return Object.keys(input)
      .sort()
      .flatMap((key) => valuesIn(input[key]));
  return [];
}
