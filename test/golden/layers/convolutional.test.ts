import * as classes from "../../../src/layers/convolutional/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(
  classes,
  Object.keys(classes).filter((name) => !name.includes("Convolution")),
);
