/**
 * Speed of the convolution kernels on one thread: `npx node bench/kernels/convolution.ts [name part]`. Effective GFLOP/s (those of
 * the direct algorithm), medians after warm-up.
 */
import type {
  ConvolutionDescriptor,
  ConvolutionPass,
  WindowAxis,
  WinogradUse,
} from "../../src/compiler/kernel-ir/structured.ts";
import { emitConvolution } from "../../src/backend/wasm/kernels/index.ts";
import { defaultOptions, harness } from "../../test/support/kernel-harness.ts";
import { measure } from "./measure.ts";

interface Shape {
  readonly name: string;
  readonly batch: number;
  readonly size: number;
  readonly channels: readonly [number, number];
  readonly kernel: number;
  readonly stride?: number;
  readonly same?: boolean;
  readonly groups?: number;
}

const shapes: readonly Shape[] = [
  { name: "reference 32×32×32→64", batch: 32, size: 32, channels: [32, 64], kernel: 3, same: true },
  { name: "resnet 1: 32×32×3→32 valid", batch: 64, size: 32, channels: [3, 32], kernel: 3 },
  { name: "resnet 2: 30×30×32→64 valid", batch: 64, size: 30, channels: [32, 64], kernel: 3 },
  { name: "resnet block: 9×9×64→64", batch: 64, size: 9, channels: [64, 64], kernel: 3, same: true },
  { name: "resnet last: 9×9×64→64 valid", batch: 64, size: 9, channels: [64, 64], kernel: 3 },
  { name: "autoencoder 1: 28×28×1→16 valid", batch: 64, size: 28, channels: [1, 16], kernel: 3 },
  { name: "autoencoder 2: 26×26×16→32 valid", batch: 64, size: 26, channels: [16, 32], kernel: 3 },
  { name: "autoencoder 3: 8×8×32→32 valid", batch: 64, size: 8, channels: [32, 32], kernel: 3 },
  { name: "autoencoder 4: 6×6×32→16 valid", batch: 64, size: 6, channels: [32, 16], kernel: 3 },
  { name: "strided 56×56×64→128", batch: 4, size: 56, channels: [64, 128], kernel: 3, stride: 2, same: true },
  { name: "pointwise 14×14×256→1024", batch: 8, size: 14, channels: [256, 1024], kernel: 1 },
  { name: "deep 14×14×256→256", batch: 8, size: 14, channels: [256, 256], kernel: 3, same: true },
  { name: "deep 7×7×512→512", batch: 8, size: 7, channels: [512, 512], kernel: 3, same: true },
  {
    name: "first 7×7/2 224×224×3→64",
    batch: 1,
    size: 224,
    channels: [3, 64],
    kernel: 7,
    stride: 2,
    same: true,
  },
  {
    name: "depthwise 56×56×128",
    batch: 8,
    size: 56,
    channels: [128, 128],
    kernel: 3,
    same: true,
    groups: 128,
  },
  {
    name: "depthwise/2 56×56×128",
    batch: 8,
    size: 56,
    channels: [128, 128],
    kernel: 3,
    stride: 2,
    same: true,
    groups: 128,
  },
];

function describe(shape: Shape, pass: ConvolutionPass, winograd: WinogradUse): ConvolutionDescriptor {
  const { batch, size, kernel, channels, groups = 1, stride = 1 } = shape;
  const output = shape.same === true ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
  const padLow = shape.same === true ? Math.floor(Math.max(0, (output - 1) * stride + kernel - size) / 2) : 0;
  const axis: WindowAxis = { input: size, output, kernel, stride, dilation: 1, padLow };
  const [inputChannels, outputChannels] = channels;
  const common = { kind: "convolution", dtype: "float32", groups, accumulate: false } as const;
  return { ...common, pass, batch, axes: [axis, axis], inputChannels, outputChannels, winograd };
}

const wanted = process.argv[2] ?? "";
for (const shape of shapes.filter(({ name }) => name.includes(wanted))) {
  const row = [shape.name.padEnd(34)];
  for (const winograd of ["never", "estimated"] as const) {
    for (const pass of ["forward", "inputGradient", "filterGradient"] as const) {
      const d = describe(shape, pass, winograd);
      const [first, second] = d.axes;
      const input = (first?.input ?? 1) * (second?.input ?? 1) * d.batch * d.inputChannels * 4;
      const output = (first?.output ?? 1) * (second?.output ?? 1) * d.batch * d.outputChannels * 4;
      const filter = (shape.kernel ** 2 * d.inputChannels * d.outputChannels * 4) / d.groups;
      const bytes = {
        forward: [input, filter, output],
        inputGradient: [output, filter, input],
        filterGradient: [input, output, filter],
      };
      const kernel = harness((module) => emitConvolution(module, d, defaultOptions()), bytes[pass]);
      new Float32Array(kernel.memory.buffer).fill(0.5);
      const seconds = await measure(() => kernel.run(), 7);
      const flops = (2 * (output / 4) * shape.kernel ** 2 * d.inputChannels) / d.groups;
      row.push((flops / seconds / 1e9).toFixed(1).padStart(6));
    }
    row.push(" |");
  }
  console.log(row.join(" "));
}
