import { toSnakeCase } from "../graph/naming.ts";
import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import type { Variable } from "../graph/variable.ts";
import { ModelBase } from "../models/model-base.ts";
import { provideOptimizers } from "../optimizers/choose.ts";
import { namedOptimizers } from "../optimizers/named.ts";
import { OptimizerBase } from "../optimizers/optimizer.ts";
import { isPlainObject } from "../util/options.ts";
import { snakeCase } from "./names.ts";

/** A place in a weights file: a group with variables of its own, for the object that owns them. */
export interface WeightGroup {
  /** Below the root, as `layers/dense_1`; empty for the root itself. */
  readonly path: string;
  /** The object's name, kept as an attribute. */
  readonly name: string;
  readonly variables: readonly Variable[];
  readonly owner: Saveable;
  /** Further places that lead to the object, where older files may have it. */
  readonly otherPaths: readonly string[];
}

/** What may hold variables: layers, models, optimizers. */
export type Saveable = LayerBase | OptimizerBase;

function isSaveable(value: unknown): value is Saveable {
  return isLayer(value) || value instanceof OptimizerBase;
}

/** Fields that are no part of a layer's own state. */
const skipped: ReadonlySet<string> = new Set(["inboundNodes", "outboundNodes"]);

/**
 * All groups of a model's weights file, in Keras's order: each object once, at the first place that leads to it.
 *
 * Layers of functional and sequential models are `layers/<class>_<count>`; parts of other layers go by the name of
 * their field, lists and objects of parts by `<field>/<class>_<count>`. A subclassed model has both: `layers` comes in
 * its place among the fields, so that parts in fields after it are found there.
 *
 * @see Keras `saving/saving_lib.py`
 */
export function weightGroups(root: Saveable): WeightGroup[] {
  const groups: WeightGroup[] = [];
  const others = new Map<Saveable, string[]>();
  const visit = (saveable: Saveable, path: string): void => {
    const known = others.get(saveable);
    if (known !== undefined) {
      known.push(path);
      return;
    }
    const otherPaths: string[] = [];
    others.set(saveable, otherPaths);
    const { name } = saveable;
    groups.push({ path, name, variables: variablesOf(saveable), owner: saveable, otherPaths });
    for (const [key, child] of partsOf(saveable)) visitPart(child, join(path, key), visit);
  };
  visit(root, "");
  return groups;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}

function visitPart(part: unknown, path: string, visit: (saveable: Saveable, path: string) => void): void {
  if (isSaveable(part)) return visit(part, path);
  const items =
    part instanceof Map
      ? [...part.values()]
      : Array.isArray(part)
        ? part
        : isPlainObject(part)
          ? Object.values(part)
          : [];
  const counts = new Map<string, number>();
  for (const item of items) {
    const isContainer = !isSaveable(item) && holdsSaveable(item);
    if (!isSaveable(item) && !isContainer) continue;
    const base = isSaveable(item) ? toSnakeCase(groupName(item)) : "container";
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    visitPart(item, join(path, count === 0 ? base : `${base}_${count}`), visit);
  }
}

/** The name of an object's class in Keras's own source, which its files follow. */
function groupName(item: Saveable): string {
  return (isLayer(item) ? item.statics.groupName : undefined) ?? item.className;
}

/** Whether a value is, or holds, a layer or an optimizer. */
export function holdsSaveable(value: unknown): boolean {
  if (isSaveable(value)) return true;
  if (value instanceof Map) return [...value.values()].some(holdsSaveable);
  if (Array.isArray(value)) return value.some(holdsSaveable);
  return isPlainObject(value) && Object.values(value).some(holdsSaveable);
}

/** The fields of an object that lead to parts: sorted as Python sorts them, private ones last. */
function partsOf(saveable: Saveable): [string, unknown][] {
  const fields = Object.entries(saveable)
    .filter(([field, value]) => !skipped.has(field) && holdsSaveable(value))
    .map(([field, value]): [string, unknown] => [snakeCase(field), value]);
  if (saveable instanceof OptimizerBase && "optimizers" in saveable)
    fields.push(["optimizers", saveable.optimizers]);
  if (!(saveable instanceof ModelBase)) return fields.sort(byName);
  const optimizer = optimizerOf(saveable);
  if (optimizer !== null && !fields.some(([field]) => field === "optimizer"))
    fields.push(["optimizer", optimizer]);
  const layers: [string, unknown] = ["layers", saveable.layers];
  const hasOwn = fields.some(([field]) => field === "layers");
  if (saveable.graph !== null) return [layers, ...fields.sort(byName)];
  return (hasOwn ? fields : [...fields, layers]).sort(byName);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const isPrivate = a.startsWith("_");
  if (isPrivate !== b.startsWith("_")) return isPrivate ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The optimizer a model was compiled with, or null. */
export function optimizerOf(model: ModelBase): OptimizerBase | null {
  // One that only its name stood for may not be loaded yet.
  provideOptimizers(namedOptimizers);
  const optimizer: unknown = "optimizer" in model ? model.optimizer : null;
  return optimizer instanceof OptimizerBase ? optimizer : null;
}

function variablesOf(saveable: Saveable): readonly Variable[] {
  return isLayer(saveable) ? saveable.storedVariables : saveable.variables;
}
