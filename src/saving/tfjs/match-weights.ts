import type { LayerBase } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { formatShape, sameShape } from "../../ir/shape.ts";
import { FormatError } from "../../util/errors.ts";
import { weightGroups } from "../saveables.ts";
import type { StoredWeight } from "./manifest.ts";
import { type NamedLayer, namedLayers, type NamedWeight, namedWeights } from "./weight-names.ts";

/** The variable that a weight of the file is for. */
interface Match {
  readonly variable: Variable;
  readonly weight: StoredWeight;
}

interface Findings {
  readonly matches: Match[];
  readonly problems: string[];
}

/**
 * Sets a model's weights from those of a `model.json`, by the names of layers and, in a layer, of weights.
 *
 * @returns the variables by the names they have in the file.
 * @throws {FormatError} that lists what is missing, extra or of another shape; then nothing has been changed.
 */
export function assignWeights(
  model: LayerBase,
  weights: readonly StoredWeight[],
  where: string,
): ReadonlyMap<string, Variable> {
  const isByPath = weights.length > 0 && weights.every(({ name }) => /(?:^|\/)vars\/\d+$/.test(name));
  const { matches, problems } = isByPath ? matchByPath(model, weights) : matchByName(model, weights);
  for (const match of matches) {
    const { variable, weight } = match;
    if (!fits(match))
      problems.push(
        `mis-shaped: ${weight.name} for ${variable.path}: expected ${formatShape(variable.shape)}, found ${formatShape(weight.shape)}`,
      );
  }
  if (problems.length > 0)
    throw new FormatError(
      `${where}: the weights do not fit the model ${model.where}:\n  ${problems.join("\n  ")}`,
    );
  for (const { variable, weight } of matches) {
    const { data, dtype } = weight;
    variable.assignData(
      dtype === variable.dtype ? data : fromNumbers(toNumbers(data, dtype), variable.dtype),
    );
  }
  return new Map(matches.map(({ variable, weight }) => [weight.name, variable]));
}

/** Models of Keras 3 that the converter of TensorFlow.js wrote name weights by their place: `layers/dense/vars/0`. */
function matchByPath(model: LayerBase, weights: readonly StoredWeight[]): Findings {
  const findings: Findings = { matches: [], problems: [] };
  const stored = new Map(
    weights.map((weight) => [weight.name.replaceAll("_layer_checkpoint_dependencies", "layers"), weight]),
  );
  for (const { path, variables } of weightGroups(model)) {
    if (/^optimizer(?:\/|$)/.test(path)) continue;
    variables.forEach((variable, i) => {
      const name = path === "" ? `vars/${i}` : `${path}/vars/${i}`;
      const weight = stored.get(name);
      stored.delete(name);
      if (weight === undefined) findings.problems.push(missing(variable));
      else findings.matches.push({ variable, weight });
    });
  }
  for (const [name, weight] of stored)
    if (!name.startsWith("optimizer/")) findings.problems.push(extra(weight));
  return findings;
}

function missing({ path, shape }: Variable): string {
  return `missing: ${path} ${formatShape(shape)}`;
}

function extra({ name, shape }: StoredWeight): string {
  return `extra: ${name} ${formatShape(shape)}`;
}

/** A weight of the file, and the steps of its name below its layer's. */
interface Found {
  readonly weight: StoredWeight;
  readonly steps: readonly string[];
}

/** How a step of a name may name a layer. */
const readings: readonly ((step: string, isLayer: (name: string) => boolean) => string)[] = [
  (step) => step,
  // A name that was taken in the session that saved the model got a number: `conv_1/kernel` of the layer `conv`.
  (step, isLayer) => (isLayer(step) ? step : withoutNumber(step)),
  withoutNumber,
];

function withoutNumber(step: string): string {
  return step.replace(/_\d+$/, "");
}

