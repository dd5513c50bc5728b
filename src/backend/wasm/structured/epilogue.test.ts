import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../../../test/support/cases.ts";
import { randomNumbers } from "../../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../../test/support/close.ts";
import { schedule } from "../../../compiler/compile.ts";
import { formatSchedule } from "../../../compiler/schedule/format.ts";
import { toNumbers } from "../../../ir/numbers.ts";
import { type Program, ProgramBuilder, withBuilder, type Var } from "../../../ir/program.ts";
import * as p from "../../../ir/primitives/index.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { needAllKernels } from "../../kernels/all.ts";
import { evaluateProgram } from "../../reference/evaluate.ts";
import { WasmBackend } from "../backend.ts";

needAllKernels();
const backend = new WasmBackend();
const drawn = cases(150);

/** A product or convolution of random sizes, with random element-wise work behind it. */
function randomFusion(choose: (bound: number) => number): Program {
  const builder = new ProgramBuilder();
  const input = (shape: readonly number[]): Var => builder.input({ shape, dtype: "float32" });
  const size = (): number => 1 + choose(13);
  const geometry = (
    rank: number,
  ): { strides: number[]; padding: [number, number][]; dilation: number[]; groups: number } => ({
    strides: Array.from({ length: rank }, () => 1),
    padding: Array.from({ length: rank }, () => [1, 1]),
    dilation: Array.from({ length: rank }, () => 1),
    groups: 1 + choose(3),
  });
  const product = (): Var => {
    if (choose(2) === 0) {
      const batch = Array.from({ length: choose(3) }, () => 1 + choose(3));
      const [m, k, n] = [size(), size(), size()];
      const a = choose(2) === 0 ? input([...batch, m, k]) : p.swapLastAxes(input([...batch, k, m]));
      return p.matmul(a, input([...batch, k, n]));
    }
    const rank = 1 + choose(2);
    const spatial = Array.from({ length: rank }, () => 3 + choose(5));
    const window = spatial.map(() => 3);
    const how = geometry(rank);
    const [channels, filters] = [size(), size() * how.groups];
    const x = [1 + choose(3), ...spatial, channels * how.groups];
    const kernel = [...window, channels, filters];
    if (choose(2) === 0) return p.conv(input(x), input(kernel), how);
    const y = [x[0] ?? 1, ...spatial, filters];
    return p.convInputGrad(input(y), input(kernel), x, how);
  };
  const outputs: Var[] = [];
  withBuilder(builder, () => {
    let value = product();
    const { shape } = value;
    /** An operand over some of the axes. */
    const other = (): Var => {
      const axes = shape.map((_, d) => d).filter(() => choose(2) === 0);
      if (axes.length === shape.length && choose(2) === 0) {
        const order = axes.toReversed();
        return p.transpose(input(order.map((d) => shape[d] ?? 1)), order);
      }
      return p.broadcast(input(axes.map((d) => shape[d] ?? 1)), shape, axes);
    };
    for (let n = 1 + choose(4); n > 0; n--) {
      const step = choose(7);
      if (step === 0) value = p.select(p.gt(value, p.fullLike(value, 0)), value, p.scale(value, 0.1));
      else if (step === 1) value = p.tanh(value);
      else if (step === 2) value = p.mul(value, other());
      else if (step === 3)
        value = p.add(value, p.scale(p.iota(shape, choose(shape.length), "float32"), 0.125));
      else if (step === 4) outputs.push(p.gt(value, other()));
      else value = p.add(value, other());
      if (choose(4) === 0) outputs.push(value);
    }
    outputs.push(
      choose(3) === 0
        ? p.transpose(
            value,
            shape.map((_, d) => shape.length - 1 - d),
          )
        : value,
    );
  });
  return builder.finish(outputs);
}

describe("element-wise work behind products", () => {
  it("is what it is by itself", () => {
    let fused = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = randomNumbers(seed);
        const program = randomFusion((bound) => Math.floor(random() * bound));
        const inputs = program.inputs.map(({ shape }) =>
          Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5),
        );
        const expected = evaluateProgram(
          program,
          program.inputs.map(({ shape, dtype }, i) => ({
            shape,
            dtype,
            data: Float64Array.from(inputs[i] ?? []),
          })),
        ).outputs;
        const actual = backend.compile(program).run(inputs, []);
        const compiled = schedule(program);
        fused += compiled.items.filter(
          (item) => item.kind === "structured" && item.epilogue !== undefined,
        ).length;
        const what = formatSchedule(compiled);
        expected.forEach(({ dtype, data, shape }, i) => {
          const result = toNumbers(actual[i] ?? new Float32Array(0), dtype);
          if (dtype === "bool") {
            // Comparisons of nearly equal numbers may go either way.
            const different = Array.from(data).filter((bit, k) => bit !== result[k]).length;
            expect(different, what).toBeLessThanOrEqual(1 + data.length / 200);
          } else {
            expectClose(result, { values: data, shape }, { rtol: 2e-4, atol: 2e-4 }, what);
          }
        });
      }),
      drawn,
    );
    expect(fused).toBeGreaterThan(drawn.numRuns / 2);
  });
});
