import { describe, expect, it } from "vitest";
import { OptionError } from "../util/errors.ts";
import { CallbackList } from "./callback-list.ts";
import { History } from "./history.ts";
import { LambdaCallback } from "./lambda-callback.ts";
import { ProgbarLogger } from "./progbar-logger.ts";

describe("LambdaCallback", () => {
  it("takes hooks by position in Keras's order, and others by name", async () => {
    const called: string[] = [];
    const note = (name: string) => () => void called.push(name);
    const callback = LambdaCallback(note("epoch begins"), note("epoch ends"), null, note("training ends"), {
      onTrainBatchEnd: note("batch ends"),
      onPredictEnd: note("prediction ends"),
    });
    await callback.onTrainBegin({});
    await callback.onEpochBegin(0, {});
    await callback.onTrainBatchEnd(0, {});
    await callback.onEpochEnd(0, {});
    await callback.onTrainEnd({});
    await callback.onPredictEnd({});
    expect(called).toEqual(["epoch begins", "batch ends", "epoch ends", "training ends", "prediction ends"]);
  });

  it("refuses what is no hook", () => {
    const make = LambdaCallback as unknown as (...args: unknown[]) => unknown; // SAFETY: wrong on purpose
    expect(() => make({ onEpochEnds: () => undefined })).toThrow(/Did you mean `onEpochEnd`/);
    expect(() => make(3)).toThrow(OptionError);
  });
});

describe("CallbackList", () => {
  it("takes its options by position in Keras's order, or by name", () => {
    const classes = (list: CallbackList): unknown[] => list.callbacks.map((callback) => callback.constructor);
    const [history, progbar] = [History().constructor, ProgbarLogger().constructor];
    expect(classes(CallbackList([], true, true, { epochs: 3 }))).toEqual([history, progbar]);
    expect(classes(CallbackList({ addProgbar: true }))).toEqual([progbar]);
    expect(classes(CallbackList(null, { addHistory: true }))).toEqual([history]);
    expect(CallbackList([], false, false, null, { epochs: 3, steps: 5 }).params).toMatchObject({
      epochs: 3,
      steps: 5,
    });
  });
});
