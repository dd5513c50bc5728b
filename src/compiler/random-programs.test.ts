import fc from "fast-check";
import { describe, it } from "vitest";
import { cases } from "../../test/support/cases.ts";
import { randomNumbers } from "../../test/primitives/sample-data.ts";
import { expectClose } from "../../test/support/close.ts";
import { interpret } from "../../test/support/interpret-schedule.ts";
import { randomLoop } from "../../test/support/random-loop.ts";
import { type Choose, randomProgram } from "../../test/support/random-program.ts";
import { evaluateProgram } from "../backend/reference/evaluate.ts";
import type { RefArray } from "../ir/primitive.ts";
import type { Program, Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { verify } from "../ir/verify.ts";
import { schedule } from "./compile.ts";
import { provideRematerialise } from "./rematerialise/provided.ts";
import { rematerialise } from "./rematerialise/rematerialise.ts";
import { formatSchedule } from "./schedule/format.ts";
import { simplify } from "./simplify/simplify.ts";

provideRematerialise(rematerialise);

const close = { rtol: 2e-3, atol: 2e-3 };
const { numRuns, seed: base } = cases(200);

function filled(values: readonly Var[], random: () => number): RefArray[] {
  return values.map(({ shape, dtype }) => ({
    shape,
    dtype,
    data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random() * 2 - 1)),
  }));
}

/** A program, simplified and scheduled, against the reference. */
function check(program: Program, random: () => number): void {
  verify(program, "a random program");
  const inputs = filled(program.inputs, random);
  const state = filled(program.state, random);
  const expected = evaluateProgram(program, inputs, state);

  const simpler = simplify(program);
  verify(simpler, "a simplified program");
  const same = evaluateProgram(simpler, inputs, state);
  expected.outputs.forEach(({ data }, i) =>
    expectClose(same.outputs[i]?.data ?? [], data, close, `simplified output ${i}`),
  );

  verify(rematerialise(simpler, 0).program, "a program that computes some values twice");
  // As it is, and with as little memory as it can do with.
  for (const compiled of [schedule(program), schedule(program, { arenaBytes: 0 })]) {
    const memory = state.map(({ data }) => Float32Array.from(data));
    const actual = interpret(compiled, inputs, memory);
    const what = (name: string): string => `${name} of\n${formatSchedule(compiled)}\n`;
    expected.outputs.forEach(({ data }, i) =>
      expectClose(actual[i]?.data ?? [], data, close, what(`output ${i}`)),
    );
    expected.updates.forEach((update, i) => {
      expectClose(memory[i] ?? [], (update ?? state[i])?.data ?? [], close, what(`state ${i}`));
    });
  }
}

/** Checks the programs that a maker makes of random decisions. */
function holds(make: (choose: Choose) => Program, runs: number): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const random = randomNumbers(seed);
      check(
        make((bound) => Math.floor(random() * bound)),
        random,
      );
    }),
    { numRuns: runs, seed: base },
  );
}

describe("random programs keep their meaning when they are simplified and scheduled", () => {
  it("straight ones", () => holds((choose) => randomProgram(choose, 1 + choose(25)), numRuns));
  it("recurrent networks and their gradients", () => holds(randomLoop, Math.ceil(numRuns / 4)));
});
