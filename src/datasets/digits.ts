import { bindArguments } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, byteArray, type Split } from "./arrays.ts";
import { Dice, drawDigit, imageSize } from "./digit-pen.ts";
import { checkNumber } from "./options.ts";

export interface DigitsOptions {
  /** Images to train on; default 12,000. */
  readonly train?: number;
  /** Images to test on; default 2,000. */
  readonly test?: number;
  /** Chooses the images; default 0. */
  readonly seed?: number;
}

/**
 * Draws digits that look handwritten, so that there is something real to learn without any download.
 * Each is written in one of several ways with strokes that are shaken, slanted, scaled, thick or thin.
 *
 * Shapes as MNIST's: x `[n, 28, 28]` uint8 (0 is background, 255 ink), y `[n]` uint8 in 0 … 9.
 *
 * The same seed gives the same images, whatever their number: a larger set begins with the smaller one.
 *
 * @throws {OptionError} for numbers that are not whole, or negative.
 * @example
 * const [[xTrain, yTrain], [xTest, yTest]] = await datasets.digits.loadData({ train: 1000, test: 200, seed: 1 });
 */
export async function loadData(
  ...args: [train?: number, test?: number, seed?: number] | [options: DigitsOptions]
): Promise<Split<Tensor>> {
  const where = "digits.loadData";
  const given = bindArguments(where, ["train", "test", "seed"], args);
  const countBounds = { from: 0, below: 2 ** 21 };
  const train = checkNumber(where, "train", given["train"], 12_000, countBounds);
  const test = checkNumber(where, "test", given["test"], 2_000, countBounds);
  const seed = checkNumber(where, "seed", given["seed"], 0, { from: 0, below: 2 ** 53 });
  return [drawSet(train, seed, 0), drawSet(test, seed, 1)];
}

/** Every image has a sequence of its own; those of set 1 follow where no set 0 reaches. */
function drawSet(count: number, seed: number, set: number): [Tensor, Tensor] {
  const pixels = imageSize * imageSize;
  const x = new Uint8Array(count * pixels);
  const y = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const dice = new Dice(seed, set * 2 ** 22 + i);
    const digit = dice.below(10);
    y[i] = digit;
    drawDigit(digit, dice, x.subarray(i * pixels, (i + 1) * pixels));
  }
  return [asTensor(byteArray(x, [count, imageSize, imageSize])), asTensor(byteArray(y, [count]))];
}
