export { AdaptiveAveragePooling1D } from "./adaptive-average-pooling1d.ts";
export { AdaptiveAveragePooling2D } from "./adaptive-average-pooling2d.ts";
export { AdaptiveAveragePooling3D } from "./adaptive-average-pooling3d.ts";
export { AdaptiveMaxPooling1D } from "./adaptive-max-pooling1d.ts";
export { AdaptiveMaxPooling2D } from "./adaptive-max-pooling2d.ts";
export { AdaptiveMaxPooling3D } from "./adaptive-max-pooling3d.ts";
export { AveragePooling1D, AveragePooling1D as AvgPool1D } from "./average-pooling1d.ts";
export { AveragePooling2D, AveragePooling2D as AvgPool2D } from "./average-pooling2d.ts";
export { AveragePooling3D, AveragePooling3D as AvgPool3D } from "./average-pooling3d.ts";
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
} from "./global-average-pooling1d.ts";
export {
  GlobalAveragePooling2D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
} from "./global-average-pooling2d.ts";
export {
  GlobalAveragePooling3D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
} from "./global-average-pooling3d.ts";
export { GlobalMaxPooling1D, GlobalMaxPooling1D as GlobalMaxPool1D } from "./global-max-pooling1d.ts";
export { GlobalMaxPooling2D, GlobalMaxPooling2D as GlobalMaxPool2D } from "./global-max-pooling2d.ts";
export { GlobalMaxPooling3D, GlobalMaxPooling3D as GlobalMaxPool3D } from "./global-max-pooling3d.ts";
export { MaxPooling1D, MaxPooling1D as MaxPool1D } from "./max-pooling1d.ts";
export { MaxPooling2D, MaxPooling2D as MaxPool2D } from "./max-pooling2d.ts";
export { MaxPooling3D, MaxPooling3D as MaxPool3D } from "./max-pooling3d.ts";
