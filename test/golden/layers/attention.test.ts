import * as classes from "../../../src/layers/attention/index.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(classes, ["Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"]);
