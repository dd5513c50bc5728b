/** Keras's `preprocessing.image` namespace. */
export { arrayToImg, imgToArray, loadImg, saveImg } from "./image.ts";
export { smartResize } from "./smart-resize.ts";
