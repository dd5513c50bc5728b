import { Input, layers, Model } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";

/** A model whose files take some time to write, for tests in which all weights of version n are n. */
export function versionedModel(): ModelClass {
  const inputs = Input({ shape: [300] });
  const hidden = layers.Dense(200, { name: "hidden" })(inputs);
  return Model({ inputs, outputs: layers.Dense(150, { name: "dense" })(hidden), name: "versions" });
}
