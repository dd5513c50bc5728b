import { describe, expect, it } from "vitest";
import { schedule } from "../compiler/compile.ts";
import { gradients } from "../compiler/gradient/gradients.ts";
import { ProgramBuilder, type Program, type Var } from "../ir/program.ts";
import { verify } from "../ir/verify.ts";
import { WasmBackend } from "../backend/wasm/backend.ts";
import { evaluateProgram } from "../backend/reference/evaluate.ts";
import { array } from "../../test/primitives/evaluate.ts";
import * as ops from "../ops/index.ts";
import * as p from "../ops/core/primitives/index.ts";
import { grad } from "../ops/gradient.ts";
import { wrap } from "../ops/core/lift.ts";
import { StateScope, withScope } from "../ops/core/scope.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { tensor } from "../tensor.ts";
import { KerasTensor } from "./keras-tensor.ts";
import { maskOf, setMask } from "./masks.ts";
import { remat } from "./remat.ts";
import { expectClose, tolerance } from "../../test/support/close.ts";

type Block = (x: Tensor, w: Tensor) => Tensor;

/** Wide in the middle: what is between takes 16 times the memory of what comes in and goes out. */
const block: Block = (x, w) => {
  const wide = ops.tanh(ops.matmul(x, w)) as Tensor;
  const mixed = ops.multiply(ops.sin(wide), ops.exp(ops.negative(ops.square(wide)))) as Tensor;
  return ops.add(x, ops.matmul(mixed, ops.transpose(w))) as Tensor;
};

const [rows, width, wide] = [64, 16, 256];
const depth = 4;

/** A step of a deep network: the loss and the gradients of its weights and its input. */
function step(
  f: Block,
  wrapAll: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor = (g) => g,
  blocks = depth,
): Program {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [rows, width], dtype: "float32" });
  const weights = Array.from({ length: blocks }, () =>
    builder.input({ shape: [width, wide], dtype: "float32" }),
  );
  return withScope(new StateScope(builder), () => {
    const network = wrapAll((first) => weights.reduce<Tensor>((y, w) => f(y, wrap(w)), first));
    const loss = (ops.sum(ops.square(network(wrap(x)))) as Tensor).traced;
    const found = gradients(builder, [loss], [p.fullLike(loss, 1)], [x, ...weights]);
    return builder.finish([loss, ...found.filter((value): value is Var => value !== null)]);
  });
}

function inputsOf(program: Program): Float32Array<ArrayBuffer>[] {
  return program.inputs.map(({ shape }, k) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.2 * Math.sin(i * 0.37 + k)),
  );
}

describe("remat", () => {
  const plain = step(block);
  const forms = {
    "of each block": step(remat(block)),
    "of the whole, with each block in it": step(remat(block), remat),
  };

  it.each(Object.entries(forms))("%s: gives the same loss and gradients in less memory", (_, program) => {
    verify(program);
    const inputs = inputsOf(plain);
    const expected = new WasmBackend().compile(plain).run(inputs, []);
    const actual = new WasmBackend().compile(program).run(inputs, []);
    expect(actual).toHaveLength(depth + 2);
    actual.forEach((values, i) =>
      expectClose(
        values as Float32Array,
        expected[i] as Float32Array,
        tolerance("float32", "grad"),
        `result ${i}`,
      ),
    );
    const given = plain.inputs.map(({ shape, dtype }, i) => array([...(inputs[i] ?? [])], shape, dtype));
    expect(evaluateProgram(program, given)).toEqual(evaluateProgram(plain, given));
  });

  it("keeps of each block its input alone", () => {
    const arena = (f: Block, blocks: number): number => schedule(step(f, undefined, blocks)).arenaBytes;
    const intermediate = rows * wide * 4;
    // A block's input, and the gradient of its weights, which is a result.
    const ends = (rows * width + width * wide) * 4;
    // Two intermediate values of each block wait for its gradient without it.
    expect(arena(block, 12) - arena(block, 4)).toBeGreaterThan(8 * 2 * intermediate * 0.9);
    expect(arena(remat(block), 12) - arena(remat(block), 4)).toBeLessThanOrEqual(8 * ends);
    expect(arena(remat(block), 4)).toBeLessThan(arena(block, 1) + 4 * ends);
  });

  it("computes products of the forward pass twice", () => {
    const products = ({ items }: ReturnType<typeof schedule>): number =>
      items.filter((item) => item.kind === "structured").length;
    expect(products(schedule(forms["of each block"])) - products(schedule(plain))).toBe(depth);
  });

  it("gives gradients in loops", () => {
    const loop = (f: (h: Tensor) => Tensor) => (x: Tensor) =>
      ops.sum(ops.scan((h: Tensor, item: Tensor) => [f(ops.add(h, item) as Tensor), h], x, tensor([[0.5, 1], [2, 3]]))[0] as Tensor) as Tensor; // prettier-ignore
    const f = (h: Tensor): Tensor => ops.exp(ops.sin(h)) as Tensor;
    const x = tensor([0.1, 0.7]);
    const expected = grad(loop(f))(x).arraySync();
    expect(grad(loop(remat(f)))(x).arraySync()).toEqual(expected);
  });

  it("gives second derivatives", () => {
    const f = (x: Tensor): Tensor => ops.sum(ops.exp(ops.sin(x))) as Tensor;
    const twice = (g: typeof f) => grad((x: Tensor) => ops.sum(grad(g)(x)) as Tensor);
    const x = tensor([0.3, 1.2]);
    expect(twice(remat(f))(x).arraySync()).toEqual(twice(f)(x).arraySync());
  });

  it("passes results in any form, with their masks, and other values as they are", () => {
    const both = remat((x: Tensor, scale: number) => {
      const y = ops.multiply(x, scale) as Tensor;
      setMask(y, ops.greater(x, 1) as Tensor);
      return { y, all: [x, "name", null], scale };
    });
    const seen: unknown[] = [];
    const gradient = grad((x: Tensor) => {
      const { y, all, scale } = both(x, 3);
      seen.push(all[1], all[2], scale, maskOf(y) === null);
      return ops.sum(ops.multiply(y, all[0] as Tensor)) as Tensor;
    })(tensor([1, 2]));
    expect(gradient.arraySync()).toEqual([6, 12]);
    expect(seen).toEqual(["name", null, 3, false]);
  });

  it("only calls the function where nothing is traced", () => {
    expect((remat((x: Tensor) => ops.add(x, 1) as Tensor)(tensor([1])) as Tensor).arraySync()).toEqual([2]);
  });

  it("refuses symbolic tensors", () => {
    const x = new KerasTensor([null, 2], { dtype: "float32", name: "x" });
    expect(() => remat((y: unknown) => y)(x)).toThrow(/RematScope/);
  });
});
