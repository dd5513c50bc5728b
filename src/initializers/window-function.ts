import { OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";

/** Weights of the cosines `cos 2πkt` of windows that are sums of cosines, for t from 0 to 1. */
const cosineSums: Readonly<Record<string, readonly number[]>> = {
  boxcar: [1],
  hann: [0.5, -0.5],
  hamming: [0.54, -0.46],
  blackman: [0.42, -0.5, 0.08],
  nuttall: [0.3635819, -0.4891775, 0.1365995, -0.0106411],
  blackmanharris: [0.35875, -0.48829, 0.14128, -0.01168],
  flattop: [0.21557895, -0.41663158, 0.277263158, -0.083578947, 0.006947368],
};

/** Windows by name, as functions of the position and the length of the symmetric window. */
function windowOf(name: string): ((i: number, length: number) => number) | undefined {
  const weights = cosineSums[name];
  if (weights !== undefined) {
    return (i, length) =>
      weights.reduce((sum, weight, k) => sum + weight * Math.cos((2 * Math.PI * k * i) / (length - 1)), 0);
  }
  const others: Readonly<Record<string, (i: number, length: number) => number>> = {
    bartlett: (i, length) => 1 - Math.abs((2 * i) / (length - 1) - 1),
    triang: (i, length) => 1 - Math.abs((2 * i + 1 - length) / (length + (length % 2))),
    cosine: (i, length) => Math.sin((Math.PI * (i + 0.5)) / length),
  };
  return others[name];
}

/**
 * A window function by SciPy's name; periodic windows are symmetric ones of one more element without the last.
 *
 * @throws {OptionError} for an unknown name.
 * @see SciPy `signal.get_window`
 */
export function windowFunction(where: string, name: string, length: number, periodic: boolean): number[] {
  const window = windowOf(name);
  if (window === undefined) {
    const known = [...Object.keys(cosineSums), "bartlett", "triang", "cosine"];
    throw new OptionError(
      `${where}: unknown window "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}; or give its values.`,
    );
  }
  if (length === 1) return [1];
  return Array.from({ length }, (_, i) => window(i, periodic ? length + 1 : length));
}
