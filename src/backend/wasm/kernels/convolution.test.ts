import { describe, expect, it } from "vitest";
import type {
  ConvolutionDescriptor,
  ConvolutionPass,
  WindowAxis,
} from "../../../compiler/kernel-ir/structured.ts";
import { f32x4, i32, i32x4, v128 } from "../assembler/index.ts";
import { emitConvolution } from "./convolution.ts";
import type { Epilogue } from "./kernel.ts";
import { winogradConvolution } from "./winograd-convolution.ts";
import { winogradFilter } from "./winograd-filter.ts";
import { axis, defaultOptions, harness, noise, worstError } from "../../../../test/support/kernel-harness.ts";

interface Case {
  readonly batch: number;
  readonly axes: readonly WindowAxis[];
  readonly channels: readonly [number, number];
  readonly groups?: number;
}

function descriptorOf(c: Case, pass: ConvolutionPass): ConvolutionDescriptor {
  return {
    kind: "convolution",
    pass,
    dtype: "float32",
    batch: c.batch,
    axes: c.axes,
    inputChannels: c.channels[0],
    outputChannels: c.channels[1],
    groups: c.groups ?? 1,
    accumulate: false,
  };
}

/** Visits every `(x, w, y)` index triple that meets in the convolution. */
function visit(d: ConvolutionDescriptor, meet: (x: number, w: number, y: number) => void): void {
  const perGroup = d.inputChannels / d.groups;
  const perGroupOut = d.outputChannels / d.groups;
  const walk = (axis: number, x: number, w: number, y: number): void => {
    const a = d.axes[axis];
    if (a !== undefined) {
      for (let o = 0; o < a.output; o++) {
        for (let k = 0; k < a.kernel; k++) {
          const i = o * a.stride + k * a.dilation - a.padLow;
          if (i >= 0 && i < a.input) walk(axis + 1, x * a.input + i, w * a.kernel + k, y * a.output + o);
        }
      }
      return;
    }
    for (let f = 0; f < d.outputChannels; f++) {
      const group = Math.floor(f / perGroupOut);
      for (let c = 0; c < perGroup; c++) {
        meet(
          x * d.inputChannels + group * perGroup + c,
          (w * perGroup + c) * d.outputChannels + f,
          y * d.outputChannels + f,
        );
      }
    }
  };
  for (let n = 0; n < d.batch; n++) walk(0, n, 0, n);
}

function sizesOf(d: ConvolutionDescriptor): { x: number; w: number; y: number } {
  const product = (key: "input" | "output" | "kernel"): number =>
    d.axes.reduce((all, axis) => all * axis[key], 1);
  return {
    x: d.batch * product("input") * d.inputChannels,
    w: (product("kernel") * d.inputChannels * d.outputChannels) / d.groups,
    y: d.batch * product("output") * d.outputChannels,
  };
}

const operandOrder = {
  forward: ["x", "w", "y"],
  inputGradient: ["y", "w", "x"],
  filterGradient: ["x", "y", "w"],
} as const;
const tolerance = 4e-6;

interface CheckOptions {
  readonly accumulate?: boolean;
  readonly epilogue?: {
    readonly emit: Epilogue;
    readonly apply: (value: number, row: number, column: number) => number;
  };
  readonly winograd?: 2 | 3 | 4;
  readonly tolerance?: number;
}

function check(c: Case, pass: ConvolutionPass, options: CheckOptions = {}): void {
  const d = { ...descriptorOf(c, pass), accumulate: options.accumulate ?? false, winograd: "never" as const };
  const sizes = sizesOf(d);
  const order = operandOrder[pass];
  const kernel = harness(
    (module) =>
      options.winograd === undefined
        ? emitConvolution(module, d, defaultOptions(), options.epilogue?.emit)
        : pass === "filterGradient"
          ? winogradFilter(module, d, defaultOptions(), options.winograd)
          : winogradConvolution(module, d, defaultOptions(), options.winograd, options.epilogue?.emit),
    order.map((name) => sizes[name] * 4),
    [4096],
  );
  const random = noise(c.batch + c.channels[0] * 3 + c.channels[1]);
  const [a, b, out] = order.map(
    (name, i) => new Float32Array(kernel.memory.buffer, kernel.addresses[i] ?? 0, sizes[name]),
  );
  if (a === undefined || b === undefined || out === undefined) throw new Error("unreachable");
  for (const operand of [a, b, out]) operand.forEach((_, i) => (operand[i] = random()));
  const bias = new Float32Array(kernel.memory.buffer, kernel.addresses[3] ?? 0, 1024);
  bias.forEach((_, i) => (bias[i] = i * 0.01));
  const initial = out.slice();
  const expected = new Float64Array(initial.length);
  if (options.accumulate === true) expected.set(initial);
  const add = (to: number, left: number, right: number): void => {
    expected[to] = (expected[to] ?? 0) + (a[left] ?? 0) * (b[right] ?? 0);
  };
  const meet: Record<ConvolutionPass, (x: number, w: number, y: number) => void> = {
    forward: (x, w, y) => add(y, x, w),
    inputGradient: (x, w, y) => add(x, y, w),
    filterGradient: (x, w, y) => add(w, x, y),
  };
  visit(d, meet[pass]);
  const columns = pass === "forward" ? d.outputChannels : d.inputChannels;
  const { epilogue } = options;
  if (epilogue !== undefined) {
    expected.forEach(
      (value, i) => (expected[i] = epilogue.apply(value, Math.floor(i / columns), i % columns)),
    );
  }
  kernel.run(1);
  const single = out.slice();
  expect(worstError(single, expected), JSON.stringify(d)).toBeLessThan(options.tolerance ?? tolerance);
  out.set(initial);
  kernel.run(3);
  expect(out).toEqual(single);
}

