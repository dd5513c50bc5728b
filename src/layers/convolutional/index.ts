export { Conv1D } from "./conv1d.ts";
export { Conv1DTranspose } from "./conv1d-transpose.ts";
export { Conv2D } from "./conv2d.ts";
export { Conv2DTranspose } from "./conv2d-transpose.ts";
export { Conv3D } from "./conv3d.ts";
export { Conv3DTranspose } from "./conv3d-transpose.ts";
