import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { STFT } from "../../initializers/index.ts";
import type { DataFormat, Shape, WideRule } from "../../ir/shape-types/index.ts";
import { add, arctan2, maximum } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { conv } from "../../ops/convolution.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { concatenate } from "../../ops/joining.ts";
import { pad } from "../../ops/rearranging.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { log, sqrt, square } from "../../ops/unary-math.ts";
import { epsilon } from "../../util/epsilon.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type Given, type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";

const modes = ["log", "magnitude", "psd", "real", "imag", "angle", "stft"] as const;
const scalings = ["density", "spectrum"] as const;

export interface STFTSpectrogramOptions extends LayerOptions {
  /** What of the complex numbers is returned. Default `"log"`. */
  readonly mode?: (typeof modes)[number] | undefined;
  /** Number of samples of a frame. Default 256. */
  readonly frameLength?: number | undefined;
  /** Number of samples between frames. Default: half a frame. */
  readonly frameStep?: number | null | undefined;
  /** Default: the power of two from `frameLength` on. */
  readonly fftLength?: number | null | undefined;
  /** A window's name or its values; null for none. Default `"hann"`. */
  readonly window?: string | readonly number[] | null | undefined;
  /** Whether the window is periodic rather than symmetric. Default false. */
  readonly periodic?: boolean | undefined;
  /** Default `"density"`. */
  readonly scaling?: (typeof scalings)[number] | null | undefined;
  /** Default `"valid"`. */
  readonly padding?: "valid" | "same" | undefined;
  /** Whether channels get an axis of their own. Default false. */
  readonly expandDims?: boolean | undefined;
  readonly dataFormat?: DataFormat | null | undefined;
}

