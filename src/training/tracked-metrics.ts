import type { LayerBase } from "../graph/layer-base.ts";
import { findParts } from "../graph/tracking.ts";
import { isMetric, type MetricBase } from "../metrics/metric.ts";

/** Whether a layer is a model: such a one has metrics of its own, for its own training. */
function isModel(layer: LayerBase): boolean {
  return "trainStep" in layer;
}

/** Metrics in fields of a model and of its layers. */
export function metricsIn(layer: LayerBase): MetricBase[] {
  const own = findParts(layer, isMetric).map(({ value }) => value);
  return [...new Set([...own, ...layer.subLayers.filter((child) => !isModel(child)).flatMap(metricsIn)])];
}
