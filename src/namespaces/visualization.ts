/** Pictures of images, boxes and masks: Keras's `visualization` namespace. */
export { drawBoundingBoxes } from "../viz/images/draw-bounding-boxes.ts";
export { drawSegmentationMasks } from "../viz/images/draw-segmentation-masks.ts";
export { plotBoundingBoxGallery } from "../viz/images/plot-bounding-box-gallery.ts";
export { plotImageGallery } from "../viz/images/plot-image-gallery.ts";
export { plotSegmentationMaskGallery } from "../viz/images/plot-segmentation-mask-gallery.ts";
