import { expect, it } from "vitest";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { schedules } from "../../src/optimizers/index.ts";
import type { LearningRateSchedule } from "../../src/optimizers/schedules/learning-rate-schedule.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelCase } from "../support/keras-api.ts";

type Options = Readonly<Record<string, unknown>>;

interface Case {
  readonly class: string;
  readonly ctor: Options;
  readonly config: Options;
  readonly steps: readonly number[];
  readonly values: GoldenTensor;
}

const cases = hasGolden ? readGolden<{ readonly cases: readonly Case[] }>("schedules.json").cases : [];
const camelKeys = (options: Options): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

describeGolden("golden schedules", () => {
  it.each(cases)("$class $ctor", ({ class: name, ctor, config, steps, values }) => {
    const cls: unknown = Reflect.get(schedules, name);
    if (typeof cls !== "function") throw new Error(`schedules.${name} does not exist`);
    const schedule = Reflect.construct(cls, [camelKeys(ctor)]) as LearningRateSchedule; // SAFETY: the classes make schedules
    expect(schedule.getConfig()).toEqual(camelKeys(config));
    const rates = steps.map((step) => schedule(makeTensor(step, { dtype: "int32" })).item());
    expectClose(rates, values, { ...tolerance("float32", "op"), atol: 1e-7 }, name);
  });
});
