import { expect, it } from "vitest";
import { Variable } from "../graph/variable.ts";
import { tensor } from "../tensor.ts";
import { Adagrad, Adam, Adamax, Lion, Nadam, RMSprop, SGD } from "./index.ts";

/** The least normal number of float32. */
const least = 2 ** -126;

it.each([
  ["sgd", SGD({ momentum: 0.9 })],
  ["rmsprop", RMSprop({ momentum: 0.9, centered: true })],
  ["adam", Adam({ amsgrad: true })],
  ["nadam", Nadam()],
  ["adamax", Adamax()],
  ["lion", Lion()],
])("%s: slots of weights that get no gradients decay to zero, not to subnormal numbers", (_, optimizer) => {
  const weight = new Variable(tensor([1, 2, 3]));
  optimizer.build([weight]);
  const slots = optimizer.variables.filter(({ shape }) => shape.length === 1);
  expect(slots.length).toBeGreaterThan(0);
  for (const slot of slots) slot.assign(tensor([least, 1e-30, -least]));
  optimizer.apply([tensor([0, 0, 0])], [weight]);
  const decayed = slots.filter((slot) => Number(slot.value.dataSync()[1]) !== Math.fround(1e-30));
  expect(decayed.length).toBeGreaterThan(0);
  for (const slot of decayed) {
    const [first, second, third] = slot.value.dataSync();
    expect([first, third].every((value) => value === 0 || Math.abs(Number(value)) >= least)).toBe(true);
    expect(first).toBe(0);
    expect(second).not.toBe(0);
  }
});

it("what only grows keeps what is there", () => {
  const weight = new Variable(tensor([1, 2]));
  const optimizer = Adagrad({ initialAccumulatorValue: 0 });
  optimizer.build([weight]);
  optimizer.apply([tensor([1e-20, 1])], [weight]);
  const accumulator = optimizer.variables.find(({ shape }) => shape.length === 1);
  expect(Number(accumulator?.value.dataSync()[0])).toBeGreaterThan(0);
});
