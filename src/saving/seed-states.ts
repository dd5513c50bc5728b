import type { Hdf5AttributeInput, Hdf5Group } from "../codec/hdf5/index.ts";
import { isLayer } from "../graph/layer-base.ts";
import type { SeedGenerator } from "../graph/seed-generator.ts";
import { findParts, isSeedGenerator } from "../graph/tracking.ts";
import type { Variable } from "../graph/variable.ts";
import type { WeightGroup } from "./saveables.ts";

/**
 * The attribute of a layer's group that keeps how far its seed generators are, one row `[seed, counter]` for each.
 *
 * Keras does not save them; it reads such a file as any other.
 */
const attribute = "seed_generators";

function generatorsOf({ owner }: WeightGroup): readonly SeedGenerator[] {
  return isLayer(owner) ? findParts(owner, isSeedGenerator).map(({ value }) => value) : [];
}

/** The attribute, where a layer has drawn random numbers; nothing where it has not, so that the file is Keras's own. */
export function seedAttribute(group: WeightGroup): [string, Hdf5AttributeInput][] {
  const states = generatorsOf(group).map(({ state }) => Array.from(state.dataSync(), Number));
  if (states.every(([, counter]) => counter === 0)) return [];
  return [[attribute, { shape: [states.length, 2], dtype: "uint32", data: Uint32Array.from(states.flat()) }]];
}

/** What a file's group says of a layer's seed generators; nothing where it has not as many. */
export function seedMatches(
  file: Hdf5Group | undefined,
  group: WeightGroup,
): { readonly variable: Variable; readonly data: Uint32Array }[] {
  const generators = generatorsOf(group);
  const value = file?.attributes.get(attribute);
  if (value?.dtype !== "uint32" || !(value.data instanceof Uint32Array)) return [];
  const { data } = value;
  if (data.length !== 2 * generators.length) return [];
  return generators.map(({ state }, i) => ({ variable: state, data: data.slice(2 * i, 2 * i + 2) }));
}
