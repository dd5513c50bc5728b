/**
 * Speed of the pooling kernels on one thread: `npx node bench/kernels/pooling.ts`. Input bytes read per second (GB/s), medians
 * after warm-up.
 */
import type { PoolingDescriptor, PoolingMode, WindowAxis } from "../../src/compiler/kernel-ir/structured.ts";
import { emitPooling } from "../../src/backend/wasm/kernels/index.ts";
import { harness } from "../../test/support/kernel-harness.ts";
import { measure } from "./measure.ts";

interface Shape {
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly window: number;
  readonly stride: number;
}

const shapes: readonly Shape[] = [
  { batch: 64, size: 28, channels: 64, window: 3, stride: 3 },
  { batch: 64, size: 24, channels: 32, window: 3, stride: 3 },
  { batch: 8, size: 112, channels: 64, window: 3, stride: 2 },
  { batch: 8, size: 224, channels: 64, window: 2, stride: 2 },
];
const modes: readonly PoolingMode[] = ["max", "average", "maxGradient", "averageGradient"];

console.log(`${"".padEnd(28)}${modes.map((mode) => mode.padStart(16)).join("")}`);
for (const { batch, size, channels, window, stride } of shapes) {
  const output = Math.floor((size - window) / stride) + 1;
  const axis: WindowAxis = { input: size, output, kernel: window, stride, dilation: 1, padLow: 0 };
  const [input, result] = [batch * size * size * channels * 4, batch * output * output * channels * 4];
  const row = [`${batch}×${size}×${size}×${channels} ${window}×${window}/${stride}`.padEnd(28)];
  for (const mode of modes) {
    const d: PoolingDescriptor = {
      kind: "pooling",
      mode,
      dtype: "float32",
      batch,
      axes: [axis, axis],
      channels,
    };
    const operands = {
      max: [input, result],
      sum: [input, result],
      average: [input, result],
      maxGradient: [input, result, result, input],
      sumGradient: [result, input],
      averageGradient: [result, input],
    };
    const kernel = harness((module) => emitPooling(module, d), operands[mode]);
    const seconds = await measure(() => kernel.run(), 7);
    row.push((input / seconds / 1e9).toFixed(2).padStart(16));
  }
  console.log(row.join(""));
}
