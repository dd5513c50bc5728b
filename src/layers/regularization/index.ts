export { ActivityRegularization } from "./activity-regularization.ts";
export { AlphaDropout } from "./alpha-dropout.ts";
export { Dropout } from "./dropout.ts";
export { GaussianDropout } from "./gaussian-dropout.ts";
export { GaussianNoise } from "./gaussian-noise.ts";
export { SpatialDropout1D } from "./spatial-dropout1d.ts";
export { SpatialDropout2D } from "./spatial-dropout2d.ts";
export { SpatialDropout3D } from "./spatial-dropout3d.ts";