class STFTSpectrogramLayer extends LayerBase {
  static readonly className = "STFTSpectrogram";
  static readonly parameters: ParameterTable = {
    mode: "log",
    frameLength: 256,
    frameStep: null,
    fftLength: null,
    window: "hann",
    periodic: false,
    scaling: "density",
    padding: "valid",
    expandDims: false,
    dataFormat: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly mode: (typeof modes)[number];
  readonly frameLength: number;
  readonly frameStep: number | null;
  readonly fftLength: number | null;
  readonly window: string | readonly number[] | null;
  readonly periodic: boolean;
  readonly scaling: (typeof scalings)[number] | null;
  readonly padding: "valid" | "same";
  readonly expandDims: boolean;
  readonly dataFormat: DataFormat;
  declare realKernel: Variable | null;
  declare imagKernel: Variable | null;

  constructor(...args: readonly unknown[]) {
    const where = "STFTSpectrogram";
    const given = bindParameters<Given<STFTSpectrogramOptions>>(where, STFTSpectrogramLayer.parameters, args);
    super(given);
    this.mode = oneOf(where, "mode", given.mode, modes);
    this.frameLength = positiveInteger(where, "frameLength", given.frameLength);
    this.frameStep = given.frameStep === null ? null : positiveInteger(where, "frameStep", given.frameStep);
    this.fftLength = given.fftLength === null ? null : positiveInteger(where, "fftLength", given.fftLength);
    this.window = given.window;
    this.periodic = given.periodic;
    this.scaling = given.scaling === null ? null : oneOf(where, "scaling", given.scaling, scalings);
    this.padding = oneOf(where, "padding", given.padding, ["valid", "same"]);
    this.expandDims = given.expandDims;
    this.dataFormat = toDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 3 });
    if ((this.frameStep ?? 1) > this.frameLength) {
      throw new OptionError(
        `${where}: expected \`frameStep\` not to exceed frameLength (${this.frameLength}), received ${this.frameStep}.`,
      );
    }
    if ((this.fftLength ?? this.frameLength) < this.frameLength) {
      throw new OptionError(
        `${where}: expected \`fftLength\` not to be below frameLength (${this.frameLength}), received ${this.fftLength}.`,
      );
    }
  }

  override build(_inputShape: Shape): void {
    const fft = this.fftLength ?? 2 ** Math.ceil(Math.log2(this.frameLength));
    const kernel = (side: "real" | "imag"): Variable =>
      this.addWeight({
        name: `${side}_kernel`,
        shape: [this.frameLength, 1, Math.floor(fft / 2) + 1],
        initializer: new STFT({ side, window: this.window, scaling: this.scaling, periodic: this.periodic }),
      });
    this.realKernel = this.mode === "imag" ? null : kernel("real");
    this.imagKernel = this.mode === "real" ? null : kernel("imag");
  }

  override call(inputs: Tensor): Tensor {
    const real = this.realKernel === null ? null : this.#convolve(inputs, this.realKernel);
    const imag = this.imagKernel === null ? null : this.#convolve(inputs, this.imagKernel);
    if (real === null || imag === null) return this.#arrange(real ?? imag ?? inputs);
    if (this.mode === "angle") return this.#arrange(arctan2(imag, real) as Tensor); // SAFETY: tensors in, tensor out
    if (this.mode === "stft") return this.#arrange(concatenate([real, imag], 2) as Tensor); // SAFETY: as above
    const power = add(square(real), square(imag)) as Tensor; // SAFETY: as above
    if (this.mode === "psd") {
      // Frequencies that occur on both sides count twice.
      const inner = getItem(power, [":", ":", "1:-1", ":"]) as Tensor; // SAFETY: as above
      return this.#arrange(
        add(
          power,
          pad(inner, [
            [0, 0],
            [0, 0],
            [1, 1],
            [0, 0],
          ]),
        ) as Tensor,
      ); // SAFETY: as above
    }
    const magnitude = this.#arrange(sqrt(maximum(power, epsilon())) as Tensor); // SAFETY: as above
    return this.mode === "magnitude" ? magnitude : log(maximum(magnitude, epsilon()));
  }

  /** The spectra of each channel by itself: `[batch, channels, frequencies, frames]`. */
  #convolve(inputs: Tensor, kernel: Variable): Tensor {
    const isLast = this.dataFormat === "channels_last";
    const [batch = 1, channels = 1, time = 1] = isLast
      ? [inputs.dims[0], inputs.dims[2], inputs.dims[1]]
      : inputs.dims;
    const rows = reshape(isLast ? transpose(inputs, [0, 2, 1]) : inputs, [batch * channels, time, 1]);
    const strides = this.frameStep ?? Math.floor(this.frameLength / 2);
    const spectra = conv(rows as Tensor, cast(kernel, inputs.dtype) as Tensor, {
      strides,
      padding: this.padding,
      dataFormat: "channels_last",
    }) as Tensor; // SAFETY: tensors in, tensor out
    const [, frames = 0, frequencies = 0] = spectra.dims;
    return transpose(reshape(spectra, [batch, channels, frames, frequencies]), [0, 1, 3, 2]) as Tensor; // SAFETY: as above
  }

  /** From `[batch, channels, frequencies, frames]` to the form that is asked for. */
  #arrange(spectra: Tensor): Tensor {
    const [batch = 1, channels = 1, frequencies = 0, frames = 0] = spectra.dims;
    const isLast = this.dataFormat === "channels_last";
    if (this.expandDims) return transpose(spectra, isLast ? [0, 3, 2, 1] : [0, 1, 3, 2]) as Tensor; // SAFETY: tensor in, tensor out
    const joined = reshape(spectra, [batch, channels * frequencies, frames]);
    return (isLast ? transpose(joined, [0, 2, 1]) : joined) as Tensor; // SAFETY: as above
  }
}

export interface STFTSpectrogram extends STFTSpectrogramLayer, LayerCall<WideRule> {}

export interface STFTSpectrogramConstructor extends LayerConstructor<
  Fixed<STFTSpectrogram>,
  STFTSpectrogramOptions,
  [
    mode: "mode",
    frameLength: "frameLength",
    frameStep: "frameStep",
    fftLength: "fftLength",
    window: "window",
    periodic: "periodic",
    scaling: "scaling",
    padding: "padding",
    expandDims: "expandDims",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * Spectra of overlapping frames, by convolutions whose kernels may be trained.
 *
 * Shapes (channels last): `[batch, time, channels]` → `[batch, frames, channels · (fftLength / 2 + 1)]`, or
 * `[batch, frames, fftLength / 2 + 1, channels]` with `expandDims`; twice as many for `"stft"`.
 *
 * @see Keras `layers/preprocessing/stft_spectrogram.py`
 */
export const STFTSpectrogram: STFTSpectrogramConstructor = callable<
  typeof STFTSpectrogramLayer,
  STFTSpectrogramConstructor
>(STFTSpectrogramLayer);
