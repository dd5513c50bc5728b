import { fromNumbers } from "../ir/numbers.ts";
import { formatShape } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";
import { windowFunction } from "./window-function.ts";
import type { Constructor } from "../util/argument-types.ts";

const sides = ["real", "imag"] as const;
const scalings = ["density", "spectrum"] as const;

export interface STFTOptions {
  /** Part of the complex numbers. Default `"real"`. */
  readonly side?: (typeof sides)[number] | undefined;
  /** A window's name (SciPy's) or its values; null for none. Default `"hann"`. */
  readonly window?: string | readonly number[] | null | undefined;
  /** What the window is divided by: the root of its squares' sum (`"density"`, default), its sum (`"spectrum"`), or nothing. */
  readonly scaling?: (typeof scalings)[number] | null | undefined;
  /** Whether the window is periodic rather than symmetric. Default false. */
  readonly periodic?: boolean | undefined;
}

class STFTClass extends Initializer {
  static readonly className = "STFT";
  static readonly parameters: ParameterTable = {
    side: "real",
    window: "hann",
    scaling: "density",
    periodic: false,
  };

  readonly side: (typeof sides)[number];
  readonly window: string | readonly number[] | null;
  readonly scaling: (typeof scalings)[number] | null;
  readonly periodic: boolean;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<STFTOptions>("STFT", STFTClass.parameters, args, []);
    this.side = oneOf("STFT", "side", given.side, sides);
    this.window = given.window ?? null;
    this.scaling =
      given.scaling === null || given.scaling === undefined
        ? null
        : oneOf("STFT", "scaling", given.scaling, scalings);
    this.periodic = given.periodic ?? false;
  }

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    const [frameLength, channels, bins] = shape;
    if (shape.length !== 3 || frameLength === undefined || channels === undefined || bins === undefined) {
      throw new ShapeError(
        `STFT: expected a shape [frame length, channels, frequencies], received ${formatShape(shape)}.`,
      );
    }
    const window = this.#weights(frameLength);
    const fftLength = (bins - 1) * 2;
    const values = new Float64Array(frameLength * channels * bins);
    for (let at = 0; at < values.length; at++) {
      const [time, bin] = [Math.floor(at / (channels * bins)), at % bins];
      const angle = (-2 * Math.PI * time * bin) / fftLength;
      values[at] = (this.side === "real" ? Math.cos(angle) : Math.sin(angle)) * (window[time] ?? 1);
    }
    return Tensor.fromData(fromNumbers(values, dtype), shape, dtype);
  }

  /** The window, divided as `scaling` says. */
  #weights(length: number): readonly number[] {
    const { window, scaling } = this;
    if (window === null) return new Array<number>(length).fill(1);
    const weights =
      typeof window === "string" ? windowFunction("STFT", window, length, this.periodic) : window;
    if (weights.length !== length)
      throw new ShapeError(`STFT: expected a window of ${length} values, received ${weights.length}.`);
    const divisor =
      scaling === "density"
        ? Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
        : scaling === "spectrum"
          ? weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
          : 1;
    return weights.map((weight) => weight / divisor);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    const { side, window, periodic, scaling } = this;
    return { side, window, periodic, scaling };
  }
}

export type STFT = STFTClass;

export interface STFTConstructor extends Constructor<
  STFT,
  STFTOptions,
  [side: "side", window: "window", scaling: "scaling", periodic: "periodic"]
> {}

/**
 * The kernel of a convolution that computes a short-time Fourier transform: real or imaginary part.
 *
 * @throws {ShapeError} for a shape other than `[frame length, channels, frequencies]`.
 * @see Keras `initializers/constant_initializers.py`
 */
export const STFT: STFTConstructor = callable<typeof STFTClass, STFTConstructor>(STFTClass);
