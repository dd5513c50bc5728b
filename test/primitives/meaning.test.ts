import { describe, expect, it } from "vitest";
import type { RefArray } from "../../src/ir/primitive.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { threefry2x32 } from "../../src/ir/primitives/threefry.ts";
import { ProgramBuilder, withBuilder } from "../../src/ir/program.ts";
import { DTypeError, ShapeError } from "../../src/util/errors.ts";
import { gradientOf } from "../../src/compiler/gradient/gradients.ts";
import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import { array, evaluate, numbers } from "./evaluate.ts";

describe("random bits", () => {
  // Test vectors of the Random123 library for threefry2x32 with 20 rounds.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])("key %j, counter %j", ([k0 = 0, k1 = 0], [c0 = 0, c1 = 0], expected) => {
    expect(threefry2x32(k0, k1, c0, c1)).toEqual(expected);
    const words = [k0, k1, c0, c1].map((word) => array([word], [1], "uint32"));
    const [x = 0, y = 0] = expected;
    expect(numbers(evaluate(p.threefry, words))).toEqual([(x ^ y) >>> 0]);
  });
});

describe("gather and scatter", () => {
  it("clamp indices, and lay results out as numpy.take does", () => {
    const x = array([0, 1, 2, 10, 11, 12], [2, 3]);
    const taken = evaluate((a, i) => p.gather(a, i, 1), [x, array([2, -5, 9, 0], [2, 2], "int32")]);
    expect(taken[0]?.shape).toEqual([2, 2, 2]);
    expect(numbers(taken)).toEqual([2, 0, 2, 0, 12, 10, 12, 10]);
  });

  it("let the last of several updates stay, and give the gradient to it alone", () => {
    const inputs = [array([1, 2, 3]), array([0, 2, 0], [3], "int32"), array([7, 8, 9])];
    expect(numbers(evaluate((x, i, u) => p.scatter(x, i, u, 0, "set"), inputs))).toEqual([9, 2, 8]);
    const builder = new ProgramBuilder();
    const [x, i, u] = inputs.map((value) => builder.input({ shape: value.shape, dtype: value.dtype }));
    if (!x || !i || !u) return;
    const loss = withBuilder(builder, () => p.reduceSum(p.scatter(x, i, u, 0, "set"), [0]));
    const program = builder.finish(gradientOf(builder, loss, [x, u]));
    expect(evaluateProgram(program, inputs).outputs.map(({ data }) => [...data])).toEqual([
      [0, 1, 0],
      [0, 1, 1],
    ]);
  });
});

describe("gradients at kinks", () => {
  const gradient = (
    f: (x: Parameters<typeof p.abs>[0]) => ReturnType<typeof p.abs>,
    x: RefArray,
  ): number[] => {
    const builder = new ProgramBuilder();
    const input = builder.input({ shape: x.shape, dtype: x.dtype });
    const loss = withBuilder(builder, () => {
      const y = f(input);
      return p.reduceSum(
        y,
        y.shape.map((_, i) => i),
      );
    });
    const program = builder.finish(gradientOf(builder, loss, [input]));
    return numbers(evaluateProgram(program, [x]).outputs);
  };

  it("abs has 0 at 0", () => expect(gradient(p.abs, array([-1, 0, 2]))).toEqual([-1, 0, 1]));
  it("max and min halve ties", () => {
    expect(gradient((x) => p.max(x, p.fullLike(x, 1)), array([0, 1, 2]))).toEqual([0, 0.5, 1]);
    expect(gradient((x) => p.min(x, p.fullLike(x, 1)), array([0, 1, 2]))).toEqual([1, 0.5, 0]);
  });
  it("reduceMax shares among ties", () => {
    expect(gradient((x) => p.reduceMax(x, [0]), array([3, 1, 3]))).toEqual([0.5, 0, 0.5]);
  });
  it("windowMax gives all to the first", () => {
    const geometry = { window: [2], strides: [2], padding: [[0, 0]] as const, dilation: [1] };
    expect(gradient((x) => p.windowMax(x, geometry), array([1, 1, 0, 2], [1, 4, 1]))).toEqual([1, 0, 0, 1]);
  });
  it("products know zeros", () => {
    expect(gradient((x) => p.reduceProd(x, [0]), array([2, 0, 3]))).toEqual([0, 6, 0]);
    expect(gradient((x) => p.cumProd(x, 0), array([2, 0, 3]))).toEqual([1, 8, 0]);
  });
});

