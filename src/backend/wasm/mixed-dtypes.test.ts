import fc from "fast-check";
import { describe, it } from "vitest";
import { cases } from "../../../test/support/cases.ts";
import { randomNumbers } from "../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../test/support/close.ts";
import { schedule } from "../../compiler/compile.ts";
import { formatSchedule } from "../../compiler/schedule/format.ts";
import { dtypes, type DType } from "../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { type Program, ProgramBuilder, withBuilder, type Var } from "../../ir/program.ts";
import * as p from "../../ops/core/primitives/index.ts";
import { sizeOf } from "../../ir/shape.ts";
import { evaluateProgram } from "../reference/evaluate.ts";
import { WasmBackend } from "./backend.ts";

const backend = new WasmBackend();
const drawn = cases(200);
const shape = [5, 11];

/** Conversions between random dtypes, arithmetic, comparisons, reductions and moves in between. */
function randomProgram(choose: (bound: number) => number): Program {
  const builder = new ProgramBuilder();
  const anyDtype = (): DType => dtypes[choose(dtypes.length)] ?? "float32";
  const outputs: Var[] = [];
  withBuilder(builder, () => {
    const values = Array.from({ length: 2 + choose(3) }, () => builder.input({ shape, dtype: anyDtype() }));
    const any = (): Var => values[choose(values.length)] ?? p.full(1, shape, "float32");
    for (let n = 2 + choose(8); n > 0; n--) {
      const x = any();
      const y = p.cast(any(), x.dtype);
      const isBool = x.dtype === "bool";
      const step = choose(9);
      if (step === 0) values.push(p.cast(x, anyDtype()));
      else if (step === 1) values.push(isBool ? p.and(x, y) : p.add(x, y));
      else if (step === 2) values.push(isBool ? p.or(x, y) : p.max(x, y));
      else if (step === 3) values.push(isBool ? p.not(x) : p.min(x, y));
      else if (step === 4) values.push(p.select(p.lt(p.cast(x, "float32"), p.cast(y, "float32")), x, y));
      else if (step === 5) values.push(isBool ? p.xor(x, y) : p.abs(x));
      else if (step === 6) values.push(p.reverse(x, [choose(2)]));
      else if (step === 7) values.push(p.pad(p.slice(x, [1, 2], [5, 11]), 1, [1, 0], [0, 2]));
      else {
        const axis = choose(2);
        const sum = isBool
          ? p.reduceMax(x, [axis])
          : choose(2) === 0
            ? p.reduceMax(x, [axis])
            : p.reduceSum(x, [axis]);
        values.push(p.broadcast(sum, shape, [1 - axis]));
      }
    }
    outputs.push(...values.slice(-3));
  });
  return builder.finish(outputs);
}

/** Numbers that all arithmetic of the test keeps exact, or nearly so. */
function numbers(dtype: DType, random: () => number): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, () => {
    if (dtype === "bool") return random() < 0.5 ? 0 : 1;
    // The reference does not wrap negative numbers to 64 unsigned bits.
    return Math.floor(random() * 4);
  });
}

describe("kernels of mixed dtypes", () => {
  it("compute what the reference computes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = randomNumbers(seed);
        const program = randomProgram((bound) => Math.floor(random() * bound));
        const data = program.inputs.map(({ dtype }) => numbers(dtype, random));
        const expected = evaluateProgram(
          program,
          program.inputs.map(({ dtype }, i) => ({ shape, dtype, data: data[i] ?? new Float64Array(0) })),
        ).outputs;
        const inputs = program.inputs.map(({ dtype }, i) => fromNumbers(data[i] ?? [], dtype));
        const actual = backend.compile(program).run(inputs, []);
        const what = formatSchedule(schedule(program));
        expected.forEach((output, i) => {
          const result = toNumbers(actual[i] ?? new Float32Array(0), output.dtype);
          // Large sums pass through bfloat16, of which the reference keeps all digits.
          const tolerance = { rtol: 2e-2, atol: 2e-2 };
          expectClose(
            result,
            { values: output.data, shape: output.shape },
            tolerance,
            `${output.dtype} of\n${what}`,
          );
        });
      }),
      drawn,
    );
  });
});
