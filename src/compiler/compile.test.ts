import { describe, expect, it } from "vitest";
import { interpret } from "../../test/support/interpret-schedule.ts";
import { expectClose, tolerance } from "../../test/support/close.ts";
import { describeSample, referenceInputs, sampleProgram } from "../../test/primitives/sample-data.ts";
import { evaluateProgram } from "../backend/reference/evaluate.ts";
import { allPrimitives } from "../ir/primitives/all.ts";
import { schedule } from "./compile.ts";

describe("schedules give what the reference gives", () => {
  it.each(allPrimitives.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
    primitive.samples().forEach((sample, i) => {
      const program = sampleProgram(primitive, sample);
      const inputs = referenceInputs(sample, i);
      const expected = evaluateProgram(program, inputs).outputs;
      const actual = interpret(schedule(program), inputs);
      expected.forEach(({ data, dtype }, k) => {
        expectClose(
          actual[k]?.data ?? [],
          { values: data, shape: [data.length] },
          tolerance(dtype, "op"),
          `${name} ${describeSample(sample)}`,
        );
      });
    });
  });
  it("covers", () => expect(allPrimitives.length).toBeGreaterThan(50));
});
