/** Subclassed models, errors while connecting, clones. */
import { Input, layers, Model, models, random, ShapeError, type KerasTensor, type Tensor } from "antler";
import { check } from "./support.ts";

class MLP extends Model {
  readonly dense1 = layers.Dense(64, { activation: "relu" });
  readonly dense2 = layers.Dense(10);

  override call(inputs: Tensor): unknown {
    return this.dense2(this.dense1(inputs));
  }
}

const mlp = new MLP();
const output = mlp(random.normal([2, 32], { seed: 1 }));
check(output.shape.join() === "2,10", "a subclassed model is built at its first call");
mlp.compile({ optimizer: "sgd", loss: "mse" });
const history = await mlp.fit(random.normal([64, 32], { seed: 2 }), random.normal([64, 10], { seed: 3 }), {
  epochs: 3,
  verbose: 0,
});
const loss = history.history["loss"] ?? [];
check((loss.at(-1) ?? 9) < (loss[0] ?? 0), "it trains with fit");

// Every mistake shows at the line that makes it.
const wide: KerasTensor = Input({ shape: [64] });
const narrow: KerasTensor = Input({ shape: [32] });
let message = "";
try {
  layers.add([wide, narrow]);
} catch (error) {
  if (error instanceof ShapeError) message = error.message;
}
console.log(message);
check(message.includes("64") && message.includes("32"), "mis-wiring is an error that names both shapes");

const inputs = Input({ shape: [8] });
const model = Model(inputs, layers.Dense(2)(layers.Dense(4, { activation: "relu" })(inputs)));
const clone = models.cloneModel(model);
check(clone.layers.length === model.layers.length && clone !== model, "a graph can be cloned");
const quiet = models.cloneModel(model, {
  cloneFunction: (layer) =>
    layer instanceof layers.Dense ? layers.Dense({ units: layer.units, useBias: false }) : layer,
});
check(quiet.weights.length === 2, "and changed on the way");
