// What only some calls of `fit` and `evaluate` need, loaded for the first of them: every built-in loss, metric and optimizer by
// name, batches from iterables, and steps that need more memory than there is. One part, and not four: see ADR 17.
export { rematerialise } from "../compiler/rematerialise/rematerialise.ts";
export { get as lossNamed } from "../losses/registry.ts";
export { get as metricNamed } from "../metrics/registry.ts";
export { namedOptimizers } from "../optimizers/named.ts";
export { IterableSource } from "./data/iterable-source.ts";
