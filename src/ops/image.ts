/** Operations on images: Keras's `ops.image` namespace. */
export { hsvToRgb, rgbToGrayscale, rgbToHsv } from "./image-color.ts";
export { gaussianBlur, sobelEdges, ssim } from "./image-filters.ts";
export { affineTransform, elasticTransform, mapCoordinates, perspectiveTransform } from "./image-geometry.ts";
export {
  cropImages,
  extractPatches,
  extractPatches3d,
  padImages,
  reconstructPatches,
} from "./image-patches.ts";
export { resize, scaleAndTranslate } from "./image-resize.ts";
