// What only some calls of `fit` and `evaluate` need, loaded for the first of them: every built-in loss, metric and optimizer by
// name, and batches from iterables. One part, and not three: see ADR 17.
export { get as lossNamed } from "../losses/registry.ts";
export { get as metricNamed } from "../metrics/registry.ts";
export { namedOptimizers } from "../optimizers/named.ts";
export { IterableSource } from "./data/iterable-source.ts";
