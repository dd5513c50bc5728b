import * as classes from "../../../src/layers/regularization/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, [
  "ActivityRegularization",
  "AlphaDropout",
  "Dropout",
  "GaussianDropout",
  "GaussianNoise",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "SpatialDropout3D",
]);
