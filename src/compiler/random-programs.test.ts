import fc from "fast-check";
import { describe, it } from "vitest";
import { expectClose } from "../../test/support/close.ts";
import { interpret } from "../../test/support/interpret-schedule.ts";
import { randomProgram } from "../../test/support/random-program.ts";
import { randomNumbers } from "../../test/primitives/sample-data.ts";
import { evaluateProgram } from "../backend/reference/evaluate.ts";
import type { RefArray } from "../ir/primitive.ts";
import type { Program, Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { verify } from "../ir/verify.ts";
import { schedule } from "./compile.ts";
import { formatSchedule } from "./schedule/format.ts";

const close = { rtol: 2e-3, atol: 2e-3 };

function filled(values: readonly Var[], random: () => number): RefArray[] {
  return values.map(({ shape, dtype }) => ({ shape, dtype, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random() * 2 - 1)) }));
}

function check(program: Program, seed: number): void {
  verify(program, "a random program");
  const random = randomNumbers(seed);
  const inputs = filled(program.inputs, random);
  const state = filled(program.state, random);
  const expected = evaluateProgram(program, inputs, state);
  const memory = state.map(({ data }) => Float32Array.from(data));
  const compiled = schedule(program);
  const actual = interpret(compiled, inputs, memory);
  const what = (name: string): string => `${name} of\n${formatSchedule(compiled)}\n`;
  expected.outputs.forEach(({ data }, i) => expectClose(actual[i]?.data ?? [], data, close, what(`output ${i}`)));
  expected.updates.forEach((update, i) => {
    expectClose(memory[i] ?? [], (update ?? state[i])?.data ?? [], close, what(`state ${i}`));
  });
}

describe("random programs", () => {
  it("keep their meaning when they are scheduled", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 25 }), (seed, length) => {
        const random = randomNumbers(seed);
        check(
          randomProgram((bound) => Math.floor(random() * bound), length),
          seed,
        );
      }),
      { numRuns: Number(globalThis.process.env["FUZZ_RUNS"] ?? 300) },
    );
  });
});