/** By names as they are, or, where not all fit, by one of the ways in which Keras 2 changed them. */
function matchByName(model: LayerBase, weights: readonly StoredWeight[]): Findings {
  const layers = namedLayers(model);
  let first: Findings | null = null;
  for (const nameIn of readings) {
    const findings = matchNames(layers, weights, nameIn);
    if (findings.problems.length === 0 && findings.matches.every(fits)) return findings;
    first ??= findings;
  }
  return first ?? { matches: [], problems: [] };
}

function fits({ variable, weight }: Match): boolean {
  return sameShape(weight.shape, variable.shape);
}

function matchNames(
  layers: readonly NamedLayer[],
  weights: readonly StoredWeight[],
  nameIn: (step: string, isLayer: (name: string) => boolean) => string,
): Findings {
  const findings: Findings = { matches: [], problems: [] };
  const byName = Map.groupBy(layers, ({ layer }) => layer.name);
  const isLayer = (name: string): boolean => byName.has(name);
  const found = new Map<NamedLayer, Found[]>(layers.map((layer) => [layer, []]));
  const times = new Map<string, number>();
  for (const weight of weights) {
    // Python ends names with the number of an output: `dense/kernel:0`.
    const path = weight.name.replace(/:\d+$/, "").split("/");
    const at = path.findIndex((step, i) => i < path.length - 1 && isLayer(nameIn(step, isLayer)));
    const time = times.get(weight.name) ?? 0;
    times.set(weight.name, time + 1);
    const owner = ownerOf(
      byName.get(nameIn(path[at] ?? "", isLayer)) ?? [],
      path.slice(0, Math.max(at, 0)),
      time,
    );
    if (owner === undefined) findings.problems.push(extra(weight));
    else found.get(owner)?.push({ weight, steps: path.slice(at + 1) });
  }
  for (const [{ layer }, list] of found) matchLayer(namedWeights(layer), list, findings);
  return findings;
}

/** Of several layers with one name, in different nested models: the one whose model is named, or the next. */
function ownerOf(
  candidates: readonly NamedLayer[],
  prefix: readonly string[],
  time: number,
): NamedLayer | undefined {
  const inNamed = candidates.filter(({ models }) => prefix.includes(models.at(-1) ?? ""));
  return inNamed.length === 1 ? inNamed[0] : candidates[time];
}

/** The weights of one layer: by their names, or, where those are others than ours, by their order. */
function matchLayer(
  own: readonly NamedWeight[],
  list: readonly Found[],
  { matches, problems }: Findings,
): void {
  const pairs = own.flatMap(({ steps, variable }): Match[] => {
    const fitting = list.filter((found) => endsAlike(found.steps, steps));
    const [only] = fitting;
    return only === undefined || fitting.length > 1 ? [] : [{ variable, weight: only.weight }];
  });
  const isWhole =
    pairs.length === own.length &&
    own.length === list.length &&
    new Set(pairs.map(({ weight }) => weight)).size === list.length;
  if (isWhole) {
    matches.push(...pairs);
    return;
  }
  if (own.length === list.length) {
    own.forEach(({ variable }, i) => {
      const weight = list[i]?.weight;
      if (weight !== undefined) matches.push({ variable, weight });
    });
    return;
  }
  const taken = new Map(pairs.map(({ variable, weight }) => [variable, weight]));
  const used = new Set(taken.values());
  for (const { variable } of own) if (!taken.has(variable)) problems.push(missing(variable));
  for (const { weight } of list) if (!used.has(weight)) problems.push(extra(weight));
  if (used.size === list.length && taken.size === own.length)
    problems.push(`ambiguous: ${list.map(({ weight }) => weight.name).join(", ")}`);
}

/** Whether a name ends as ours and has our other steps, in order; it may have more, such as a cell's. */
function endsAlike(steps: readonly string[], ours: readonly string[]): boolean {
  if (steps.at(-1) !== ours.at(-1)) return false;
  let at = 0;
  for (const step of steps) if (step === ours[at]) at += 1;
  return at === ours.length;
}
