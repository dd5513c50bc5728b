import { describe, expect, it } from "vitest";
import { gradients } from "../../src/compiler/gradient/gradients.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { currentBuilder, type Var } from "../../src/ir/program.ts";
import type { RefArray } from "../../src/ir/primitive.ts";
import { array } from "./evaluate.ts";
import { allowedError, checkFunction } from "./numeric-gradient.ts";
import { randomNumbers } from "./sample-data.ts";

type Traced = (...inputs: Var[]) => readonly Var[];

function random(shape: readonly number[], seed: number): RefArray {
  const next = randomNumbers(seed);
  return array(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1),
    shape,
  );
}

/** Checks the gradient with respect to every float input, and that it does not vanish. */
function check(f: Traced, ...inputs: readonly RefArray[]): void {
  for (const { input, error, size } of checkFunction((values) => f(...values), inputs, 7)) {
    expect(error, `input ${input}`).toBeLessThan(allowedError);
    expect(size, `input ${input}`).toBeGreaterThan(0.01);
  }
}

/** The gradient of Σ sin(f) with respect to all inputs, as a traced function: differentiate it again for second derivatives. */
function gradientOf(f: Traced): Traced {
  return (...inputs) => {
    const outputs = f(...inputs);
    const builder = currentBuilder();
    if (builder === null) return [];
    const found = gradients(
      builder,
      outputs,
      outputs.map((y) => p.cos(y)),
      inputs,
    );
    return inputs.map((input, i) => found[i] ?? p.zerosLike(input));
  };
}

/** A recurrent cell over [steps, batch, n]: state ← tanh(x·w + state·u). */
const recurrent: Traced = (xs, w, u, state) => {
  if (!xs || !w || !u || !state) return [];
  const { carry, ys } = p.scan(
    ([h], [x]) => {
      const next = p.tanh(p.add(p.matmul(x, w), p.matmul(h, u)));
      return { carry: [next], ys: [p.mul(next, next)] };
    },
    [state],
    [xs],
    { length: xs.shape[0] ?? 0 },
  );
  return [...carry, ...ys];
};

const recurrentInputs = [
  [4, 2, 3],
  [3, 3],
  [3, 3],
  [2, 3],
].map(random);

describe("gradients of loops and branches", () => {
  it("of a recurrent network", () => check(recurrent, ...recurrentInputs));

  it("of a loop that counts beside its floats, backwards", () => {
    check(
      (x, w) => {
        if (!x || !w) return [];
        const { carry, ys } = p.scan(
          ([count, sum], [item]) => {
            const factor = p.cast(count, "float32");
            const next = p.add(p.mul(sum, w), p.mul(item, factor));
            return { carry: [p.offset(count, 1), next], ys: [p.sin(next), count] };
          },
          [p.full(1, [], "int32"), p.zerosLike(w)],
          [x],
          { length: 3, reverse: true },
        );
        return [carry[1], ys[0]];
      },
      random([3], 1),
      array([0.7], []),
    );
  });

  it("of a loop inside a loop", () => {
    check(
      (x, w) => {
        if (!x || !w) return [];
        const { carry } = p.scan(
          ([sum], [row]) => {
            const inner = p.scan(
              ([t], [item]) => ({ carry: [p.tanh(p.add(p.mul(t, w), item))], ys: [] }),
              [sum],
              [row],
              { length: 3 },
            );
            return { carry: inner.carry, ys: [] };
          },
          [p.full(0.3, [], "float32")],
          [x],
          { length: 2 },
        );
        return carry;
      },
      random([2, 3], 2),
      array([0.8], []),
    );
  });

  it.each([0, 1])("of branch %d, which uses values from around it", (branch) => {
    check(
      (x, w) =>
        x && w
          ? p.cond(p.full(branch, [], "int32"), [() => [p.mul(x, w)], () => [p.sin(p.mul(x, p.mul(w, w)))]])
          : [],
      random([3], 3),
      random([3], 4),
    );
  });

  it("of a branch inside a loop", () => {
    check(
      (x, w) => {
        if (!x || !w) return [];
        const { carry } = p.scan(
          ([sum], [item, k]) => ({
            carry: [
              p.add(
                sum,
                ...(p.cond(k, [() => [p.mul(item, w)], () => [p.exp(p.mul(item, w))]]) as readonly [Var]),
              ),
            ], // SAFETY: one result
            ys: [],
          }),
          [p.zerosLike(w)],
          [x, p.literal(Int32Array.of(0, 1, 1, 0), [4], "int32")],
          { length: 4 },
        );
        return carry;
      },
      random([4], 5),
      array([0.9], []),
    );
  });
});

describe("second derivatives", () => {
  const geometry = {
    strides: [2, 1],
    padding: [
      [1, 0],
      [1, 1],
    ] as const,
    dilation: [1, 1],
  };

  it("of element-wise functions", () => {
    check(
      gradientOf((x, y) =>
        x && y ? [p.logistic(p.mul(x, y)), p.erf(p.div(x, p.offset(y, 3))), p.pow(p.offset(x, 2), y)] : [],
      ),
      random([4], 1),
      random([4], 2),
    );
  });

  it("of matmul and softmax", () => {
    check(
      gradientOf((x, w) => {
        if (!x || !w) return [];
        const logits = p.matmul(x, w);
        const e = p.exp(p.sub(logits, p.broadcast(p.reduceMax(logits, [1]), logits.shape, [0])));
        return [p.div(e, p.broadcast(p.reduceSum(e, [1]), e.shape, [0]))];
      }),
      random([2, 3], 3),
      random([3, 4], 4),
    );
  });

  it("of attention", () => {
    const params = { scale: 0.7, isCausal: true };
    check(
      gradientOf((q, k, v) => (q && k && v ? [...p.attention([q, k, v], null, params)] : [])),
      random([1, 3, 2, 2], 3),
      random([1, 4, 2, 2], 4),
      random([1, 4, 2, 3], 5),
    );
  });

  it("of a convolution with pooling", () => {
    check(
      gradientOf((x, k) => {
        if (!x || !k) return [];
        const y = p.conv(x, k, { ...geometry, groups: 1 });
        return [
          p.windowMax(y, {
            window: [2, 2],
            strides: [1, 2],
            padding: [
              [0, 0],
              [0, 0],
            ],
            dilation: [1, 1],
          }),
        ];
      }),
      random([1, 5, 5, 2], 5),
      random([3, 3, 2, 2], 6),
    );
  });

  it("of cumulative products and sorting", () => {
    check(
      gradientOf((x) => (x ? [p.cumProd(x, 0), ...p.sort([x], 0)] : [])),
      array([0.5, -1.5, 2, 0.7]),
    );
  });

  it("of a loop", () => check(gradientOf(recurrent), ...recurrentInputs));

  it("of a linear system", () => {
    check(
      gradientOf((a, b) => (a && b ? [p.triangularSolve(a, b, { lower: true })] : [])),
      array([2, 0, 0, 0.5, 3, 0, -1, 0.4, 2.5], [3, 3]),
      random([3, 2], 8),
    );
  });
});
