import { describe, expect, it } from "vitest";
import { expectClose, tolerance } from "./close.ts";
import { decodeTensor, decodeTensors, describeGolden, readGolden } from "./golden.ts";

describe("golden tensors", () => {
  it("decodes small, binary and non-finite data", () => {
    expect(decodeTensor({ dtype: "float32", shape: [3], data: [1.5, "NaN", "-Infinity"] }).values).toEqual([
      1.5,
      Number.NaN,
      -Infinity,
    ]);
    expect(decodeTensor({ dtype: "bool", shape: [2], data: [true, false] }).values).toEqual([1, 0]);
    const b64 = Buffer.from(Float16Array.of(0.5, -2).buffer).toString("base64");
    expect(decodeTensors({ a: [{ dtype: "float16", shape: [2], b64 }] })).toEqual({
      a: [{ dtype: "float16", shape: [2], values: [0.5, -2] }],
    });
    const bf16 = Buffer.from(Uint16Array.of(0x3f80, 0xc000).buffer).toString("base64");
    expect(decodeTensor({ dtype: "bfloat16", shape: [2], b64: bf16 }).values).toEqual([1, -2]);
  });

  it("refuses what it does not know", () => {
    expect(() => decodeTensor({ dtype: "float7", shape: [1], b64: "AA==" })).toThrow(/float7/);
    expect(() => decodeTensor({ dtype: "string", shape: [1], data: ["a"] })).toThrow(/"a"/);
  });
});

describeGolden("the corpus", () => {
  it("is read with its tensors decoded", () => {
    const dense = readGolden<{ cases: { args: { shape: number[]; values: number[] }[] }[] }>(
      "layers/Dense.json",
    );
    const input = dense.cases[0]?.args[0];
    expect(input?.shape).toEqual([4, 5]);
    expect(input?.values).toHaveLength(20);
  });
});

describe("expectClose", () => {
  it("accepts what is within the tolerance, and NaN for NaN", () => {
    expectClose([1, Number.NaN, Infinity], [1.00001, Number.NaN, Infinity], tolerance("float32", "op"));
  });

  it("names the worst index, both values and the tolerance", () => {
    const actual = { shape: [2, 2], values: [1, 2, 3, 4] };
    const expected = { shape: [2, 2], values: [1, 2.1, 3, 5] };
    expect(() => expectClose(actual, expected, { rtol: 1e-3, atol: 0 }, "kernel")).toThrow(
      /kernel: 2 of 4 values differ. Worst at \[1, 1\]: expected 5, received 4 \(rtol 0.001, atol 0/,
    );
  });

  it("tells finite from non-finite and compares shapes", () => {
    expect(() => expectClose([Number.NaN], [0], { rtol: 1, atol: 1 })).toThrow(/1 of 1/);
    expect(() => expectClose([1e30], [Infinity], { rtol: 1, atol: 1 })).toThrow(/1 of 1/);
    expect(() =>
      expectClose(
        { shape: [2, 1], values: [1, 2] },
        { shape: [1, 2], values: [1, 2] },
        tolerance("float32", "op"),
      ),
    ).toThrow(/shape/);
    expect(() => expectClose([1], [1, 2], tolerance("float32", "op"))).toThrow(/2 values/);
  });

  it("is exact for integers", () => {
    expect(tolerance("int32", "op")).toEqual({ rtol: 0, atol: 0 });
  });
});
