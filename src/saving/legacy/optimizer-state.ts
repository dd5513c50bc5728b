import type { FileArray } from "../../codec/array.ts";
import { findNode, type Hdf5Group, stringsAttribute } from "../../codec/hdf5/index.ts";
import type { Variable } from "../../graph/variable.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { sameShape } from "../../ir/shape.ts";
import type { ModelClass } from "../../models/model.ts";
import type { OptimizerBase } from "../../optimizers/optimizer.ts";
import { warnOnce } from "../../util/errors.ts";

/** One variable of an old file's optimizer. */
interface Stored {
  readonly name: string;
  readonly value: FileArray;
}

/** A variable, and what it becomes. */
interface Match {
  readonly variable: Variable;
  readonly value: FileArray;
}

/**
 * Restores an optimizer's state from an old file, where the file says which slot belongs to which variable: by Keras 3
 * and tf.keras 2.11 in today's order, before that slot by slot.
 *
 * Where it cannot, the optimizer starts afresh, with a warning.
 */
export function restoreOptimizer(model: ModelClass, file: Hdf5Group, version: string): void {
  const { optimizer } = model;
  const group = findNode(file, "optimizer_weights");
  if (group?.kind !== "group" || optimizer === null) return;
  const stored = readStored(group);
  if (stored.length === 0) return;
  const matches = matchAll(optimizer, stored) ?? matchSlots(model, optimizer, stored, version);
  if (matches === null) {
    warnOnce(
      `${model.name}: the optimizer's state in the file does not fit ${optimizer.name}; it starts afresh.`,
    );
    return;
  }
  for (const { variable, value } of matches)
    variable.assignData(fromNumbers(toNumbers(value.data, value.dtype), variable.dtype));
}

function readStored(group: Hdf5Group): Stored[] {
  return (stringsAttribute(group, "weight_names") ?? []).flatMap((name): Stored[] => {
    const node = findNode(group, name);
    const value = node?.kind === "dataset" ? node.read() : null;
    if (value === null || value.dtype === "string" || value.dtype === "opaque") return [];
    return [{ name, value }];
  });
}

/** The variables and values of the same places, if all are of the same shapes. */
function zip(variables: readonly Variable[], values: readonly (FileArray | undefined)[]): Match[] | null {
  if (variables.length !== values.length) return null;
  const matches = variables.flatMap((variable, i): Match[] => {
    const value = values[i];
    return value !== undefined && sameShape(variable.shape, value.shape) ? [{ variable, value }] : [];
  });
  return matches.length === variables.length ? matches : null;
}

/** All of today's variables in today's order: Keras 3. */
function matchAll(optimizer: OptimizerBase, stored: readonly Stored[]): Match[] | null {
  return stored.some(({ name }) => name.endsWith("/learning_rate"))
    ? zip(
        optimizer.variables,
        stored.map(({ value }) => value),
      )
    : null;
}

function matchSlots(
  model: ModelClass,
  optimizer: OptimizerBase,
  stored: readonly Stored[],
  version: string,
): Match[] | null {
  const { steps, learningRateSource } = optimizer;
  const targets = optimizer.variables.filter((one) => one !== steps && one !== learningRateSource);
  const [first] = stored;
  const counter = first?.value.shape.length === 0 ? first.value : null;
  const slots = stored.slice(counter === null ? 0 : 1).filter(({ name }) => !/learning_rate/.test(name));
  const count: Match[] = counter === null ? [] : [{ variable: steps, value: counter }];
  // tf.keras 2.11 counts its steps in `iteration`, and has the slots in today's order.
  const isModern = stored.some(({ name }) => /(?:^|\/)iteration(?::\d+)?$/.test(name));
  const orders = isModern ? [slots.map(({ value }) => value)] : ordersOf(model, targets, slots, version);
  for (const values of orders) {
    const found = zip(targets, values);
    if (found !== null) return [...count, ...found];
  }
  return null;
}

/**
 * The slots in today's order, in each way in which they may be meant: the trainable variables one after the other, or,
 * in the first versions of Keras 2, sorted by name.
 */
function ordersOf(
  model: ModelClass,
  targets: readonly Variable[],
  given: readonly Stored[],
  version: string,
): (readonly (FileArray | undefined)[])[] {
  const variables = model.trainableVariables;
  const kinds = kindsOf(given, variables).filter((kind) =>
    kind.some(({ value }) => value.shape.join() !== "1"),
  );
  if (kinds.length === 0 || kinds.some((kind) => kind.length !== variables.length)) return [];
  const plain = variables.map((_, i) => i);
  const sorted = plain.toSorted((a, b) => ((variables[a]?.path ?? "") < (variables[b]?.path ?? "") ? -1 : 1));
  const isEarly = /^2\.0\.[0-6]$/.test(version) && model.className === "Functional";
  const pairs = areInterleaved(targets) ? Math.min(2, kinds.length) : 0;
  return (isEarly ? [sorted, plain] : [plain, sorted]).map((order) => {
    const places = new Map(order.map((variable, place) => [variable, place]));
    const slot = (kind: number, variable: number): FileArray | undefined =>
      kinds[kind]?.[places.get(variable) ?? -1]?.value;
    const interleaved = plain.flatMap((variable) =>
      Array.from({ length: pairs }, (_, kind) => slot(kind, variable)),
    );
    const grouped = kinds
      .slice(pairs)
      .flatMap((_, kind) => plain.map((variable) => slot(kind + pairs, variable)));
    return [...interleaved, ...grouped];
  });
}

/** Slots by their kind: by the end of their names (`…/kernel/m:0`), or as many as there are variables after each other. */
function kindsOf(given: readonly Stored[], variables: readonly Variable[]): Stored[][] {
  const parsed = given.map((one) => ({ one, parts: /\/(.+)\/([^/]+):\d+$/.exec(`/${one.name}`) }));
  const isNamed = parsed.every(({ parts }) => parts?.[2]?.startsWith("Variable") === false);
  if (!isNamed)
    return Array.from({ length: Math.ceil(given.length / variables.length) }, (_, kind) =>
      given.slice(kind * variables.length, (kind + 1) * variables.length),
    );
  const byKind = (list: typeof parsed): Stored[][] => {
    const kinds = new Map<string, Stored[]>();
    for (const { one, parts } of list)
      kinds.set(parts?.[2] ?? "", [...(kinds.get(parts?.[2] ?? "") ?? []), one]);
    return [...kinds.values()];
  };
  const all = byKind(parsed);
  if (all.every((kind) => kind.length === variables.length)) return all;
  // A file may have the slots of another model too, that the optimizer was used for before.
  const isOwn = (path: string): boolean =>
    variables.some((variable) => `/${path}`.endsWith(`/${variable.path}`));
  return byKind(parsed.filter(({ parts }) => isOwn(parts?.[1] ?? "")));
}

/** Whether today's optimizer has two slots of one variable next to each other. */
function areInterleaved([first, second]: readonly Variable[]): boolean {
  const owner = (variable: Variable | undefined): string =>
    variable?.name.replace(
      /_(?:momentum|velocity|norm|accumulator|linear|accumulated_(?:grad|delta_var))$/,
      "",
    ) ?? "";
  return second !== undefined && owner(first) === owner(second);
}
