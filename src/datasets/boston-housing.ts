import { bindArguments } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Split } from "./arrays.ts";
import { datasetNpz, origin } from "./download.ts";
import { splitTable } from "./housing.ts";
import { checkFileName, checkSeed, checkShare } from "./options.ts";

export interface BostonHousingOptions {
  /** Name of the file in the cache; default `"boston_housing.npz"`. */
  readonly path?: string;
  /** Share of the rows kept for the test; default 0.2. */
  readonly testSplit?: number;
  /** Order of the rows; default 113. */
  readonly seed?: number;
}

/**
 * House prices around Boston in the late 1970s: 506 rows of 13 columns. One column, "B", rests on a racist assumption:
 * use the data to teach about that, and {@link "./california-housing.ts" | californiaHousing} for anything else.
 *
 * Shapes: x `[n, 13]` float64, y `[n]` float64, in thousands of dollars.
 *
 * @throws {DataError} when the file is neither cached nor downloadable.
 * @see Keras `datasets/boston_housing.py`
 */
export async function loadData(
  ...args:
    | [path?: string, testSplit?: number, seed?: number]
    | [path: string, options: BostonHousingOptions]
    | [options: BostonHousingOptions]
): Promise<Split<Tensor>> {
  const where = "bostonHousing.loadData";
  const given = bindArguments(where, ["path", "testSplit", "seed"], args);
  const fileName = checkFileName(where, given["path"], "boston_housing.npz");
  const testSplit = checkShare(where, "testSplit", given["testSplit"], 0.2);
  const seed = checkSeed(where, given["seed"], 113);
  const npz = await datasetNpz({
    fileName,
    url: `${origin}boston_housing.npz`,
    hash: "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
  });
  return splitTable(npz, 13, { testSplit, seed, where: fileName });
}
