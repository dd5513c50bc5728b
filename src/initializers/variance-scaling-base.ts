import { sizeOf } from "../ir/shape.ts";
import { drawInPieces, keyedNormal, keyedTruncatedNormal, keyedUniform } from "../ops/random.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { RandomInitializer } from "./random-initializer.ts";

export const fanModes = ["fan_in", "fan_out", "fan_avg"] as const;
export const distributions = ["truncated_normal", "untruncated_normal", "uniform"] as const;

export interface Scaling {
  readonly scale: number;
  readonly mode: (typeof fanModes)[number];
  readonly distribution: (typeof distributions)[number];
}

/** Options that tell which axes of the shape are inputs and outputs. */
export interface FanAxes {
  readonly inputAxes?: readonly number[] | number | null | undefined;
  readonly outputAxes?: readonly number[] | number | null | undefined;
}

/** Draws with variance `scale / fan`. */
export abstract class VarianceScalingBase extends RandomInitializer {
  readonly inputAxes: readonly number[] | number | null;
  readonly outputAxes: readonly number[] | number | null;
  readonly #scaling: Scaling;

  constructor(scaling: Scaling, seed: number | null, { inputAxes, outputAxes }: FanAxes) {
    super(seed);
    this.#scaling = scaling;
    this.inputAxes = inputAxes ?? null;
    this.outputAxes = outputAxes ?? null;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    const { scale, mode, distribution } = this.#scaling;
    const { fanIn, fanOut } = computeFans(shape, this.inputAxes, this.outputAxes);
    const fan = mode === "fan_in" ? fanIn : mode === "fan_out" ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    switch (distribution) {
      case "uniform": {
        const limit = Math.sqrt(3 * variance);
        return drawInPieces(keyedUniform, key, shape, -limit, limit);
      }
      case "untruncated_normal":
        return drawInPieces(keyedNormal, key, shape, 0, Math.sqrt(variance));
      case "truncated_normal":
        // The standard deviation of a standard normal cut at ±2 is 0.8796…: divided out.
        return drawInPieces(keyedTruncatedNormal, key, shape, 0, Math.sqrt(variance) / 0.87962566103423978);
    }
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, inputAxes: this.inputAxes, outputAxes: this.outputAxes };
  }
}

/**
 * How many inputs an output depends on, and how many outputs an input feeds: `[…receptive field, in, out]`.
 *
 * @see Keras `initializers/random_initializers.py`, `compute_fans`
 */
export function computeFans(
  shape: readonly number[],
  inputAxes: readonly number[] | number | null = null,
  outputAxes: readonly number[] | number | null = null,
): { readonly fanIn: number; readonly fanOut: number } {
  if (inputAxes !== null || outputAxes !== null) {
    const product = (axes: readonly number[] | number | null): number =>
      (typeof axes === "number" ? [axes] : (axes ?? [])).reduce(
        (size, axis) => size * (shape.at(axis) ?? 1),
        1,
      );
    const [inputs, outputs] = [product(inputAxes), product(outputAxes)];
    const receptive = sizeOf(shape) / (inputs * outputs);
    return { fanIn: inputs * receptive, fanOut: outputs * receptive };
  }
  const [first = 1] = shape;
  if (shape.length < 2) return { fanIn: first, fanOut: first };
  const receptive = sizeOf(shape.slice(0, -2));
  return { fanIn: receptive * (shape.at(-2) ?? 1), fanOut: receptive * (shape.at(-1) ?? 1) };
}
