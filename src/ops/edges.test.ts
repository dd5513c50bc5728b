import { describe, expect, it } from "vitest";
import type { DType } from "../ir/dtypes.ts";
import { toNumbers } from "../ir/numbers.ts";
import { makeTensor } from "./core/convert.ts";
import type { Tensor } from "./core/tensor.ts";
import { grad } from "./gradient.ts";
import * as ops from "./index.ts";

const [inf, nan] = [Infinity, Number.NaN];

function numbers(x: unknown): number[] {
  const value = x as Tensor; // SAFETY: real tensors in, real tensors out
  return Array.from(toNumbers(value.dataSync(), value.dtype), (v) => v + 0);
}

function given(values: readonly number[], dtype: DType, shape: readonly number[] = [values.length]): Tensor {
  return makeTensor(Float64Array.from(values), { shape, dtype });
}

/** Relative error of a result, or 0 where both are the same, infinite or not a number. */
function error(actual: number, expected: number): number {
  return Object.is(actual, expected) ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

describe("functions far from 0", () => {
  it.each(["float32", "float16", "bfloat16", "float64"] as const)(
    "sinh and cosh of %s reach infinity",
    (dtype) => {
      const x = given([-1000, -inf, 1000, inf, nan], dtype);
      expect(numbers(ops.sinh(x))).toEqual([-inf, -inf, inf, inf, nan]);
      expect(numbers(ops.cosh(x))).toEqual([inf, inf, inf, inf, nan]);
    },
  );

  it("sinh and cosh are finite as long as they can be", () => {
    const places = [1e-6, 0.1, 5, 29.9, 30.1, 88, 89, 89.4];
    const x = given(places, "float32");
    const exact = Array.from(toNumbers(x.dataSync(), "float32"));
    numbers(ops.sinh(x)).forEach((y, i) => expect(error(y, Math.sinh(exact[i] ?? 0))).toBeLessThan(1e-5));
    numbers(ops.cosh(x)).forEach((y, i) => expect(error(y, Math.cosh(exact[i] ?? 0))).toBeLessThan(1e-5));
  });

  it("arccosh is no number below 1", () => {
    const x = given([-1e30, -1e5, -1e4, -1, 0.5, 1, inf], "float32");
    expect(numbers(ops.arccosh(x))).toEqual([nan, nan, nan, nan, nan, 0, inf]);
  });

  it("erfc keeps its relative precision", () => {
    // From tables of the function.
    const table = [
      [-3, 1.9999779095030014], [-0.2, 1.2227025892104785], [0, 1], [0.4, 0.5716076449533315],
      [0.6, 0.3961439091520741], [1, 0.15729920705028513], [3, 2.209049699858544e-5], [5, 1.5374597944280349e-12],
      [9, 4.13703174651381e-37], [30, 0], [inf, 0], [-inf, 2],
    ] as const; // prettier-ignore
    const places = table.map(([x]) => x);
    const single = numbers(ops.erfc(given(places, "float32")));
    const double = numbers(ops.erfc(given(places, "float64")));
    table.forEach(([x, y], i) => {
      // erfc changes by 2·x² times the relative change of x, which float32 rounds.
      if (y === 0) expect(single[i]).toBe(0);
      else expect(error(single[i] ?? 0, y), `erfc(${x})`).toBeLessThan(2e-5);
      if (x < 30) expect(error(double[i] ?? 0, y), `erfc(${x})`).toBeLessThan(1e-12);
    });
    expect(numbers(ops.erfc(given([nan], "float32")))).toEqual([nan]);
  });

  it("erfc has its slope", () => {
    const slope = grad((x: Tensor) => ops.sum(ops.erfc(x)) as Tensor); // SAFETY: tensor in, tensor out
    const [near = 0, far = 0] = numbers(slope(given([0.3, 4], "float64")));
    expect(error(near, (-2 / Math.sqrt(Math.PI)) * Math.exp(-0.09))).toBeLessThan(1e-12);
    expect(error(far, (-2 / Math.sqrt(Math.PI)) * Math.exp(-16))).toBeLessThan(1e-12);
  });

  it("ldexp does not leave the range on the way", () => {
    const x = given([0, 1e-30, 1e30, 3, -inf], "float32");
    const y = given([300, 200, -200, -2, 5], "float32");
    const [zero, up = 0, down = 0, ...rest] = numbers(ops.ldexp(x, y));
    expect(zero).toBe(0);
    expect(error(up, 1e-30 * 2 ** 200)).toBeLessThan(1e-6);
    expect(error(down, 1e30 * 2 ** -200)).toBeLessThan(1e-6);
    expect(rest).toEqual([0.75, -inf]);
  });

  it("hypot is infinite with an infinite side, nextafter finite inwards of infinity", () => {
    expect(
      numbers(ops.hypot(given([nan, inf, nan, 3e38], "float32"), given([inf, nan, 1, 0], "float32"))),
    ).toEqual([inf, inf, nan, Math.fround(3e38)]);
    const largest = 3.4028234663852886e38;
    expect(numbers(ops.nextafter(given([inf, -inf, inf], "float32"), given([0, 0, inf], "float32")))).toEqual([
      largest, -largest, inf,
    ]); // prettier-ignore
  });
});

describe("division", () => {
  it("floorDivide fits mod, and the exact quotient", () => {
    const x = given([1, -1, 7, -7, inf, 5, 5, 0], "float32");
    const y = given([0.1, 0.1, -2, 2, 2, inf, -inf, 0], "float32");
    // 0.1 is a little more than a tenth in float32.
    expect(numbers(ops.floorDivide(x, y))).toEqual([9, -10, -4, -4, nan, 0, -1, nan]);
  });

  it.each([
    ["int8", -128],
    ["int16", -32768],
    ["int32", -(2 ** 31)],
  ] as const)("floorDivide of %s by the smallest number is 0 or −1", (dtype, smallest) => {
    const x = given([1, 100, -1, smallest, 0], dtype);
    expect(numbers(ops.floorDivide(x, given(new Array(5).fill(smallest), dtype)))).toEqual([-1, -1, 0, 1, 0]);
  });
});

describe("bare numbers", () => {
  it.each([2 ** 31 - 1, 2 ** 31, 3e9, 2 ** 32 - 1, 2 ** 32, -(2 ** 31), -3e9, 5e9])(
    "%d keeps its sign",
    (value) => {
      const near = Math.fround(value);
      expect(numbers(ops.multiply(given([1, -2], "float32"), value))).toEqual([near, -2 * near]);
      expect(numbers(ops.add(given([0], "float64"), value))[0]).toBeCloseTo(value, -3);
      expect(numbers(ops.maximum(given([-6e9], "float32"), value))).toEqual([near]);
      expect(numbers(ops.cast(value, "float32"))).toEqual([near]);
      if (value >= 0 && value < 2 ** 32) {
        expect(numbers(ops.add(given([0], "int64"), value))).toEqual([value]);
        expect(numbers(ops.add(given([0], "uint32"), value))).toEqual([value]);
      }
    },
  );
});

describe("integers", () => {
  it("powers wrap and are exact", () => {
    expect(numbers(ops.power(given([7, 3, -2, 46341], "int32"), given([11, 20, 31, 2], "int32")))).toEqual([
      1_977_326_743, 3_486_784_401 - 2 ** 32, -(2 ** 31), 46341 ** 2 - 2 ** 32,
    ]); // prettier-ignore
    expect(numbers(ops.power(given([127, 16], "uint8"), given([7, 2], "uint8")))).toEqual([127, 0]);
    const wide = ops.power(given([3], "int64"), given([39], "int64")) as Tensor; // SAFETY: tensors in, tensor out
    expect(wide.dataSync()).toEqual(BigInt64Array.of(3n ** 39n));
  });

  it("shifts by the width and more leave nothing, or the sign", () => {
    const by = given([7, 8, 100, -1], "int8");
    expect(numbers(ops.leftShift(given([1, 1, 1, 1], "int8"), by))).toEqual([-128, 0, 0, 0]);
    expect(numbers(ops.rightShift(given([-128, -128, -3, 3], "int8"), by))).toEqual([-1, -1, -1, 0]);
    const far = given([31, 32, 33], "uint32");
    expect(numbers(ops.rightShift(given([2 ** 31, 2 ** 31, 7], "uint32"), far))).toEqual([1, 0, 0]);
  });

  it("saturateCast to floats ends at the largest number", () => {
    const x = given([1e5, -inf, 7, inf], "float32");
    expect(numbers(ops.saturateCast(x, "float16"))).toEqual([65504, -65504, 7, 65504]);
    expect(numbers(ops.saturateCast(given([inf, -inf], "float16"), "int32"))).toEqual([65504, -65504]);
    expect(numbers(ops.saturateCast(given([1e300], "float64"), "float32"))).toEqual([3.4028234663852886e38]);
  });
});

describe("places of extremes", () => {
  it.each([
    ["uint8", 300],
    ["int8", 300],
    ["bool", 300],
    ["uint16", 70_000],
    ["int16", 70_000],
    ["float16", 70_000],
  ] as const)("are found in %s beyond the numbers that it holds", (dtype, place) => {
    for (const lines of [1, 5]) {
      const shape = [lines, place + 10];
      const low = given(
        Array.from({ length: lines * (place + 10) }, (_, i) => (i % (place + 10) === place ? 1 : 0)),
        dtype,
        shape,
      );
      const all = new Array<number>(lines).fill(place);
      expect(numbers(ops.argmax(low, -1))).toEqual(all);
      expect(numbers(ops.argmin(ops.subtract(1, ops.cast(low, "int32")), -1))).toEqual(all);
      expect(numbers(ops.argmin(ops.cast(ops.equal(low, 0), dtype), -1))).toEqual(all);
    }
  });
});

describe("order", () => {
  it("NaN is behind all numbers", () => {
    const edges = given([1, 2, 3], "float32");
    expect(numbers(ops.digitize(given([nan, 0, 5], "float32"), edges))).toEqual([3, 0, 3]);
    const sorted = given([1, 2, nan, nan], "float32");
    const values = given([nan, 2, inf], "float32");
    expect(numbers(ops.searchsorted(sorted, values, "left"))).toEqual([2, 1, 2]);
    expect(numbers(ops.searchsorted(sorted, values, "right"))).toEqual([4, 2, 2]);
  });

  it("quantiles between infinite neighbours are those of the nearer side", () => {
    const x = given([-inf, 0, 1, inf], "float32");
    expect(numbers(ops.quantile(x, given([0.1, 0.5, 0.9], "float32")))).toEqual([-inf, 0.5, inf]);
  });

  it("half floats find the middle of more elements than they count to", () => {
    for (const dtype of ["float16", "bfloat16"] as const) {
      const x = ops.cast(ops.floorDivide(ops.arange(1001, { dtype: "float32" }), 8), dtype);
      expect(numbers(ops.median(x))).toEqual([62]);
      expect(numbers(ops.quantile(x, given([0.3], "float32")))).toEqual([37]);
    }
  });

  it("nothing has no middle, and size 0", () => {
    expect(numbers(ops.median(given([], "float32", [2, 0]), 1))).toEqual([nan, nan]);
    expect(numbers(ops.norm(given([], "float32", [2, 0]), inf, 1))).toEqual([0, 0]);
  });
});

describe("long products", () => {
  it("lose no more than sums of parts do", () => {
    const [rows, k] = [6, 300_000];
    // Golden ratio: spread evenly, so that all terms have one sign and errors could pile up.
    const data = Float32Array.from({ length: rows * k }, (_, i) => (i * 0.6180339887498949) % 1);
    const x = makeTensor(data, { shape: [rows, k], dtype: "float32" });
    const product = numbers(ops.matmul(x, ops.transpose(x)));
    for (let i = 0; i < rows; i++) {
      let exact = 0;
      for (let n = 0; n < k; n++) exact += (data[i * k + n] ?? 0) * (data[n] ?? 0);
      expect(error(product[i * rows] ?? 0, exact), `row ${i}`).toBeLessThan(5e-6);
    }
  });
});

describe("pooling", () => {
  it.each(["float32", "float64", "float16"] as const)(
    "the largest of %s with NaN among them is NaN",
    (dtype) => {
      for (const channels of [1, 5, 16]) {
        const rows = [1, nan, nan, 2, -inf, -inf, 3, inf, 4, nan];
        const x = given(
          rows.flatMap((row) => new Array<number>(channels).fill(row)),
          dtype,
          [1, rows.length, channels],
        );
        const expected = [nan, nan, -inf, inf, nan].flatMap((row) => new Array<number>(channels).fill(row));
        expect(numbers(ops.maxPool(x, 2, { strides: 2 }))).toEqual(expected);
      }
    },
  );
});

describe("half floats", () => {
  it.each(["float16", "bfloat16"] as const)("%s have a variance where their sum is out of range", (dtype) => {
    const x = ops.reshape(ops.cast(ops.add(ops.mod(ops.arange(100_000), 3), 7), dtype), [1, 100_000, 1]);
    for (const op of [ops.var, ops.nanvar]) expect(numbers(op(x))[0]).toBeCloseTo(2 / 3, 2);
    for (const op of [ops.std, ops.nanstd]) expect(numbers(op(x))[0]).toBeCloseTo(Math.sqrt(2 / 3), 2);
    for (const op of [ops.mean, ops.nanmean]) expect(numbers(op(x))[0]).toBeCloseTo(8, 2);
    expect(numbers(ops.averagePool(x, 100_000))[0]).toBeCloseTo(8, 2);
  });
});
