import { describe, expect, it } from "vitest";
import { type AntlerError, DTypeError, OptionError, ShapeError } from "../util/errors.ts";
import { makeTensor } from "./core/convert.ts";
import type { Tensor } from "./core/tensor.ts";
import * as ops from "./index.ts";

const x = makeTensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** Calls with arguments that the types would not allow. */
const loosely = (f: unknown): ((...args: unknown[]) => unknown) => f as (...args: unknown[]) => unknown; // SAFETY: ops are functions

describe("mistakes in calls of ops", () => {
  it.each<[string, () => unknown, new (message: string) => AntlerError, RegExp]>([
    [
      "an unknown option",
      () => loosely(ops.sum)(x, { keepDims: true }),
      OptionError,
      /ops\.sum: unknown option `keepDims`\. Did you mean `keepdims`\? Known options: x, axis, keepdims/,
    ],
    [
      "an argument too many",
      () => loosely(ops.relu)(x, 1),
      OptionError,
      /ops\.relu: expected at most 1 positional/,
    ],
    [
      "a missing argument",
      () => loosely(ops.matmul)(x),
      OptionError,
      /ops\.matmul: argument `x2` is missing/,
    ],
    [
      "null for a tensor",
      () => loosely(ops.add)(x, null),
      OptionError,
      /ops\.add: expected a tensor for `x2`, received null/,
    ],
    [
      "an axis that is not there",
      () => ops.mean(x, 2),
      ShapeError,
      /ops\.mean: axis 2 is out of range for rank 2; expected an integer from -2 to 1/,
    ],
    [
      "an axis named twice",
      () => ops.sum(x, [0, -2]),
      ShapeError,
      /ops\.sum: axes \[0, 0\] name an axis twice/,
    ],
    [
      "sizes that do not broadcast",
      () => loosely(ops.add)(x, [1, 2]),
      ShapeError,
      /\[2, 3\] and \[2\] do not broadcast: axis -1 is 3 against 2/,
    ],
    [
      "matrices that do not fit",
      () => loosely(ops.matmul)(x, x),
      ShapeError,
      /ops\.matmul: shapes \[2, 3\] and \[2, 3\] do not fit/,
    ],
    [
      "an impossible reshape",
      () => loosely(ops.reshape)(x, [4, -1]),
      ShapeError,
      /ops\.reshape: a tensor of shape \[2, 3\] \(6 elements\) cannot take the shape \[4, -1\]/,
    ],
    [
      "an impossible broadcast",
      () => loosely(ops.broadcastTo)(x, [3, 2]),
      ShapeError,
      /ops\.broadcastTo: .* \[2, 3\] does not broadcast to \[3, 2\]/,
    ],
    [
      "tensors that cannot be joined",
      () => loosely(ops.concatenate)([x, [[1, 2]]]),
      ShapeError,
      /ops\.concatenate: shapes \[2, 3\], \[1, 2\] cannot be joined along axis 0/,
    ],
    [
      "an uneven split",
      () => ops.split(x, 2, 1),
      ShapeError,
      /ops\.split: an axis of size 3 does not fall into 2 equal parts/,
    ],
    [
      "an index out of range",
      () => ops.getItem(x, [2]),
      ShapeError,
      /index 2 is out of range for axis 0 of \[2, 3\]; expected -2 to 1/,
    ],
    [
      "too many indices",
      () => ops.getItem(x, [0, 0, 0]),
      ShapeError,
      /3 indices are too many for the shape \[2, 3\]/,
    ],
    [
      "a slice that is none",
      () => loosely(ops.getItem)(x, ["1;2"]),
      OptionError,
      /expected an index such as ":"/,
    ],
    [
      "an unknown dtype",
      () => loosely(ops.cast)(x, "flaot32"),
      DTypeError,
      /ops\.cast: .* Did you mean "float32"\?/,
    ],
    [
      "an unknown padding",
      () => loosely(ops.maxPool)(ops.zeros([1, 4, 4, 1]), 2, 1, "smae"),
      OptionError,
      /`padding` to be one of "valid", "same", received "smae"\. Did you mean "same"\?/,
    ],
    [
      "a window that is too large",
      () => ops.maxPool(ops.zeros([1, 2, 2, 1]), 3),
      ShapeError,
      /ops\.maxPool: a window of \[3, 3\] .* does not fit into spatial axes \[2, 2\]/,
    ],
    [
      "a kernel for other channels",
      () => ops.conv(ops.zeros([1, 4, 4, 3]), ops.zeros([3, 3, 2, 4])),
      ShapeError,
      /ops\.conv: expected a kernel .* for 3 channels, received \[3, 3, 2, 4\]/,
    ],
    [
      "one of two choices",
      () => loosely(ops.where)(x, x),
      OptionError,
      /ops\.where: expected both x1 and x2, or neither/,
    ],
    [
      "labels of another shape",
      () => ops.sparseCategoricalCrossentropy(makeTensor([1]), x),
      ShapeError,
      /expected class numbers of shape \[2\] .* received \[1\]/,
    ],
    [
      "an equation of other operands",
      () => ops.einsum("ij,jk->ik", x),
      OptionError,
      /"ij,jk->ik": it names 2 operands, 1 were given/,
    ],
    [
      "a result that no operand has",
      () => ops.einsum("ij->ik", x),
      OptionError,
      /"k" of the result is in no operand/,
    ],
    [
      "a gradient of integers",
      () => ops.grad((t: Tensor) => t)(makeTensor([1], { dtype: "int32" })),
      DTypeError,
      /expected floats, received int32/,
    ],
    [
      "a gradient of many values",
      () => ops.grad((t: Tensor) => t)(x),
      ShapeError,
      /expected a function that gives a scalar, received shape \[2, 3\]/,
    ],
  ])("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it("says why values cannot be read inside a step", () => {
    expect(() => ops.grad((t: typeof x) => ops.sum(ops.unique(t) as typeof x))(x)).toThrow(
      /depends on the values/,
    ); // SAFETY: it throws
  });
});
