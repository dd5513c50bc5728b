import * as classes from "../../../src/layers/preprocessing/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, ["Rescaling"]);
