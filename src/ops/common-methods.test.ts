import { expect, it } from "vitest";
import { Input } from "../layers/core/input-layer.ts";
import { makeTensor } from "./core/convert.ts";

it("gives tensors and symbolic tensors methods, without all ops", () => {
  const x = makeTensor([[1, 2]]);
  expect(x.add(1).multiply(2).sum().item()).toBe(10);
  expect(x.transpose().matmul(x).shape).toEqual([2, 2]);
  expect(
    Input({ shape: [2] })
      .matmul(x.transpose())
      .relu().shape,
  ).toEqual([null, 1]);
  expect(x.at(0, "1:").arraySync()).toEqual([2]);
  expect("svd" in x).toBe(false);
});
