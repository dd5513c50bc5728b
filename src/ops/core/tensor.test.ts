import { describe, expect, it } from "vitest";
import { Variable } from "../../graph/variable.ts";
import { cast } from "../cast.ts";
import { convertToNumpy } from "../conversion.ts";
import { makeTensor } from "./convert.ts";
import { Tensor } from "./tensor.ts";

describe.each(["float16", "bfloat16"] as const)("a %s tensor", (dtype) => {
  const x = makeTensor(
    [
      [1.5, -2],
      [0.25, Infinity],
    ],
    { dtype },
  );

  it("gives its elements as numbers", async () => {
    expect(x.dataSync()).toEqual(Float32Array.of(1.5, -2, 0.25, Infinity));
    expect(await x.data()).toEqual(x.dataSync());
    expect(x.arraySync()).toEqual([
      [1.5, -2],
      [0.25, Infinity],
    ]);
    expect(convertToNumpy(x)).toEqual(x.dataSync());
    expect(cast(makeTensor([1 / 3]), dtype).dataSync()[0]).toBeCloseTo(1 / 3, dtype === "float16" ? 3 : 2);
  });

  it("keeps its bits for programs and files", () => {
    expect(x.storedSync()).toBeInstanceOf(Uint16Array);
    expect(x.storedSync()[0]).toBe(dtype === "float16" ? 0x3e00 : 0x3fc0);
    expect(() => Tensor.fromData(x.dataSync(), x.dims, dtype)).toThrow(/Float32Array/);
  });

  it("so does a variable, and takes numbers back", () => {
    const variable = Variable(x, { dtype });
    expect(variable.dataSync()).toEqual(x.dataSync());
    expect(variable.storedSync()).toEqual(x.storedSync());
    expect(
      Variable(
        [
          [0, 0],
          [0, 0],
        ],
        { dtype },
      )
        .assign(variable.dataSync())
        .storedSync(),
    ).toEqual(x.storedSync());
  });
});

describe("tensors of bigints", () => {
  it("are int64, with every bit", () => {
    const x = makeTensor([[1n], [-(2n ** 62n) - 1n]]);
    expect([x.dtype, x.shape]).toEqual(["int64", [2, 1]]);
    expect(x.dataSync()).toEqual(BigInt64Array.of(1n, -(2n ** 62n) - 1n));
    expect(makeTensor(7n).dtype).toBe("int64");
  });

  it("are uint64 where int64 has no room", () => {
    const x = makeTensor([2n ** 64n - 1n, 0n]);
    expect(x.dtype).toBe("uint64");
    expect(x.dataSync()).toEqual(BigUint64Array.of(2n ** 64n - 1n, 0n));
  });

  it("take the dtype that is wanted, and that of numbers among them", () => {
    expect(makeTensor([3n, 4n], { dtype: "float32" }).dataSync()).toEqual(Float32Array.of(3, 4));
    expect(makeTensor([3n, 0.5]).dataSync()).toEqual(Float32Array.of(3, 0.5));
    expect(makeTensor([2n ** 53n + 1n, 1.5, true], { dtype: "int64" }).dataSync()).toEqual(
      BigInt64Array.of(2n ** 53n + 1n, 1n, 1n),
    );
  });
});
