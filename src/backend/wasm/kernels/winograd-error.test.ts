import { describe, expect, it } from "vitest";
import type {
  ConvolutionDescriptor,
  ConvolutionPass,
  WinogradUse,
} from "../../../compiler/kernel-ir/structured.ts";
import { tolerance } from "../../../../test/support/close.ts";
import { defaultOptions, harness, noise } from "../../../../test/support/kernel-harness.ts";
import { emitConvolution } from "./convolution.ts";

/** A "same" 3×3 convolution of a network that people train: images of `size²`, `channels[0]` → `channels[1]`. */
interface Shape {
  readonly batch: number;
  readonly size: number;
  readonly channels: readonly [number, number];
}

const shapes: Readonly<Record<string, Shape>> = {
  "toy ResNet, blocks": { batch: 8, size: 9, channels: [64, 64] },
  "VGG, second block": { batch: 1, size: 56, channels: [64, 128] },
  "ResNet50, third stage": { batch: 2, size: 14, channels: [256, 256] },
  "VGG, last block": { batch: 2, size: 14, channels: [512, 512] },
};
const passes = ["forward", "inputGradient", "filterGradient"] as const;

/**
 * Largest errors seen on these shapes, as a share of the largest result, with room of a third. The direct algorithm's
 * are of sums in another order; those of tiles of 4 grow with the numbers 5 and 8 of their transforms.
 */
const bounds: Readonly<Record<string, number>> = { never: 2e-6, 2: 1.3e-6, 3: 5e-6, 4: 1.7e-5 };

const order = {
  forward: ["x", "w", "y"],
  inputGradient: ["y", "w", "x"],
  filterGradient: ["x", "y", "w"],
} as const;

/** Activations after a ReLU, kernels as Glorot draws them, gradients of either sign about as large as kernels. */
function fill(data: Float32Array, what: "x" | "w" | "y", { channels: [from, to] }: Shape): void {
  const random = noise(from + what.charCodeAt(0));
  const limit = Math.sqrt(6 / (9 * (from + to)));
  data.forEach((_, i) => (data[i] = what === "x" ? Math.max(0, random()) : random() * limit));
}

interface Errors {
  /** Largest error as a share of the largest result. */
  readonly relative: number;
  /** Largest error as a share of what the table of tolerances allows for that result. */
  readonly ofAllowance: number;
}

function errorsOf(shape: Shape, pass: ConvolutionPass, winograd: WinogradUse): Errors {
  const { batch, size, channels } = shape;
  const [from, to] = channels;
  const axis = { input: size, output: size, kernel: 3, stride: 1, dilation: 1, padLow: 1 };
  const d: ConvolutionDescriptor = {
    kind: "convolution",
    pass,
    dtype: "float32",
    batch,
    axes: [axis, axis],
    inputChannels: from,
    outputChannels: to,
    groups: 1,
    accumulate: false,
    winograd,
  };
  const sizes = { x: batch * size * size * from, w: 9 * from * to, y: batch * size * size * to };
  const kernel = harness(
    (module) => emitConvolution(module, d, defaultOptions()),
    order[pass].map((name) => sizes[name] * 4),
  );
  const views = order[pass].map(
    (name, i) => new Float32Array(kernel.memory.buffer, kernel.addresses[i] ?? 0, sizes[name]),
  );
  const [a, b, out] = views;
  if (a === undefined || b === undefined || out === undefined) throw new Error("three operands");
  fill(a, order[pass][0], shape);
  fill(b, order[pass][1], shape);
  kernel.run();

  /** One result in double precision. */
  const exact = (index: number): number => {
    let sum = 0;
    const pixel = (n: number, y: number, x: number): number => (n * size + y) * size + x;
    const inside = (p: number): boolean => p >= 0 && p < size;
    if (pass === "filterGradient") {
      const [f, c, tap] = [index % to, Math.floor(index / to) % from, Math.floor(index / (to * from))];
      const [dy, dx] = [Math.floor(tap / 3) - 1, (tap % 3) - 1];
      for (let n = 0; n < batch; n++)
        for (let y = 0; y < size; y++)
          for (let x = 0; x < size; x++)
            if (inside(y + dy) && inside(x + dx))
              sum += (a[pixel(n, y + dy, x + dx) * from + c] ?? 0) * (b[pixel(n, y, x) * to + f] ?? 0);
      return sum;
    }
    const [source, target] = pass === "forward" ? [from, to] : [to, from];
    const sign = pass === "forward" ? 1 : -1;
    const [channel, x] = [index % target, Math.floor(index / target) % size];
    const [y, n] = [Math.floor(index / (target * size)) % size, Math.floor(index / (target * size * size))];
    for (let tap = 0; tap < 9; tap++) {
      const [row, column] = [y + sign * (Math.floor(tap / 3) - 1), x + sign * ((tap % 3) - 1)];
      if (!inside(row) || !inside(column)) continue;
      for (let k = 0; k < source; k++) {
        const [c, f] = pass === "forward" ? [k, channel] : [channel, k];
        sum += (a[pixel(n, row, column) * source + k] ?? 0) * (b[(tap * from + c) * to + f] ?? 0);
      }
    }
    return sum;
  };

  const { rtol, atol } = tolerance("float32", pass === "forward" ? "op" : "grad");
  const step = Math.max(1, Math.floor(out.length / 600));
  let [largest, worst, ofAllowance] = [0, 0, 0];
  for (let i = 0; i < out.length; i += step) {
    const wanted = exact(i);
    const error = Math.abs((out[i] ?? Number.NaN) - wanted);
    largest = Math.max(largest, Math.abs(wanted));
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
    ofAllowance = Math.max(ofAllowance, error / (atol + rtol * Math.abs(wanted)));
  }
  return { relative: worst / largest, ofAllowance };
}

describe.each(Object.keys(shapes))("errors of convolutions in float32: %s", (name) => {
  const shape = shapes[name];
  if (shape === undefined) return;
  it.each(passes.flatMap((pass) => (["never", 2, 3, 4] as const).map((tile) => [pass, tile] as const)))(
    "%s, Winograd's tiles: %s",
    (pass, tile) => {
      const { relative, ofAllowance } = errorsOf(shape, pass, tile);
      expect(relative).toBeLessThan(bounds[tile] ?? 0);
      expect(relative, "compared with itself").toBeGreaterThan(0);
      expect(ofAllowance).toBeLessThan(1);
    },
  );
});
