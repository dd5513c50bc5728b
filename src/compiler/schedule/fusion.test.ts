import { describe, expect, it } from "vitest";
import * as p from "../../ops/core/primitives/index.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { schedule } from "../compile.ts";
import { gradients } from "../gradient/gradients.ts";
import type { Item, Schedule } from "../kernel-ir/kernel-ir.ts";

function trace(shapes: readonly (readonly number[])[], f: (...inputs: Var[]) => readonly Var[]): Schedule {
  const builder = new ProgramBuilder();
  const inputs = shapes.map((shape) => builder.input({ shape, dtype: "float32" }));
  return schedule(builder.finish(withBuilder(builder, () => f(...inputs))));
}

/** `loop`, `matmul`, `repeat(…)`, for each item. */
function kinds(items: readonly Item[]): string[] {
  return items.map((item) => {
    if (item.kind === "structured")
      return item.epilogue === undefined ? item.primitive : `${item.primitive}+`;
    return item.kind === "repeat" ? `repeat(${kinds(item.body).join()})` : item.kind;
  });
}

const rows = (x: Var, row: Var): Var => p.broadcast(row, x.shape, [0]);
const columns = (x: Var, column: Var): Var => p.broadcast(column, x.shape, [1]);
const relu = (x: Var): Var => p.select(p.gt(x, p.fullLike(x, 0)), x, p.fullLike(x, 0));

function softmax(x: Var): Var {
  const e = p.exp(p.sub(x, rows(x, p.reduceMax(x, [1]))));
  return p.div(e, rows(x, p.reduceSum(e, [1])));
}

/** One training step of a network of three dense layers with momentum. */
function trainStep(): Program {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [8, 12], dtype: "float32" });
  const y = builder.input({ shape: [8, 4], dtype: "float32" });
  const shapes = [[12, 16], [16], [16, 16], [16], [16, 4], [4]];
  const weights = shapes.map((shape) => builder.stateInput({ shape, dtype: "float32" }));
  const slots = shapes.map((shape) => builder.stateInput({ shape, dtype: "float32" }));
  return withBuilder(builder, () => {
    let h = x;
    for (let layer = 0; layer < 3; layer++) {
      const [w, b] = weights.slice(2 * layer);
      if (!w || !b) break;
      const product = p.matmul(h, w);
      const z = p.add(product, columns(product, b));
      h = layer < 2 ? relu(z) : z;
    }
    const loss = p.neg(p.reduceSum(p.mul(y, p.log(softmax(h))), [0, 1]));
    const found = gradients(builder, [loss], [p.fullLike(loss, 1)], weights);
    const moved = slots.map((slot, i) => p.add(p.mul(slot, p.fullLike(slot, 0.9)), found[i] ?? slot));
    const updated = weights.map((w, i) => p.sub(w, p.mul(p.fullLike(w, 0.01), moved[i] ?? w)));
    return builder.finish([loss], [...updated, ...moved]);
  });
}

