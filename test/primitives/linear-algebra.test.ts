import { describe, expect, it } from "vitest";
import type { RefArray } from "../../src/ir/primitive.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import type { Var } from "../../src/ir/program.ts";
import { expectClose } from "../support/close.ts";
import { array, evaluate } from "./evaluate.ts";
import { randomNumbers } from "./sample-data.ts";

const within = { rtol: 1e-9, atol: 1e-9 };

function random(shape: readonly number[], seed: number): RefArray {
  const next = randomNumbers(seed);
  return array(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1),
    shape,
    "float64",
  );
}

/** Runs both the plain meaning and the expansion, so that each property is checked for both. */
function both(
  f: (...inputs: Var[]) => readonly Var[],
  inputs: readonly RefArray[],
  check: (results: RefArray[]) => void,
): void {
  for (const expand of [false, true]) check(evaluate(f, inputs, { expand }));
}

function eye(n: number): number[] {
  return Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}

describe.each([1, 2, 3, 5, 8, 13])("matrices of size %d", (n) => {
  const x = random([2, n, n], n);

  it("lu gives the rows of the matrix in the order of its permutation", () => {
    both(
      (a) => {
        const [lu, , permutation] = p.lu(a);
        const one = p.cast(p.eq(p.iota([2, n, n], 1, "int32"), p.iota([2, n, n], 2, "int32")), "float64");
        const rows = p.iota([2, n, n], 1, "int32");
        const columns = p.iota([2, n, n], 2, "int32");
        const zero = p.zerosLike(lu);
        const lower = p.add(p.select(p.gt(rows, columns), lu, zero), one);
        const order = p.cast(p.eq(p.broadcast(permutation, [2, n, n], [0, 1]), columns), "float64");
        return [p.matmul(lower, p.select(p.le(rows, columns), lu, zero)), p.matmul(order, a)];
      },
      [x],
      ([product, permuted]) => expectClose(product?.data ?? [], permuted?.data ?? [], within, "L·U"),
    );
  });

  it("eigh reconstructs the matrix, in ascending order", () => {
    both(
      (a) => {
        const symmetric = p.add(a, p.swapLastAxes(a));
        const [w, v] = p.eigh(symmetric);
        return [
          symmetric,
          p.matmul(p.mul(v, p.broadcast(w, v.shape, [0, 2])), p.swapLastAxes(v)),
          p.matmul(p.swapLastAxes(v), v),
          w,
        ];
      },
      [x],
      ([symmetric, product, gram, w]) => {
        expectClose(product?.data ?? [], symmetric?.data ?? [], within, "V·W·Vᵀ");
        expectClose(gram?.data ?? [], [...eye(n), ...eye(n)], within, "Vᵀ·V");
        const first = [...(w?.data.subarray(0, n) ?? [])];
        expect(first).toEqual(first.toSorted((a, b) => a - b));
      },
    );
  });

  it("cholesky and triangularSolve solve a system", () => {
    both(
      (a) => {
        const positive = p.add(
          p.matmul(a, p.swapLastAxes(a)),
          p.cast(p.eq(p.iota([2, n, n], 1, "int32"), p.iota([2, n, n], 2, "int32")), "float64"),
        );
        const l = p.cholesky(positive);
        const y = p.triangularSolve(l, a, { lower: true });
        return [p.matmul(positive, p.triangularSolve(l, y, { lower: true, transposeA: true }))];
      },
      [x],
      ([product]) => expectClose(product?.data ?? [], x.data, within, "A·A⁻¹·B"),
    );
  });
});

describe.each([
  [3, 3],
  [5, 2],
  [2, 5],
  [7, 4],
  [1, 3],
])("matrices of %d rows and %d columns", (m, n) => {
  const x = random([m, n], m * 10 + n);
  const gram = (a: Var): Var => p.matmul(p.swapLastAxes(a), a);

  it.each([false, true])("qr, complete: %s", (complete) => {
    both(
      (a) => {
        const [q, r] = p.qr(a, { complete });
        return [p.matmul(q, r), gram(q)];
      },
      [x],
      ([product, orthogonal]) => {
        expectClose(product?.data ?? [], x.data, within, "Q·R");
        expectClose(orthogonal?.data ?? [], eye(complete ? m : Math.min(m, n)), within, "Qᵀ·Q");
      },
    );
  });

  it.each([false, true])("svd, full: %s", (fullMatrices) => {
    const inner = Math.min(m, n);
    both(
      (a) => {
        const [u, s, vt] = p.svd(a, { fullMatrices });
        const left = p.slice(u, [0, 0], [m, inner]);
        return [
          p.matmul(p.mul(left, p.broadcast(s, [m, inner], [1])), p.slice(vt, [0, 0], [inner, n])),
          gram(u),
          gram(p.swapLastAxes(vt)),
          s,
        ];
      },
      [x],
      ([product, left, right, s]) => {
        expectClose(product?.data ?? [], x.data, within, "U·S·Vᵀ");
        expectClose(left?.data ?? [], eye(fullMatrices ? m : inner), within, "Uᵀ·U");
        expectClose(right?.data ?? [], eye(fullMatrices ? n : inner), within, "V·Vᵀ");
        expect([...(s?.data ?? [])]).toEqual([...(s?.data ?? [])].toSorted((a, b) => b - a));
      },
    );
  });
});

it("svd completes the vectors of a matrix of deficient rank", () => {
  const x = array([1, 2, 2, 4, 0, 0], [3, 2], "float64");
  both(
    (a) => {
      const [u, s, vt] = p.svd(a, { fullMatrices: true });
      return [
        p.matmul(p.swapLastAxes(u), u),
        s,
        p.matmul(p.mul(p.slice(u, [0, 0], [3, 2]), p.broadcast(s, [3, 2], [1])), vt),
      ];
    },
    [x],
    ([gram, s, product]) => {
      expectClose(gram?.data ?? [], eye(3), within, "Uᵀ·U");
      expectClose(s?.data ?? [], [5, 0], { rtol: 1e-9, atol: 1e-7 }, "S");
      expectClose(product?.data ?? [], x.data, within, "U·S·Vᵀ");
    },
  );
});

it("fft and its inverse undo each other at composite, prime and large lengths", () => {
  for (const n of [1, 2, 12, 64, 65, 97, 128, 134, 360, 509]) {
    both(
      (re, im) => p.fft(...p.fft(re, im), { inverse: true }),
      [random([2, n], n), random([2, n], n + 1)],
      ([re, im]) => {
        expectClose(re?.data ?? [], random([2, n], n).data, within, `real part, length ${n}`);
        expectClose(im?.data ?? [], random([2, n], n + 1).data, within, `imaginary part, length ${n}`);
      },
    );
  }
});
