/** Layers of `applications` alone, which Keras keeps out of its `layers` namespace. */
export { CustomScaleLayer } from "./custom-scale-layer.ts";
export { LayerScale } from "./layer-scale.ts";
