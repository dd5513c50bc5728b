/** Boxes around what is in images: Keras's `utils.bounding_boxes` namespace. */
export * from "../layers/preprocessing/bounding-boxes/index.ts";
