import { expect, it } from "vitest";
import { describeGolden, readGoldenJson } from "../../../test/support/golden.ts";
import { type DType, dtypes } from "../../ir/dtypes.ts";
import { resultType, standardResultType } from "./promote.ts";

describeGolden("promotion of dtypes", () => {
  const { result_type: table } = readGoldenJson<{ readonly result_type: Readonly<Record<string, DType>> }>(
    "dtypes.json",
  );

  it("agrees with Keras's table", () => {
    const wrong = Object.entries(table).filter(([pair, expected]) => {
      const names = pair.split(",") as (DType | "int" | "float")[]; // SAFETY: the table's names are these
      return standardResultType(...names) !== expected;
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(table).length).toBeGreaterThan(100);
  });

  it("keeps 64-bit dtypes among their like, where the table has 32 bits", () => {
    expect(resultType([{ dtype: "float64" }, { dtype: "float64" }])).toBe("float64");
    expect(resultType([{ dtype: "float64" }, { dtype: "float32", isWeak: true }])).toBe("float64");
    expect(resultType([{ dtype: "int64" }, { dtype: "int32" }])).toBe("int32");
  });

  it("does not depend on the order of operands", () => {
    for (const a of dtypes) {
      for (const b of dtypes)
        expect(resultType([{ dtype: a }, { dtype: b }])).toBe(resultType([{ dtype: b }, { dtype: a }]));
    }
  });
});
