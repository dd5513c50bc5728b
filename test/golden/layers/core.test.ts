import * as classes from "../../../src/layers/core/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, ["Dense", "InputLayer"]);
