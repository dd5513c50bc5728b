import * as classes from "../../../src/layers/core/index.ts";
import { square } from "../../../src/ops/unary-math.ts";
import { layerSuite } from "../../support/layer-suite.ts";

layerSuite(
  classes,
  [
    "Dense",
    "EinsumDense",
    "Embedding",
    "Identity",
    "InputLayer",
    "Lambda",
    "Masking",
    "ReversibleEmbedding",
    "TernaryDense",
    "Wrapper",
  ],
  {
    make: {
      Lambda: () => classes.Lambda(square),
      Wrapper: () => classes.Wrapper(classes.Dense(2)),
    },
  },
);
