import { describe, expect, it } from "vitest";
import { matmul } from "../ops/products.ts";
import { reshape, transpose } from "../ops/shape.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Orthogonal } from "./orthogonal.ts";

describe("Orthogonal", () => {
  it.each([[[6, 6]], [[40, 7]], [[7, 40]], [[3, 5, 4]]])("has orthonormal rows or columns: %s", (shape) => {
    const columns = shape.at(-1) ?? 1;
    const x: Tensor = reshape(Orthogonal({ gain: 2, seed: 3 })(shape), [-1, columns]);
    const isWide = (x.dims[0] ?? 0) < columns;
    const product: Tensor = isWide ? matmul(x, transpose(x)) : matmul(transpose(x), x);
    product.dataSync().forEach((value, at) => {
      const [row, column] = [Math.floor(at / (product.dims[0] ?? 1)), at % (product.dims[0] ?? 1)];
      expect(Number(value)).toBeCloseTo(row === column ? 4 : 0, 5);
    });
  });

  it("gives the same values for the same seed, others for another", () => {
    const draw = (seed: number): number[] => [...Orthogonal({ seed })([4, 4]).dataSync()].map(Number);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