describe("fusion", () => {
  it("makes one loop of a chain of element-wise work with several results", () => {
    const { items } = trace([[4, 6], [6]], (x, b) => {
      const y = p.exp(p.add(x, columns(x, b)));
      return [y, p.tanh(y), p.reshape(p.neg(y), [24])];
    });
    expect(kinds(items)).toEqual(["loop"]);
  });

  it("makes one kernel of a softmax and of a layer normalization", () => {
    expect(kinds(trace([[4, 6]], (x) => [softmax(x)]).items)).toEqual(["loop"]);
    const normalized = trace([[4, 6]], (x) => {
      const sixth = p.full(1 / 6, [4], "float32");
      const centred = p.sub(x, rows(x, p.mul(p.reduceSum(x, [1]), sixth)));
      const variance = p.mul(p.reduceSum(p.mul(centred, centred), [1]), sixth);
      return [p.mul(centred, rows(x, p.rsqrt(variance)))];
    });
    expect(kinds(normalized.items)).toEqual(["loop"]);
  });

  it("does not pass over long columns several times", () => {
    const { items } = trace([[4096, 8]], (x) => [p.sub(x, columns(x, p.reduceMax(x, [0])))]);
    expect(kinds(items)).toEqual(["loop", "loop"]);
  });

  it("fuses bias, activation and residual behind a product, and transposes into its strides", () => {
    const { items, buffers } = trace([[8, 6], [4, 6], [4], [8, 4]], (x, w, b, residual) => {
      const product = p.matmul(x, p.transpose(w, [1, 0]));
      return [p.add(relu(p.add(product, columns(product, b))), residual)];
    });
    expect(kinds(items)).toEqual(["matmul+"]);
    expect(buffers.filter(({ home }) => home.kind === "arena").length).toBe(1);
  });

  it("folds a normalization by persistent statistics into the product before it", () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [8, 6], dtype: "float32" });
    const w = builder.stateInput({ shape: [6, 4], dtype: "float32" });
    const [mean, variance] = [0, 1].map(() => builder.stateInput({ shape: [4], dtype: "float32" }));
    if (!mean || !variance) throw new Error("two arrays");
    const output = withBuilder(builder, () => {
      const product = p.matmul(x, w);
      const scale = p.rsqrt(p.add(variance, p.fullLike(variance, 1e-3)));
      return relu(p.mul(p.sub(product, columns(product, mean)), columns(product, scale)));
    });
    expect(kinds(schedule(builder.finish([output])).items)).toEqual(["loop", "matmul+"]);
  });

  it("stores a product in the order of axes in which it is read", () => {
    const { items } = trace(
      [
        [2, 3, 4, 5],
        [2, 3, 5, 6],
        [18, 7],
      ],
      (x, y, w) => [p.matmul(p.reshape(p.transpose(p.matmul(x, y), [0, 2, 1, 3]), [8, 18]), w)],
    );
    expect(kinds(items)).toEqual(["matmul", "matmul"]);
  });

  it("writes the parts of a concatenation in place", () => {
    const { items } = trace(
      [
        [4, 6],
        [4, 6],
      ],
      (x, y) => [p.concat([p.exp(x), p.neg(y)], 1)],
    );
    expect(kinds(items)).toEqual(["loop"]);
  });

  it("updates state in place: no kernel only copies, no temporary is as large as a weight but those of products", () => {
    const { items, buffers } = schedule(trainStep());
    expect(
      items.filter((item) => item.kind !== "repeat" && "label" in item && item.label === "copy"),
    ).toEqual([]);
    // Forward 3, loss 2, backward: 2 products for inputs, 3 for weights with their updates, 3 for biases with theirs.
    expect(kinds(items).toSorted()).toEqual([
      ...new Array<string>(5).fill("loop"),
      ...new Array<string>(8).fill("matmul+"),
    ]);
    const stored = new Set(
      items
        .flatMap((item) =>
          "stores" in item ? item.stores : "epilogue" in item ? (item.epilogue?.stores ?? []) : [],
        )
        .map(({ access }) => access.buffer),
    );
    const states = buffers.flatMap(({ home }, id) => (home.kind === "state" ? [id] : []));
    expect(states.every((id) => stored.has(id))).toBe(true);
  });

  it("keeps aside what is read after it is replaced", () => {
    const builder = new ProgramBuilder();
    const [a, b] = [0, 1].map(() => builder.stateInput({ shape: [4], dtype: "float32" }));
    if (!a || !b) throw new Error("two arrays");
    const { items } = schedule(builder.finish([], [b, a]));
    expect(items.length).toBeGreaterThanOrEqual(2);
    const reversed = withBuilder(builder, () => p.reverse(a, [0]));
    expect(kinds(schedule(builder.finish([], [reversed, null])).items)).toEqual(["loop", "loop"]);
  });
});

describe("recurrence", () => {
  it("runs one product and one loop for each step of an LSTM, and everything else at once", () => {
    const [batch, units, steps] = [4, 8, 5];
    const { items } = trace(
      [[steps, batch, 6], [6, 4 * units], [units, 4 * units], [4 * units]],
      (xs, w, u, bias) => {
        const zero = p.full(0, [batch, units], "float32");
        const { carry } = p.scan(
          ([h, c], [x]) => {
            const product = p.add(p.matmul(x, w), p.matmul(h, u));
            const z = p.add(product, columns(product, bias));
            const gate = (k: number): Var => p.slice(z, [0, k * units], [batch, (k + 1) * units]);
            const next = p.add(p.mul(p.logistic(gate(0)), c), p.mul(p.logistic(gate(1)), p.tanh(gate(2))));
            return { carry: [p.mul(p.logistic(gate(3)), p.tanh(next)), next], ys: [] };
          },
          [zero, zero],
          [xs],
          { length: steps },
        );
        const builder = w.builder;
        const found = gradients(builder, [carry[0]], [p.fullLike(carry[0], 1)], [w, u, bias]);
        return [carry[0], ...found.filter((value) => value !== null)];
      },
    );
    const loops = kinds(items).filter((kind) => kind.startsWith("repeat"));
    expect(loops).toEqual(["repeat(matmul+,loop)", "repeat(loop,matmul)"]);
    expect(kinds(items).filter((kind) => kind.startsWith("matmul")).length).toBe(3);
  });
});
