import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backend/index.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { vjp } from "../../src/ops/gradient.ts";
import { decodeTensors } from "../support/golden.ts";
import { callOp, floatsIn, type OpCase, toTensor } from "../support/op-cases.ts";

/** Ops that have no slope at some point of their samples, or no gradient with respect to all operands. */
const left: Readonly<Record<string, string>> = {
  cbrt: "its slope at 0 is infinite",
  angle: "it jumps at 0",
  heaviside: "it jumps at 0",
  nextafter: "it is computed in float32",
  ldexp: "it is computed in float32",
  gammainc: "it has no gradient with respect to its first operand",
  hypot: "it has a kink at 0",
  logaddexp: "its samples are infinite",
  logsumexp: "some of its samples are infinite",
  nanmax: "its samples are NaN",
  nanmean: "its samples are NaN",
  nanquantile: "its samples are NaN",
  "image.affine_transform": "its samples lie on the pixels, where interpolation has kinks",
  "image.perspective_transform": "its samples lie on the pixels, where interpolation has kinks",
};

/** The same numbers in every run, in (−1, 1). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state / 2 ** 31) * 2 - 1;
  };
}

const numbersOf = (x: Tensor): number[] => Array.from(toNumbers(x.dataSync(), x.dtype));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe("gradients of ops against central differences", () => {
  beforeAll(() => setBackend("reference"));
  const path = new URL("../fixtures/keras-ops.json", import.meta.url);
  const { cases } = decodeTensors(JSON.parse(readFileSync(path, "utf8"))) as {
    readonly cases: readonly OpCase[];
  }; // SAFETY: made for these tests
  const smooth = cases
    .map((test, i) => ({
      test,
      i,
      floats: floatsIn([test.args, test.kwargs]).filter(({ dtype }) => dtype === "float32"),
    }))
    .filter(
      ({ test, floats }) => floats.length > 0 && !(test.op in left) && test.tag?.includes("-float") !== true,
    );

  it("has many cases", () => expect(smooth.length).toBeGreaterThan(200));

  for (const { test, i, floats } of smooth) {
    it(`${i} ${test.op}`, () => {
      const random = sequence();
      const directions = floats.map(({ values }) => values.map(random));
      const point = (step: number): Tensor[] =>
        floats.map(({ values, shape }, k) =>
          makeTensor(
            Float64Array.from(values, (v, n) => v + step * (directions[k]?.[n] ?? 0)),
            { shape, dtype: "float64" },
          ),
        );
      const run = (...values: unknown[]): Tensor[] => {
        const made = new Map(floats.map((golden, k) => [golden, values[k]]));
        const results = [callOp(test, (golden) => made.get(golden) ?? toTensor(golden))].flat(2);
        return results.filter((x): x is Tensor => x instanceof Tensor && x.dtype === "float64");
      };
      const outputs = run(...point(0));
      const cotangents = outputs.map((x) => Array.from({ length: x.size }, random));
      const weighted = (step: number): number =>
        run(...point(step)).reduce((sum, x, k) => sum + dot(numbersOf(x), cotangents[k] ?? []), 0);
      const numeric = (weighted(1e-5) - weighted(-1e-5)) / 2e-5;
      const seeds = outputs.map((x, k) =>
        makeTensor(Float64Array.from(cotangents[k] ?? []), { shape: x.dims, dtype: "float64" }),
      );
      const { gradients } = vjp((...values) => run(...values), point(0), seeds);
      const analytic = gradients.reduce<number>(
        (sum, g, k) => sum + (g instanceof Tensor ? dot(numbersOf(g), directions[k] ?? []) : 0),
        0,
      );
      expect(Math.abs(analytic - numeric), `${analytic} against ${numeric}`).toBeLessThanOrEqual(
        1e-4 * (1 + Math.abs(numeric)),
      );
    });
  }
});
