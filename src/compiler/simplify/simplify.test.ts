import { describe, expect, it } from "vitest";
import * as p from "../../ops/core/primitives/index.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { randomNumbers } from "../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../test/support/close.ts";
import { sizeOf } from "../../ir/shape.ts";
import { evaluateProgram } from "../../backend/reference/evaluate.ts";
import { gradients } from "../gradient/gradients.ts";
import { poolMasks } from "./pool-masks.ts";
import { simplify } from "./simplify.ts";

function trace(f: (x: Var, y: Var) => Var | readonly Var[]): Program {
  const builder = new ProgramBuilder();
  const [x, y] = [0, 1].map(() => builder.input({ shape: [4, 6], dtype: "float32" }));
  if (!x || !y) throw new Error("two inputs");
  const outputs = withBuilder(builder, () => f(x, y));
  return builder.finish(Array.isArray(outputs) ? outputs : [outputs as Var]); // SAFETY: not an array
}

/** The names of the equations that are left. */
function left(f: (x: Var, y: Var) => Var | readonly Var[]): string[] {
  return simplify(trace(f)).equations.map(({ primitive }) => primitive.name);
}

const c = (like: Var, value: number): Var => p.fullLike(like, value);

describe("identities disappear", () => {
  it.each<[string, (x: Var, y: Var) => Var]>([
    ["x + 0", (x) => p.add(x, c(x, 0))],
    ["0 + x", (x) => p.add(c(x, 0), x)],
    ["x − 0", (x) => p.sub(x, c(x, 0))],
    ["x · 1", (x) => p.mul(x, c(x, 1))],
    ["x / 1", (x) => p.div(x, c(x, 1))],
    ["x ^ 1", (x) => p.pow(x, c(x, 1))],
    ["−(−x)", (x) => p.neg(p.neg(x))],
    ["select(c, x, x)", (x, y) => p.select(p.gt(x, y), x, x)],
    ["stopGradient(x)", (x) => p.stopGradient(x)],
    ["transpose twice", (x) => p.transpose(p.transpose(x, [1, 0]), [1, 0])],
    ["reshape there and back", (x) => p.reshape(p.reshape(x, [24]), [4, 6])],
    ["slice of a part of a concatenation", (x, y) => p.slice(p.concat([y, x], 0), [4, 0], [8, 6])],
    [
      "what padding added, cut off",
      (x) => p.pad(p.pad(x, 0, [0, 0], [0, 0], [0, 0]), 0, [0, 0], [0, 0], [0, 0]),
    ],
  ])("%s", (_, f) => expect(left(f)).toEqual([]));
});

describe("simpler forms", () => {
  it.each<[string, (x: Var, y: Var) => Var | readonly Var[], string[]]>([
    ["x ^ 2", (x) => p.pow(x, c(x, 2)), ["mul"]],
    ["x ^ ½", (x) => p.pow(x, c(x, 0.5)), ["sqrt"]],
    ["x + (−y)", (x, y) => p.add(x, p.neg(y)), ["sub"]],
    ["−(x − y)", (x, y) => p.neg(p.sub(x, y)), ["sub"]],
    ["x / 4", (x) => p.div(x, c(x, 4)), ["full", "mul"]],
    ["constants", (x) => p.mul(p.exp(c(x, 0)), p.add(c(x, 2), c(x, 3))), ["full"]],
    ["broadcast of a constant", () => p.broadcast(p.full(3, [6], "float32"), [4, 6], [1]), ["full"]],
    ["equal equations", (x, y) => p.mul(p.add(x, y), p.add(x, y)), ["add", "mul"]],
    ["dead code", (x, y) => (p.exp(x), p.neg(y)), ["neg"]],
    [
      "casts that lose nothing",
      (x, y) => p.cast(p.cast(p.cast(p.gt(x, y), "int32"), "float32"), "float64"),
      ["gt", "cast"],
    ],
    [
      "padded slices that are added up",
      (x, y) => p.add(p.pad(x, 0, [0, 0], [4, 0], [0, 0]), p.pad(y, 0, [4, 0], [0, 0], [0, 0])),
      ["concat"],
    ],
    ["sums of factors", (x) => p.reduceSum(p.mul(x, c(x, 3)), [0]), ["reduceSum", "full", "mul"]],
  ])("%s", (_, f, names) => expect(left(f)).toEqual(names));

  it("keeps what infinities and NaN make different", () => {
    expect(left((x) => p.mul(x, c(x, 0)))).toEqual(["full", "mul"]);
    expect(left((x) => p.sub(x, x))).toEqual(["sub"]);
    expect(left((x) => p.div(x, x))).toEqual(["div"]);
  });

  it("takes a rectifier's mask from its output once that is stored", () => {
    const program = simplify(
      trace((x, y) => {
        const mask = p.gt(x, c(x, 0));
        const h = p.select(mask, x, c(x, 0));
        return [p.matmul(p.transpose(h, [1, 0]), y), p.select(mask, y, c(x, 0))];
      }),
    );
    const masks = program.equations.filter(({ primitive }) => primitive.name === "gt");
    const select = program.equations.find(({ primitive }) => primitive.name === "select");
    expect(masks.map(({ inputs }) => inputs[0])).toEqual([program.inputs[0], select?.outputs[0]]);
  });
});

