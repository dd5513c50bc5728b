import * as classes from "../../../src/layers/merging/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, ["Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"]);
