import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { convolutionMultiplyAdds } from "./convolution-geometry.ts";
import { suitsWinograd, winogradPhases } from "./winograd-convolution.ts";

/** Cycles of the transforms for four channels, measured on one core with bench/kernels/convolution.ts. */
const transformCycles = {
  2: { input: 60, output: 40, filter: 60 },
  3: { input: 170, output: 100, filter: 90 },
  4: { input: 200, output: 110, filter: 130 },
} as const;
/** Multiply-adds per cycle of the register tiles. */
const rate = 8;
/** Share by which the products stay behind that rate: short sums, calls, cache misses. */
const overhead = 1.15;
/** Cycles for a byte of the transformed filter, read once per block of tiles from beyond the L2 cache. */
const filterByteCycles = 0.1;
/** What F(4×4) has to gain for its larger rounding error, and any form over the direct one. */
const accuracyPenalty = 1.1;

/** Estimated cycles of the direct algorithm. */
function directCycles(d: ConvolutionDescriptor): number {
  // The input gradient visits padding as if it were data: as many taps for every input pixel.
  const pixels = d.batch * d.axes.reduce((product, axis) => product * axis.input, 1);
  const taps = d.axes.reduce((product, axis) => product * axis.kernel, 1);
  const padded = pixels * taps * d.inputChannels * d.outputChannels;
  return ((d.pass === "inputGradient" ? padded : convolutionMultiplyAdds(d)) / rate) * overhead;
}

function winogradCycles(d: ConvolutionDescriptor, outputs: 2 | 3 | 4): number {
  const [y, x] = winogradPhases(d);
  const tiles = d.batch * Math.ceil(y.count / outputs) * Math.ceil(x.count / outputs);
  const positions = (outputs + 2) ** 2;
  const { inputChannels: k, outputChannels: n } = d;
  const cost = transformCycles[outputs];
  const products = ((tiles * positions * k * n) / rate) * overhead;
  const transforms = tiles * ((k / 4) * cost.input + (n / 4) * cost.output);
  const filter = d.isPrepared === true ? 0 : ((k * n) / 4) * cost.filter;
  const blocks = Math.ceil((tiles * positions * (k + n)) / 163_840);
  const traffic = blocks * positions * k * n * 4 * filterByteCycles;
  return (products + transforms + filter + traffic) * (outputs === 4 ? accuracyPenalty : 1);
}

/** The tile side of Winograd's algorithm that is asked for or estimated fastest; undefined for the direct algorithm. */
export function winogradChoice(d: ConvolutionDescriptor): 2 | 3 | 4 | undefined {
  if (d.winograd === "never" || d.accumulate || !suitsWinograd(d)) return undefined;
  if (typeof d.winograd === "number") return d.winograd;
  let best: 2 | 3 | 4 | undefined;
  let least = directCycles(d) / accuracyPenalty;
  for (const outputs of [2, 3, 4] as const) {
    const cycles = winogradCycles(d, outputs);
    if (cycles < least) [best, least] = [outputs, cycles];
  }
  return best;
}
