import { bindArguments, oneOf } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Split } from "./arrays.ts";
import { datasetNpz, origin } from "./download.ts";
import { splitTable } from "./housing.ts";
import { checkFileName, checkSeed, checkShare } from "./options.ts";

const versions = ["large", "small"] as const;

export interface CaliforniaHousingOptions {
  /** `"large"`: 20,640 rows (default); `"small"`: the first 600. */
  readonly version?: (typeof versions)[number];
  /** Name of the file in the cache; default `"california_housing.npz"`. */
  readonly path?: string;
  /** Share of the rows kept for the test; default 0.2. */
  readonly testSplit?: number;
  /** Order of the rows; default 113. */
  readonly seed?: number;
}

/**
 * Median house values of Californian districts from the census of 1990: 8 columns (income, age, rooms, bedrooms, population,
 * occupancy, latitude, longitude).
 *
 * Shapes: x `[n, 8]`, y `[n]` in dollars.
 *
 * @throws {DataError} when the file is neither cached nor downloadable.
 * @see Keras `datasets/california_housing.py`
 */
export async function loadData(
  ...args:
    | [version?: "large" | "small", path?: string, testSplit?: number, seed?: number]
    | [version: "large" | "small", options: CaliforniaHousingOptions]
    | [options: CaliforniaHousingOptions]
): Promise<Split<Tensor>> {
  const where = "californiaHousing.loadData";
  const given = bindArguments(where, ["version", "path", "testSplit", "seed"], args);
  const version = oneOf(where, "version", given["version"] ?? "large", versions);
  const fileName = checkFileName(where, given["path"], "california_housing.npz");
  const testSplit = checkShare(where, "testSplit", given["testSplit"], 0.2);
  const seed = checkSeed(where, given["seed"], 113);
  const npz = await datasetNpz({
    fileName,
    url: `${origin}california_housing.npz`,
    hash: "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
  });
  return splitTable(npz, 8, {
    testSplit,
    seed,
    where: fileName,
    ...(version === "small" ? { rows: 600 } : {}),
  });
}
