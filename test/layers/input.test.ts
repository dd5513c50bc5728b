import { describe, expect, it } from "vitest";
import { Input, OptionError } from "../../src/index.ts";

describe("Input", () => {
  it("takes its shape by position", () => {
    expect(Input([4]).shape).toEqual([null, 4]);
    const words = Input([null], { name: "words", dtype: "int32", batchSize: 2 });
    expect([words.shape, words.name, words.dtype]).toEqual([[2, null], "words", "int32"]);
  });

  it("refuses what is no shape, and names it does not know", () => {
    const wrong = Input as (...args: unknown[]) => unknown; // SAFETY: mistakes
    expect(() => wrong(784)).toThrow(/expected `shape` to be an array such as \[784\], received 784/);
    expect(() => wrong([784], { nam: "a" })).toThrow(OptionError);
    expect(() => wrong([784], { nam: "a" })).toThrow(/name/);
    expect(() => wrong([1], { dtype: "string" })).toThrow(/received "string"\. .*StringLookup/);
  });
});