describe("convolutions", () => {
  it("take over the padding in front of them, and their gradients what cuts it off", () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [2, 5, 6, 3], dtype: "float32" });
    const w = builder.input({ shape: [3, 3, 3, 4], dtype: "float32" });
    const params = {
      strides: [2, 1],
      padding: [
        [0, 0],
        [1, 0],
      ],
      dilation: [1, 1],
      groups: 1,
    } as const;
    const program = withBuilder(builder, () => {
      const y = p.conv(p.pad(x, 0, [0, 1, 2, 0], [0, 0, 1, 0], [0, 0, 0, 0]), w, params);
      return builder.finish([
        y,
        ...gradients(builder, [y], [p.mul(y, y)], [x, w]).filter((value) => value !== null),
      ]);
    });
    const simpler = simplify(program);
    expect(simpler.equations.map(({ primitive }) => primitive.name).toSorted()).toEqual([
      "conv",
      "convFilterGrad",
      "convInputGrad",
      "mul",
    ]);
    const random = randomNumbers(9);
    const inputs = [x, w].map((value) => ({
      ...value,
      data: Float64Array.from({ length: sizeOf(value.shape) }, () => random() - 0.5),
    }));
    const [expected, actual] = [program, simpler].map((each) => evaluateProgram(each, inputs).outputs);
    expected?.forEach(({ data }, i) =>
      expectClose(actual?.[i]?.data ?? [], data, { rtol: 1e-9, atol: 1e-12 }, `output ${i}`),
    );
  });

  it("leave products of one term to element-wise loops", () => {
    expect(left((x, y) => p.matmul(p.reshape(x, [24, 1]), p.reshape(y, [1, 24])))).not.toContain("matmul");
  });
});

describe("rows gathered and scattered", () => {
  it("swap their indices instead of themselves", () => {
    const builder = new ProgramBuilder();
    const table = builder.input({ shape: [7, 3], dtype: "float32" });
    const indices = builder.input({ shape: [2, 4], dtype: "int32" });
    const program = withBuilder(builder, () => {
      const rows = p.transpose(p.gather(table, indices, 0), [1, 0, 2]);
      const back = p.transpose(p.mul(rows, rows), [1, 0, 2]);
      return builder.finish([rows, p.scatter(c(table, 0), indices, back, 0, "add")]);
    });
    const simpler = simplify(program);
    expect(simpler.equations.map(({ primitive }) => primitive.name)).toEqual([
      "transpose",
      "gather",
      "mul",
      "full",
      "scatter",
    ]);
    const random = randomNumbers(3);
    const inputs = [
      { ...table, data: Float64Array.from({ length: 21 }, random) },
      { ...indices, data: Float64Array.of(1, 6, 1, 0, 3, 1, 5, 2) },
    ];
    const [expected, actual] = [program, simpler].map((each) => evaluateProgram(each, inputs).outputs);
    expect(actual?.map(({ data }) => [...data].map((value) => value.toFixed(9)))).toEqual(
      expected?.map(({ data }) => [...data].map((value) => value.toFixed(9))),
    );
  });
});

describe("masks in front of max pooling", () => {
  it("move to the pooled gradient, which stays the same", () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [2, 6, 6, 3], dtype: "float32" });
    const params = {
      window: [3, 3],
      strides: [2, 2],
      padding: [
        [0, 1],
        [0, 1],
      ],
      dilation: [1, 1],
    } as const;
    const program = withBuilder(builder, () => {
      const h = p.select(p.gt(x, c(x, 0)), x, c(x, 0));
      const y = p.windowMax(h, params);
      return builder.finish([
        y,
        ...gradients(builder, [y], [p.mul(y, y)], [x]).filter((value) => value !== null),
      ]);
    });
    const simpler = poolMasks(simplify(program));
    const names = simpler.equations.map(({ primitive }) => primitive.name);
    expect(names.at(-1)).toBe("windowMaxGrad");
    const random = randomNumbers(5);
    const inputs = [{ ...x, data: Float64Array.from({ length: 216 }, () => Math.round(random() * 8 - 5)) }];
    expect(evaluateProgram(simpler, inputs)).toEqual(evaluateProgram(program, inputs));
  });
});

describe("scans", () => {
  /** `h ← tanh(x·w + h·u)` over three steps, with the sum of the inputs' products. */
  function recurrent(): Program {
    return trace((x, y) => {
      const xs = p.reshape(p.concat([x, x, x], 0), [3, 4, 6]);
      const w = p.matmul(p.transpose(x, [1, 0]), y);
      const { carry, ys } = p.scan(
        ([h, total, unused], [slice]) => {
          const next = p.tanh(p.add(p.matmul(slice, w), p.matmul(h, p.exp(w))));
          const product = p.matmul(p.transpose(slice, [1, 0]), next);
          return {
            carry: [next, p.add(total, product), p.add(unused, p.exp(h))],
            ys: [p.matmul(next, w), p.neg(next)],
          };
        },
        [x, w, y],
        [xs],
        { length: 3 },
      );
      return [carry[0], carry[1], ys[0]];
    });
  }

  it("keep only what needs the carry", () => {
    const { equations } = simplify(recurrent());
    const scan = equations.find(({ primitive }) => primitive.name === "scan");
    const body = scan?.params["body"] as Program; // SAFETY: the parameters of `scan`
    expect(body.equations.map(({ primitive }) => primitive.name)).toEqual(["matmul", "add", "tanh"]);
    expect(scan?.params["carryCount"]).toBe(1);
    // w; inputs for all steps; results for all steps; the sum of the products.
    expect(equations.filter(({ primitive }) => primitive.name === "matmul").length).toBe(4);
  });
});
