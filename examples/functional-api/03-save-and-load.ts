/** The whole model as one file: the code that built it may be gone. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Input, layers, Model, models, random } from "antler";
import { check, difference } from "./support.ts";

const path = join(await mkdtemp(join(tmpdir(), "antler-")), "my_model.keras");
const x = random.normal([8, 20], { seed: 1 });

async function buildAndSave(): Promise<ReturnType<typeof model.predict>> {
  return model.predict(x, { verbose: 0 });
}
const inputs = Input({ shape: [20] });
const model = Model({ inputs, outputs: layers.Dense(3, { activation: "softmax" })(inputs) });
model.compile({ optimizer: "adam", loss: "categorical_crossentropy" });
const before = await buildAndSave();
await model.save(path);

const loaded = await models.loadModel(path);
check(
  difference(before, await loaded.predict(x, { verbose: 0 })) === 0,
  "the loaded model predicts the same, bit for bit",
);
check(loaded.compiled, "the loaded model is compiled as the saved one was");
