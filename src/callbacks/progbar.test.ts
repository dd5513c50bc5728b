import { expect, it } from "vitest";
import { Progbar } from "./progbar.ts";

function run(
  target: number | null,
  verbose: 1 | 2,
  steps: readonly (readonly [ms: number, current: number, loss: number, last?: boolean])[],
): string {
  let text = "";
  let now = 0;
  const host = {
    terminal: { write: (part: string) => void (text += part), isTty: true, columns: 80 },
    nowMs: () => now,
  };
  const bar = new Progbar(target, { verbose }, host);
  for (const [ms, current, loss, last] of steps) {
    now = ms;
    bar.update(current, { loss }, last);
  }
  return text;
}

// What Keras's Progbar writes for the same steps and times.
it("counts steps where their number is not known", () => {
  expect(
    run(null, 1, [
      [100, 1, 0.5],
      [300, 2, 0.25],
      [310, 3, 0.1, true],
    ]),
  ).toBe(
    "\r      1/Unknown \u001b[1m0s\u001b[0m 100ms/step - loss: 0.5000" +
      `${"\b".repeat(44)}\r      2/Unknown \u001b[1m0s\u001b[0m 200ms/step - loss: 0.3750` +
      `${"\b".repeat(44)}\r      3/Unknown \u001b[1m0s\u001b[0m 105ms/step - loss: 0.1000\n`,
  );
});

it("shows how long it will take", () => {
  const times = (ms: number): string =>
    /\[1m([\d:]+s?)\u001b/.exec(run(100, 1, [[ms, 1, 1]]).slice(20))?.[1] ?? "";
  expect([times(10), times(1000), times(70_000)]).toEqual(["0s", "1:39", "1:55:30"]);
});

it("shows small numbers in powers of ten, and writes seldom", () => {
  expect(
    run(3, 1, [
      [0, 1, 0.0001],
      [10, 2, 0.0001],
    ]),
  ).toMatch(/loss: 1\.0000e-04$/);
  expect(
    run(3, 2, [
      [0, 1, 1],
      [10, 2, 1],
      [2500, 3, 1, true],
    ]),
  ).toBe("3/3 - 2s - 1s/step - loss: 1.0000\n".replace("2s", "3s"));
});
