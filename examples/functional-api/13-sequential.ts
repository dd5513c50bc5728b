/** The same network as a Sequential model and as a functional one. */
import { Input, type KerasTensor, layers, Model, random, Sequential } from "antler";
import { check, difference } from "./support.ts";

const makeLayers = () => [
  layers.Conv2D(8, 3, { activation: "relu" }),
  layers.BatchNormalization(),
  layers.ReLU(),
  layers.MaxPool2D(2, { padding: "same" }),
  layers.Flatten(),
  layers.Dense(10),
];

const sequential = Sequential([Input({ shape: [28, 28, 1] }), ...makeLayers()]);
const inputs = Input({ shape: [28, 28, 1] });
const functional = Model(
  inputs,
  makeLayers().reduce((x: KerasTensor, layer) => layer(x), inputs),
);
sequential.summary();
functional.summary();
check(sequential.countParams() === functional.countParams(), "both have the same parameters");

functional.setWeights(sequential.getWeights());
const x = random.normal([4, 28, 28, 1], { seed: 1 });
check(difference(sequential(x), functional(x)) === 0, "and, with the same weights, give the same outputs");

const deferred = Sequential([layers.Dense(4), layers.Dense(2)]);
check(!deferred.built, "a sequential model without an input is built later");
deferred(random.normal([3, 7], { seed: 2 }));
check(deferred.countParams() === 42, "when it is called");
