import * as classes from "../../../src/layers/reshaping/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, [
  "Cropping1D",
  "Cropping2D",
  "Cropping3D",
  "Flatten",
  "Permute",
  "RepeatVector",
  "Reshape",
  "UpSampling1D",
  "UpSampling2D",
  "UpSampling3D",
  "ZeroPadding1D",
  "ZeroPadding2D",
  "ZeroPadding3D",
]);