const passes = ["forward", "inputGradient", "filterGradient"] as const;

const cases: Record<string, Case> = {
  "3×3 same": {
    batch: 2,
    axes: [axis(9, 3, { pad: 1 }), axis(9, 3, { pad: 1 })],
    channels: [8, 16],
  },
  "3×3 valid": {
    batch: 3,
    axes: [axis(10, 3), axis(12, 3)],
    channels: [5, 7],
  },
  "1×1": {
    batch: 2,
    axes: [axis(5, 1), axis(6, 1)],
    channels: [12, 9],
  },
  "1×1 strided": {
    batch: 2,
    axes: [axis(7, 1, { stride: 2 }), axis(8, 1, { stride: 2 })],
    channels: [6, 10],
  },
  "strided same": {
    batch: 2,
    axes: [axis(14, 3, { stride: 2, pad: [0, 1] }), axis(13, 3, { stride: 2, pad: 1 })],
    channels: [4, 12],
  },
  "stride 3, kernel 2": {
    batch: 1,
    axes: [axis(11, 2, { stride: 3 }), axis(12, 2, { stride: 3 })],
    channels: [6, 5],
  },
  "uneven strides": {
    batch: 2,
    axes: [axis(9, 5, { stride: 2, pad: 2 }), axis(17, 3, { stride: 3, pad: [1, 0] })],
    channels: [3, 8],
  },
  dilated: {
    batch: 2,
    axes: [axis(12, 3, { dilation: 2, pad: 2 }), axis(12, 3, { dilation: 3, pad: 3 })],
    channels: [6, 9],
  },
  "dilated and strided": {
    batch: 1,
    axes: [
      axis(15, 3, { stride: 2, dilation: 2, pad: [1, 2] }),
      axis(16, 3, { stride: 3, dilation: 2, pad: 2 }),
    ],
    channels: [4, 4],
  },
  "one channel": {
    batch: 3,
    axes: [axis(12, 3, { pad: 1 }), axis(12, 3, { pad: 1 })],
    channels: [1, 16],
  },
  "one output channel": {
    batch: 2,
    axes: [axis(8, 3, { pad: 1 }), axis(9, 3, { pad: 1 })],
    channels: [16, 1],
  },
  "three output channels": {
    batch: 2,
    axes: [axis(8, 3, { stride: 2, pad: 1 }), axis(9, 3, { stride: 2, pad: 1 })],
    channels: [9, 3],
  },
  "two output channels, dilated": {
    batch: 2,
    axes: [axis(8, 3, { dilation: 2, pad: 1 }), axis(9, 3, { dilation: 2, pad: 1 })],
    channels: [8, 2],
  },
  "small image": {
    batch: 5,
    axes: [axis(3, 3, { pad: 1 }), axis(2, 3, { pad: 1 })],
    channels: [10, 40],
  },
  "single pixel": {
    batch: 3,
    axes: [axis(1, 3, { pad: 1 }), axis(1, 3, { pad: 1 })],
    channels: [12, 40],
  },
  grouped: {
    batch: 2,
    axes: [axis(7, 3, { pad: 1 }), axis(8, 3, { stride: 2, pad: [0, 1] })],
    channels: [12, 18],
    groups: 3,
  },
  "wide kernel": {
    batch: 1,
    axes: [axis(20, 7, { stride: 2, pad: [2, 3] }), axis(20, 7, { stride: 2, pad: [2, 3] })],
    channels: [3, 20],
  },
  deep: {
    batch: 1,
    axes: [axis(6, 3, { pad: 1 }), axis(7, 3, { pad: 1 })],
    channels: [200, 136],
  },
  "deep, wide": {
    batch: 12,
    axes: [axis(4, 3, { pad: 1 }), axis(4, 3, { pad: 1 })],
    channels: [600, 530],
  },
  "one axis": { batch: 3, axes: [axis(30, 5, { stride: 2, pad: 2 })], channels: [6, 10] },
  "one axis, causal": { batch: 2, axes: [axis(25, 3, { dilation: 4, pad: [8, 0] })], channels: [7, 4] },
  "three axes": {
    batch: 2,
    axes: [axis(5, 3, { pad: 1 }), axis(6, 3, { stride: 2, pad: [0, 1] }), axis(7, 2, { pad: [0, 1] })],
    channels: [3, 6],
  },
  "three axes, valid": {
    batch: 2,
    axes: [axis(5, 2, { stride: 2 }), axis(6, 3), axis(7, 3, { dilation: 2 })],
    channels: [4, 5],
  },
  "long rows": {
    batch: 1,
    axes: [axis(40, 3, { pad: 1 }), axis(70, 3, { pad: 1 })],
    channels: [20, 24],
  },
  depthwise: {
    batch: 2,
    axes: [axis(9, 3, { pad: 1 }), axis(10, 3, { pad: 1 })],
    channels: [20, 20],
    groups: 20,
  },
  "depthwise strided": {
    batch: 2,
    axes: [axis(9, 3, { stride: 2, pad: 1 }), axis(10, 5, { stride: 2, pad: [1, 2] })],
    channels: [7, 7],
    groups: 7,
  },
  "depthwise, multiplier 2": {
    batch: 2,
    axes: [axis(9, 3, { dilation: 2, pad: 2 }), axis(10, 3)],
    channels: [6, 12],
    groups: 6,
  },
};

