export { affineTransform, clipToImageSize, crop, pad } from "./change.ts";
export { convertFormat } from "./convert.ts";
export { decodeDeltasToBoxes, encodeBoxToDeltas } from "./deltas.ts";
export type { BoundingBoxes, BoxFormat } from "./formats.ts";
export { computeCiou, computeIou } from "./iou.ts";
