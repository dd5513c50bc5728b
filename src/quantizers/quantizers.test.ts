import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../backend/index.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { DType } from "../ir/dtypes.ts";
import { vjp } from "../ops/gradient.ts";
import * as q from "./index.ts";
import { resolveConfig } from "./configs.ts";

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Fixtures {
  readonly x: Stored;
  readonly absMax: readonly {
    axis: number | number[];
    valueRange: [number, number];
    q: Stored;
    scale: Stored;
  }[];
  readonly grouped: readonly {
    blockSize: number;
    toNumpy: boolean;
    q: Stored;
    scale: Stored;
    zero: Stored;
  }[];
  readonly pack: readonly {
    name: "Int4" | "Int2" | "Ternary";
    dtype?: "int8" | "uint8";
    axis: number;
    arr: Stored;
    packed: Stored;
    shape: number[];
    length: number;
  }[];
  readonly v: Stored;
  readonly qdq: readonly { format: "float8_e4m3fn" | "float8_e5m2"; scale: number; out: Stored }[];
  readonly scales: readonly { amax: number; scale: number; margin: number; out: number }[];
  readonly history: readonly { h: Stored; out: Stored }[];
  readonly fakeX: Stored;
  readonly fake: readonly {
    numBits: number;
    narrowRange: boolean;
    axis: number | null;
    min: number | number[];
    max: number | number[];
    cotangent: Stored;
    out: Stored;
    grads: readonly Stored[];
  }[];
}

