// Every built-in loss and metric by name: loaded when a model is compiled with one that is not at hand.
export { get as lossNamed } from "../losses/registry.ts";
export { get as metricNamed } from "../metrics/registry.ts";