describe("integers", () => {
  it("wrap to their width", () => {
    expect(numbers(evaluate(p.add, [array([250], [1], "uint8"), array([10], [1], "uint8")]))).toEqual([4]);
    expect(numbers(evaluate(p.neg, [array([-128], [1], "int8")]))).toEqual([-128]);
    expect(numbers(evaluate(p.not, [array([0], [1], "uint16")]))).toEqual([65535]);
  });
  it("divide towards zero", () => {
    const [x, y] = [array([-7, 7, -7], [3], "int32"), array([2, -2, -2], [3], "int32")];
    expect(numbers(evaluate(p.div, [x, y]))).toEqual([-3, -3, 3]);
    expect(numbers(evaluate(p.rem, [x, y])).map((value) => value + 0)).toEqual([-1, 1, -1]);
  });
});

describe("control flow", () => {
  it("scan carries, stacks and captures", () => {
    // Horner's rule: the polynomial 2x² + 3x + 4 at x = 5, and its partial values.
    const coefficients = array([2, 3, 4]);
    const results = evaluate(
      (c, x) => {
        const { carry, ys } = p.scan(
          ([sum], [coefficient]) => {
            const next = p.add(p.mul(sum, x), coefficient);
            return { carry: [next], ys: [next] };
          },
          [p.full(0, [], "float32")],
          [c],
          { length: 3 },
        );
        return [...carry, ...ys];
      },
      [coefficients, array([5], [])],
    );
    expect(results.map(({ data }) => [...data])).toEqual([[69], [2, 13, 69]]);
  });

  it("nested loops capture values of all the programs around them", () => {
    const results = evaluate(
      (x) => {
        const { carry } = p.scan(
          ([outer]) => {
            const doubled = p.add(outer, outer);
            const inner = p.scan(
              ([sum]) => ({ carry: [p.add(p.add(sum, doubled), x)], ys: [] }),
              [p.zerosLike(x)],
              [],
              { length: 2 },
            );
            return { carry: inner.carry, ys: [] };
          },
          [x],
          [],
          { length: 2 },
        );
        return carry;
      },
      [array([1], [])],
    );
    // 1 → 2·(2 + 1) = 6 → 2·(12 + 1) = 26
    expect(numbers(results)).toEqual([26]);
  });

  it("whileLoop counts until its condition fails", () => {
    const results = evaluate(
      (limit) =>
        p.whileLoop(
          ([x]) => p.lt(x, limit),
          ([x, steps]) => [p.add(x, x), p.offset(steps, 1)],
          [p.full(1, [], "float32"), p.full(0, [], "int32")],
        ),
      [array([100], [])],
    );
    expect(results.map(({ data }) => data[0])).toEqual([128, 7]);
  });

  it("cond runs the branch of its number, clamped", () => {
    const run = (index: number): number[] =>
      numbers(
        evaluate(
          (i, x) => p.cond(i, [() => [x], () => [p.neg(x)]]),
          [array([index], [], "int32"), array([3], [])],
        ),
      );
    expect([-4, 0, 1, 9].map(run)).toEqual([[3], [3], [-3], [-3]]);
  });

  it("refuses a body whose carry changes, naming both", () => {
    const grow = (): unknown =>
      evaluate(
        (x) => p.scan(([c]) => ({ carry: [p.pad(c, 0, [1], [0])], ys: [] }), [x], [], { length: 2 }).carry,
        [array([1])],
      );
    expect(grow).toThrow(ShapeError);
    expect(grow).toThrow(/\[1\] float32.*\[2\] float32/);
  });
});

describe("mistakes are named", () => {
  it.each([
    ["different shapes", () => evaluate(p.add, [array([1]), array([1, 2])]), ShapeError, /\[1\] and \[2\]/],
    [
      "different dtypes",
      () => evaluate(p.add, [array([1]), array([1], [1], "int32")]),
      DTypeError,
      /float32 and int32/,
    ],
    [
      "a condition of numbers",
      () => evaluate(p.select, [array([1]), array([1]), array([1])]),
      DTypeError,
      /bool/,
    ],
    [
      "a slice outside",
      () => evaluate((x) => p.slice(x, [0], [3]), [array([1, 2])]),
      ShapeError,
      /\[3\].*\[2\]/,
    ],
    [
      "a kernel of other channels",
      () =>
        evaluate(
          (x, k) => p.conv(x, k, { strides: [1], padding: [[0, 0]], dilation: [1], groups: 1 }),
          [array([1, 2], [1, 1, 2]), array([1, 2, 3], [1, 3, 1])],
        ),
      ShapeError,
      /2 channels/,
    ],
    [
      "matrices that are not square",
      () => evaluate(p.cholesky, [array([1, 2], [1, 2])]),
      ShapeError,
      /\[1, 2\]/,
    ],
    ["an inverse of integers", () => evaluate(p.lu, [array([1], [1, 1], "int32")]), DTypeError, /int32/],
  ])("%s", (_, run, type, message) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});
