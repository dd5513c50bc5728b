import * as classes from "../../../src/layers/activation/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, ["Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"]);