// Computed by Keras 3.16 on JAX.
const fixtures = JSON.parse(
  readFileSync(new URL("../../test/fixtures/quantizers.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

function toTensor({ data, shape, dtype }: Stored): Tensor {
  return makeTensor([...data], { shape, dtype });
}

function expectTensor(actual: Tensor, expected: Stored, digits = 6): void {
  expect([actual.dtype, actual.dims]).toEqual([expected.dtype, expected.shape]);
  const values = Array.from(actual.dataSync(), Number);
  values.forEach((value, i) => {
    const wanted = expected.data[i] ?? Number.NaN;
    expect(Math.abs(value - wanted), `element ${i}: ${value}, expected ${wanted}`).toBeLessThanOrEqual(
      10 ** -digits * Math.abs(wanted),
    );
  });
}

describe.each(["reference", "wasm"])("quantizers on %s compute what Keras does", (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend("reference"));

  it.each(fixtures.absMax)(
    "absMaxQuantize over $axis in $valueRange",
    ({ axis, valueRange, ...expected }) => {
      const x = toTensor(fixtures.x);
      const [integers, scale] = q.absMaxQuantize(x, axis, { valueRange });
      expectTensor(integers, expected.q);
      expectTensor(scale, expected.scale);
      const [again, other] = q.AbsMaxQuantizer({ valueRange })(x, { axis });
      expectTensor(again, expected.q);
      expectTensor(other, expected.scale);
    },
  );

  it.each(fixtures.grouped)(
    "blocks of $blockSize, toNumpy $toNumpy",
    ({ blockSize, toNumpy, ...expected }) => {
      const [integers, scale, zero] = q.absMaxQuantizeGroupedWithZeroPoint(toTensor(fixtures.x), blockSize, {
        toNumpy,
      });
      expectTensor(integers, expected.q);
      expectTensor(scale, expected.scale);
      expectTensor(zero, expected.zero);
    },
  );

  it.each(fixtures.pack)(
    "pack$name of $dtype along $axis, and back",
    ({ name, axis, dtype, arr, packed, shape, length }) => {
      const options = dtype === undefined ? { axis } : { axis, dtype };
      const [bytes, packedShape, original] = q[`pack${name}`](toTensor(arr), options);
      expectTensor(bytes, packed);
      expect([packedShape, original]).toEqual([shape, length]);
      const back = q[`unpack${name}`](bytes, length, options);
      expect(Array.from(back.dataSync(), Number)).toEqual([...arr.data]);
      expect(back.dtype).toBe(dtype ?? "int8");
    },
  );

  it.each(fixtures.qdq)(
    "quantizeAndDequantize: $format by $scale, to the last bit",
    ({ format, scale, out }) => {
      const rounded = q.quantizeAndDequantize(toTensor(fixtures.v), scale, format, "float32");
      expectTensor(rounded, out, scale === 1 ? 8 : 6);
    },
  );

  it("scales and histories of float8", () => {
    for (const { amax, scale, margin, out } of fixtures.scales)
      expect(q.computeFloat8Scale(amax, scale, 448, margin).item()).toBeCloseTo(out, 6);
    for (const { h, out } of fixtures.history)
      expectTensor(q.computeFloat8AmaxHistory(toTensor(fixtures.x), toTensor(h)), out);
  });

  it.each(fixtures.fake)("fakeQuantWithMinMaxVars of $numBits bits, axis $axis, and its gradients", (one) => {
    const { numBits, narrowRange, axis } = one;
    const x = toTensor(fixtures.fakeX);
    const [min, max] = [makeTensor(one.min), makeTensor(one.max)];
    const { outputs, gradients } = vjp(
      (...args) =>
        q.fakeQuantWithMinMaxVars(...(args as [Tensor, Tensor, Tensor]), { numBits, narrowRange, axis }),
      [x, min, max],
      [toTensor(one.cotangent)],
    );
    expectTensor(outputs[0] ?? x, one.out, 5);
    gradients.forEach((gradient, i) => expectTensor(gradient as Tensor, one.grads[i] ?? one.out, 5)); // SAFETY: one for each argument
  });
});

describe("configurations of quantizers", () => {
  it("have Keras's defaults", () => {
    const int8 = q.Int8QuantizationConfig();
    expect(int8.mode).toBe("int8");
    expect(int8.weightQuantizer).toBeNull();
    expect(int8.activationQuantizer?.getConfig()).toEqual({
      valueRange: [-127, 127],
      epsilon: 1e-7,
      outputDtype: "int8",
    });
    expect(q.Int4QuantizationConfig().getConfig()).toEqual({
      weightQuantizer: null,
      activationQuantizer: null,
      blockSize: 128,
    });
    expect(q.Int4QuantizationConfig.fromConfig({}).blockSize).toBeNull();
    expect(q.Float8QuantizationConfig().getConfig()).toEqual({});
    expect(q.get("abs_max_quantizer")).toBeInstanceOf(q.AbsMaxQuantizer);
  });

  it("refuse what does not go together", () => {
    const quantizer = q.AbsMaxQuantizer({ axis: 0, valueRange: [-8, 7] });
    expect(() => q.Int4QuantizationConfig({ weightQuantizer: quantizer })).toThrow(/blockSize: -1/);
    expect(q.Int4QuantizationConfig({ weightQuantizer: quantizer, blockSize: -1 }).isGrouped).toBe(false);
    expect(() => q.Int4QuantizationConfig({ weightQuantizer: q.AbsMaxQuantizer(), blockSize: null })).toThrow(
      /\[-8, 7\]/,
    );
    expect(() => q.Int4QuantizationConfig({ blockSize: 0 })).toThrow(/positive integer/);
    expect(() => q.AbsMaxQuantizer({ valueRange: [-300, 127] })).toThrow(/int8/);
    expect(() => resolveConfig("x", "int9", null)).toThrow(/int8, float8/);
    expect(() => resolveConfig("x", "gptq", null)).toThrow(/calibrated/);
    expect(() => resolveConfig("x", "int8", q.Int4QuantizationConfig())).toThrow(/contradict/);
    expect(() => resolveConfig("x", null, null)).toThrow(/mode/);
    expect(() => resolveConfig("x", null, {})).toThrow(/configuration/);
  });
});
