import { describe, expect, it } from "vitest";
import type { PoolingDescriptor, PoolingMode, WindowAxis } from "../../../compiler/kernel-ir/structured.ts";
import { emitPooling } from "./pooling.ts";
import { axis, harness, noise, worstError } from "../../../../test/support/kernel-harness.ts";

interface Case {
  readonly batch: number;
  readonly channels: number;
  readonly axes: readonly WindowAxis[];
}

/** For each result element, the input elements of its window, in order. */
function windows(d: PoolingDescriptor): number[][] {
  const result: number[][] = [];
  const each = (axis: number, starts: readonly number[], image: number): void => {
    const a = d.axes[axis];
    if (a !== undefined) {
      for (let o = 0; o < a.output; o++) each(axis + 1, [...starts, o * a.stride - a.padLow], image);
      return;
    }
    for (let c = 0; c < d.channels; c++) {
      const elements: number[] = [];
      const walk = (depth: number, position: number): void => {
        const w = d.axes[depth];
        if (w === undefined) {
          elements.push(position * d.channels + c);
          return;
        }
        for (let k = 0; k < w.kernel; k++) {
          const i = (starts[depth] ?? 0) + k * w.dilation;
          if (i >= 0 && i < w.input) walk(depth + 1, position * w.input + i);
        }
      };
      walk(0, image);
      result.push(elements);
    }
  };
  for (let n = 0; n < d.batch; n++) each(0, [], n);
  return result;
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

function check(c: Case, mode: PoolingMode, dtype: PoolingDescriptor["dtype"] = "float32"): void {
  const d: PoolingDescriptor = {
    kind: "pooling",
    mode,
    dtype,
    batch: c.batch,
    channels: c.channels,
    axes: c.axes,
  };
  const all = windows(d);
  const inputSize = d.axes.reduce((product, axis) => product * axis.input, d.batch * d.channels);
  const gradient = mode.endsWith("Gradient");
  const sizes = !gradient
    ? [inputSize, all.length]
    : mode === "maxGradient"
      ? [inputSize, all.length, all.length, inputSize]
      : [all.length, inputSize];
  const TypedArray = arrays[dtype];
  const kernel = harness(
    (module) => emitPooling(module, d),
    sizes.map((size) => size * TypedArray.BYTES_PER_ELEMENT),
  );
  const views = sizes.map((size, i) => new TypedArray(kernel.memory.buffer, kernel.addresses[i] ?? 0, size));
  const random = noise(c.batch + c.channels);
  // Few distinct values, so that maxima are met more than once.
  for (const view of views)
    view.forEach((_, i) => (view[i] = Math.round(random() * 4) * (dtype === "int32" ? 10 : 0.25)));
  const result = views.at(-1) ?? new TypedArray(0);
  const [x = result, y = result, dy = result] = views;
  const read = (view: typeof x, i: number): number => view[i] ?? 0;
  const expected = new Float64Array(result.length);
  all.forEach((elements, o) => {
    const values = elements.map((i) => read(x, i));
    if (mode === "max") expected[o] = Math.max(...values);
    else if (mode === "sum") expected[o] = values.reduce((a, b) => a + b, 0);
    else if (mode === "average") {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expected[o] = dtype === "int32" ? Math.trunc(mean) : mean;
    } else if (mode === "maxGradient") {
      y[o] = Math.max(...values);
      const first = elements[values.indexOf(read(y, o))] ?? 0;
      expected[first] = (expected[first] ?? 0) + read(dy, o);
    } else {
      const share = read(x, o) / (mode === "averageGradient" ? elements.length : 1);
      for (const i of elements) expected[i] = (expected[i] ?? 0) + share;
    }
  });
  const initial = result.slice();
  kernel.run(1);
  const single = result.slice();
  expect(worstError(single, expected)).toBeLessThan(1e-6);
  result.set(initial);
  kernel.run(3);
  expect(result).toEqual(single);
}

const cases: Record<string, Case> = {
  "2×2": {
    batch: 2,
    channels: 8,
    axes: [axis(8, 2, { stride: 2 }), axis(6, 2, { stride: 2 })],
  },
  "3×3, stride 2, same": {
    batch: 9,
    channels: 21,
    axes: [axis(9, 3, { stride: 2, pad: 1 }), axis(10, 3, { stride: 2, pad: [0, 1] })],
  },
  "3×3, stride 1, same": {
    batch: 2,
    channels: 35,
    axes: [axis(5, 3, { pad: 1 }), axis(6, 3, { pad: 1 })],
  },
  "2×3, stride 3": {
    batch: 1,
    channels: 3,
    axes: [axis(7, 2, { stride: 3 }), axis(9, 3, { stride: 3 })],
  },
  "one channel": {
    batch: 3,
    channels: 1,
    axes: [axis(6, 2, { stride: 2 }), axis(7, 2, { stride: 2, pad: [0, 1] })],
  },
  "one axis": { batch: 2, channels: 18, axes: [axis(13, 4, { stride: 2, pad: [1, 2] })] },
  "one axis, dilated": { batch: 2, channels: 6, axes: [axis(13, 3, { dilation: 2, pad: 2 })] },
  "three axes": {
    batch: 2,
    channels: 5,
    axes: [axis(4, 2, { stride: 2 }), axis(5, 3, { pad: 1 }), axis(6, 2, { stride: 2, pad: [0, 1] })],
  },
  "whole image": {
    batch: 2,
    channels: 40,
    axes: [axis(4, 4, { stride: 4 }), axis(5, 5, { stride: 5 })],
  },
};

describe.each(["max", "sum", "average", "maxGradient", "sumGradient", "averageGradient"] as const)(
  "%s",
  (mode) => {
    it.each(Object.keys(cases))("%s", (name) => {
      const c = cases[name];
      if (c === undefined) return;
      check(c, mode);
      check(c, mode, "float64");
      if (!mode.endsWith("Gradient")) check(c, mode, "int32");
    });
  },
);
