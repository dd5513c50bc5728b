import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Input, Layer, layers, Model, ops, type KerasTensor, type Tensor, tensor } from "../src/index.ts";

describe("iteration", () => {
  it("goes over the first axis", () => {
    const [first, second, ...rest] = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect([first?.arraySync(), second?.arraySync(), rest]).toEqual([[1, 2], [3, 4], []]);
    expect([...Input({ batchShape: [2, 3] })].map(({ shape }) => shape)).toEqual([[3], [3]]);
  });

  it("is refused for scalars, and where the size is unknown", () => {
    expect(() => [...tensor(3)]).toThrow(/not iterable/);
    expect(() => [...Input({ shape: [3] })]).toThrow(/not iterable/);
  });

  it("gives slices of what is being traced", () => {
    const input = Input({ batchShape: [2, 3] });
    const flipped = Model(input, layers.Lambda((x: Tensor) => ops.stack([...x].toReversed()))(input));
    expect(
      flipped([
        [1, 2, 3],
        [4, 5, 6],
      ]).arraySync(),
    ).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
  });

  it("is of the elements that consoles show", () => {
    expect(inspect(tensor([1, 2]))).toBe("Tensor(shape=[2], dtype=float32, [1,2])");
  });

  it("does not make data of a tensor's rows", async () => {
    const inputs = Input({ shape: [2] });
    const model = Model(inputs, layers.Dense(1)(inputs));
    expect((await model.predict(tensor([[1, 2]]), { verbose: 0 })).shape).toEqual([1, 1]);
  });
});

/** Takes three tensors by position, gives two. */
class Pairs extends Layer {
  override call(a: Tensor, b: Tensor, c: Tensor | null): unknown {
    return [ops.add(a, b), c ?? a];
  }
}

describe("several tensors", () => {
  const pairs = new Pairs();

  it("go into layers of one's own by position, and come out to be taken apart", () => {
    const input = Input({ shape: [2] });
    const [sum, other]: Iterable<KerasTensor> = pairs(input, input, Input({ shape: [3] }));
    expect([sum?.shape, other?.shape]).toEqual([
      [null, 2],
      [null, 3],
    ]);
  });

  it("do so as numbers, with options behind", () => {
    const [sum, other]: Iterable<Tensor> = pairs(tensor([[1, 2]]), [[3, 4]], null, { training: true });
    expect([sum?.arraySync(), other?.arraySync()]).toEqual([[[4, 6]], [[1, 2]]]);
  });
});