describe.each(passes)("%s", (pass) => {
  it.each(Object.keys(cases))("%s", (name) => {
    const c = cases[name];
    if (c === undefined) return;
    check(c, pass);
    if (name !== "deep, wide") check(c, pass, { accumulate: true });
  });
});

const emit: Epilogue = {
  paramCount: 1,
  key: "bias relu row",
  storesResult: true,
  emitRow:
    (_, { row, column, params: [bias] }) =>
    (value) => {
      const address = i32.add(bias ?? 0, i32.shl(column, 2));
      const shifted = f32x4.add(f32x4.add(value, v128.load(address)), f32x4.convertI32x4S(i32x4.splat(row)));
      return f32x4.pmax(f32x4.const(0), shifted);
    },
};
const apply = (value: number, row: number, column: number): number =>
  Math.max(0, value + column * 0.01 + row);
const epilogue = { emit, apply };

describe("epilogues", () => {
  it.each(Object.keys(cases))("%s", (name) => {
    const c = cases[name];
    if (c === undefined) return;
    check(c, "forward", { epilogue });
    check(c, "inputGradient", { epilogue });
  });
});

describe("Winograd's algorithm", () => {
  const shapes: Record<string, Case> = {
    same: {
      batch: 2,
      axes: [axis(12, 3, { pad: 1 }), axis(12, 3, { pad: 1 })],
      channels: [8, 12],
    },
    valid: {
      batch: 3,
      axes: [axis(13, 3), axis(15, 3)],
      channels: [16, 20],
    },
    "uneven padding": {
      batch: 1,
      axes: [axis(9, 3, { pad: [2, 0] }), axis(11, 3, { pad: [0, 1] })],
      channels: [4, 8],
    },
    "smaller than a tile": {
      batch: 2,
      axes: [axis(3, 3, { pad: 1 }), axis(4, 3, { pad: 1 })],
      channels: [12, 4],
    },
    "many channels": {
      batch: 2,
      axes: [axis(9, 3, { pad: 1 }), axis(9, 3, { pad: 1 })],
      channels: [64, 68],
    },
  };
  // The rounding error grows with the tile: measured worst cases, doubled.
  const bounds = { 2: 1e-6, 3: 4e-6, 4: 6e-6 };
  for (const outputs of [2, 3, 4] as const) {
    it.each(Object.keys(shapes))(`F(${outputs}×${outputs}, 3×3), %s`, (name) => {
      const c = shapes[name];
      if (c === undefined) return;
      check(c, "forward", { winograd: outputs, tolerance: bounds[outputs] });
      check(c, "inputGradient", { winograd: outputs, tolerance: bounds[outputs] });
      check(c, "filterGradient", { winograd: outputs, tolerance: bounds[outputs] });
      check(c, "forward", { winograd: outputs, tolerance: bounds[outputs], epilogue });
    });
  }
});
