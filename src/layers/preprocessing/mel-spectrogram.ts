import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { WideRule } from "../../ir/shape-types/index.ts";
import { add, maximum, multiply, power, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { tensordot } from "../../ops/products.ts";
import { max } from "../../ops/reductions.ts";
import { swapaxes } from "../../ops/shape.ts";
import { stft } from "../../ops/signal.ts";
import { log10, sqrt, square } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";

export interface MelSpectrogramOptions extends LayerOptions {
  /** Default 2048. */
  readonly fftLength?: number | undefined;
  /** Samples between frames. Default 512. */
  readonly sequenceStride?: number | undefined;
  /** Samples of a frame. Default: `fftLength`. */
  readonly sequenceLength?: number | null | undefined;
  /** Default `"hann"`. */
  readonly window?: "hann" | "hamming" | null | undefined;
  /** Samples per second. Default 16000. */
  readonly samplingRate?: number | undefined;
  /** Default 128. */
  readonly numMelBins?: number | undefined;
  /** In hertz. Default 20. */
  readonly minFreq?: number | undefined;
  /** In hertz. Default: half the sampling rate. */
  readonly maxFreq?: number | null | undefined;
  /** Whether powers are given in decibels. Default true. */
  readonly powerToDb?: boolean | undefined;
  /** How far below the loudest value decibels reach. Default 80. */
  readonly topDb?: number | undefined;
  /** Power of the magnitudes. Default 2. */
  readonly magExp?: number | undefined;
  /** Default 1e-10. */
  readonly minPower?: number | undefined;
  /** The power of 0 decibels. Default 1. */
  readonly refPower?: number | undefined;
}

/** The mel scale: where it bends, and its factor. */
const [breakHertz, highQ] = [700, 1127];

class MelSpectrogramLayer extends LayerBase {
  static readonly className = "MelSpectrogram";
  static readonly parameters: ParameterTable = {
    fftLength: 2048,
    sequenceStride: 512,
    sequenceLength: null,
    window: "hann",
    samplingRate: 16000,
    numMelBins: 128,
    minFreq: 20,
    maxFreq: null,
    powerToDb: true,
    topDb: 80,
    magExp: 2,
    minPower: 1e-10,
    refPower: 1,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly fftLength: number;
  readonly sequenceStride: number;
  readonly sequenceLength: number;
  readonly window: "hann" | "hamming" | null;
  readonly samplingRate: number;
  readonly numMelBins: number;
  readonly minFreq: number;
  readonly maxFreq: number;
  readonly powerToDb: boolean;
  readonly topDb: number;
  readonly magExp: number;
  readonly minPower: number;
  readonly refPower: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Given<MelSpectrogramOptions>>(
      "MelSpectrogram",
      MelSpectrogramLayer.parameters,
      args,
    );
    super(given);
    this.fftLength = given.fftLength;
    this.sequenceStride = given.sequenceStride;
    this.sequenceLength = given.sequenceLength ?? given.fftLength;
    this.window = given.window;
    this.samplingRate = given.samplingRate;
    this.numMelBins = given.numMelBins;
    this.minFreq = given.minFreq;
    this.maxFreq = given.maxFreq ?? Math.trunc(given.samplingRate / 2);
    this.powerToDb = given.powerToDb;
    this.topDb = given.topDb;
    this.magExp = given.magExp;
    this.minPower = given.minPower;
    this.refPower = given.refPower;
    if (this.sequenceLength > this.fftLength) {
      throw new OptionError(
        `MelSpectrogram: expected \`sequenceLength\` not to exceed fftLength (${this.fftLength}), received ${this.sequenceLength}.`,
      );
    }
  }

  override call(inputs: Tensor): Tensor {
    const { sequenceLength, sequenceStride, fftLength, window } = this;
    const options = { sequenceLength, sequenceStride, fftLength, window, center: true };
    const [real, imag] = stft(cast(inputs, "float32") as Tensor, options) as readonly [Tensor, Tensor]; // SAFETY: a tensor in, two out
    const spectrum = power(sqrt(add(square(real), square(imag))), this.magExp) as Tensor; // SAFETY: tensors in, tensor out
    const mel = tensordot(spectrum, this.#melWeights(spectrum.dims.at(-1) ?? 0), { axes: 1 }) as Tensor; // SAFETY: as above
    return cast(swapaxes(this.powerToDb ? this.#decibels(mel) : mel, -1, -2) as Tensor, this.computeDtype); // SAFETY: as above
  }

  #decibels(powers: Tensor): Tensor {
    const reference = 10 * Math.log10(Math.max(Math.abs(this.refPower), this.minPower));
    const values = subtract(multiply(log10(maximum(powers, this.minPower)), 10), reference) as Tensor; // SAFETY: tensors in, tensor out
    return maximum(values, subtract(max(values), this.topDb)) as Tensor; // SAFETY: as above
  }

  /** Triangles that overlap by half, equally wide on the mel scale: `[frequencies, mel bins]`. */
  #melWeights(bins: number): Tensor {
    const mel = (hertz: number): number => highQ * Math.log(1 + hertz / breakHertz);
    const [low, high] = [mel(this.minFreq), mel(this.maxFreq)];
    const edge = (i: number): number => low + ((high - low) * i) / (this.numMelBins + 1);
    const weights = new Float32Array(bins * this.numMelBins);
    // The constant part of the signal belongs to no bin.
    for (let i = 1; i < bins; i++) {
      const frequency = mel((this.samplingRate / 2) * (i / (bins - 1)));
      for (let j = 0; j < this.numMelBins; j++) {
        const rising = (frequency - edge(j)) / (edge(j + 1) - edge(j));
        const falling = (edge(j + 2) - frequency) / (edge(j + 2) - edge(j + 1));
        weights[i * this.numMelBins + j] = Math.max(0, Math.min(rising, falling));
      }
    }
    return Tensor.fromData(weights, [bins, this.numMelBins], "float32");
  }
}

export interface MelSpectrogram extends MelSpectrogramLayer, LayerCall<WideRule> {}

export interface MelSpectrogramConstructor extends LayerConstructor<
  Fixed<MelSpectrogram>,
  MelSpectrogramOptions,
  [
    fftLength: "fftLength",
    sequenceStride: "sequenceStride",
    sequenceLength: "sequenceLength",
    window: "window",
    samplingRate: "samplingRate",
    numMelBins: "numMelBins",
    minFreq: "minFreq",
    maxFreq: "maxFreq",
    powerToDb: "powerToDb",
    topDb: "topDb",
    magExp: "magExp",
    minPower: "minPower",
    refPower: "refPower",
  ]
> {}

/**
 * Spectra of sound as the ear hears them: on the mel scale, in decibels.
 *
 * Shapes: `[batch, time]` or `[time]` → `[batch, numMelBins, frames]` or `[numMelBins, frames]`.
 *
 * @see Keras `layers/preprocessing/mel_spectrogram.py`
 */
export const MelSpectrogram: MelSpectrogramConstructor = callable<
  typeof MelSpectrogramLayer,
  MelSpectrogramConstructor
>(MelSpectrogramLayer);
