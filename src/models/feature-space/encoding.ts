import { CategoryEncoding } from "../../layers/preprocessing/category-encoding.ts";
import { Discretization } from "../../layers/preprocessing/discretization.ts";
import { HashedCrossing } from "../../layers/preprocessing/hashed-crossing.ts";
import { Hashing } from "../../layers/preprocessing/hashing.ts";
import { IndexLookup } from "../../layers/preprocessing/index-lookup.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import { OptionError } from "../../util/errors.ts";

/** How many values a layer tells apart; null where that is not known. */
function cardinalityOf(layer: LayerBase): number | null {
  if (layer instanceof IndexLookup) return layer.vocabularySize();
  if (layer instanceof CategoryEncoding) return layer.numTokens;
  if (layer instanceof Hashing || layer instanceof HashedCrossing) return layer.numBins;
  if (layer instanceof Discretization) return layer.numBins ?? (layer.binBoundaries?.length ?? 0) + 1;
  return null;
}

/**
 * The layer that makes rows of a feature's whole numbers.
 *
 * @throws {OptionError} when these are none, or it is not known how many there may be.
 */
export function encoderFor(where: string, name: string, layer: LayerBase, dtype: string): CategoryEncoding {
  if (!dtype.startsWith("int"))
    throw new OptionError(
      `${where}: "${name}" has outputMode "one_hot", so its layer must give whole numbers; ${layer.where} gives ${dtype}.`,
    );
  const numTokens = cardinalityOf(layer);
  if (numTokens !== null) return CategoryEncoding(numTokens, { outputMode: "multi_hot" });
  throw new OptionError(
    `${where}: "${name}" has outputMode "one_hot", and it is not known how many values ${layer.where} gives. Give the feature outputMode "int", or encode in its layer.`,
  );
}
