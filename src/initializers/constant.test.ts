import { describe, expect, it } from "vitest";
import { Input, layers, Model, models, initializers, OptionError, ShapeError, tensor } from "../index.ts";

describe("Constant", () => {
  const matrix = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];

  it("gives a matrix, or what broadcasts to the shape", () => {
    expect(initializers.Constant(matrix)([3, 2]).arraySync()).toEqual(matrix);
    expect(initializers.Constant(tensor(matrix))([3, 2], { dtype: "int32" }).dtype).toBe("int32");
    expect(initializers.Constant([7, 8])([2, 2]).arraySync()).toEqual([
      [7, 8],
      [7, 8],
    ]);
  });

  it("refuses a shape that does not fit, and what has no numbers", () => {
    expect(() => initializers.Constant(matrix)([2, 3])).toThrow(ShapeError);
    expect(() => initializers.Constant(Input({ shape: [2] }))).toThrow(OptionError);
  });

  it("is kept with a model's configuration", () => {
    const inputs = Input({ shape: [2], dtype: "int32" });
    const embedding = layers.Embedding(3, 2, { embeddingsInitializer: initializers.Constant(matrix) });
    const copy = models.modelFromJson(Model(inputs, embedding(inputs)).toJson());
    expect(copy.getWeights()[0]?.arraySync()).toEqual(matrix);
  });
});
