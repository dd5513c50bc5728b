export { Metric } from "./metric.ts";
export type { MetricConstructor, MetricOptions, UpdateOptions } from "./metric.ts";
export { get, resolveMetric } from "./registry.ts";
export type { MetricIdentifier } from "./registry.ts";
export { Mean } from "./mean.ts";
export { MeanMetricWrapper } from "./mean-metric-wrapper.ts";
export { SparseCategoricalAccuracy, sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
