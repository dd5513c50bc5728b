import type { LayerBase } from "./layer-base.ts";

/** Told of every layer that is made, before its own class adds to it. */
export const whenMade: Set<(layer: LayerBase) => void> = new Set();
