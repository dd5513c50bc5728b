import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import "./methods.ts";
import { makeTensor } from "./core/convert.ts";
import type { Op } from "./core/op.ts";
import { Tensor } from "./core/tensor.ts";
import { Value } from "./core/value.ts";
import * as ops from "./index.ts";

it("gives a type to every method, and a method to every type", () => {
  const text = readFileSync(new URL("method-types.ts", import.meta.url), "utf8");
  const declared = [...text.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name).toSorted();
  const own = ["constructor", "ndim"];
  const installed = Object.getOwnPropertyNames(Value.prototype).filter((name) => !own.includes(name));
  expect(installed.toSorted()).toEqual(declared);
});

it("makes a method of every op of a tensor", () => {
  const isOp = (f: unknown): f is { readonly op: Op } => typeof f === "function" && "op" in f;
  const wanted = Object.entries<unknown>(ops).filter(
    ([, f]) => isOp(f) && Object.values(f.op.args)[0]?.kind === "tensor",
  );
  expect(wanted.map(([name]) => name).filter((name) => !(name in Tensor.prototype))).toEqual([]);
  expect(wanted.length).toBeGreaterThan(280);
});

it("computes what the ops compute", () => {
  const a = makeTensor([
    [1, 2],
    [3, 4],
  ]);
  expect(a.matmul(a).add(1).arraySync()).toEqual([
    [8, 11],
    [16, 23],
  ]);
  expect(a.sum({ axis: 0, keepdims: true }).arraySync()).toEqual([[4, 6]]);
  expect(a.at(":", -1, null).shape).toEqual([2, 1]);
  expect(a.transpose().reshape([-1]).arraySync()).toEqual([1, 3, 2, 4]);
});

it("take operands by name", () => {
  const x = makeTensor([
    [1, 2],
    [3, 4],
  ]);
  expect(x.add({ x2: 1 }).arraySync()).toEqual([
    [2, 3],
    [4, 5],
  ]);
  expect(x.matmul({ x2: [[1], [1]] }).arraySync()).toEqual([[3], [7]]);
  expect(x.take({ indices: [1], axis: 0 }).arraySync()).toEqual([[3, 4]]);
  expect(() => x.add({ x3: 1 } as never)).toThrow(/unknown option `x3`/); // SAFETY: wrong on purpose
});
