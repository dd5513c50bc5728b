/** A functional model inside a subclassed recurrent layer inside a functional model. */
import { Input, Layer, layers, Model, ops, random, type Tensor } from "antler";
import { check } from "./support.ts";

const [units, timesteps, inputDim, batchSize] = [32, 10, 5, 16];

class CustomRNN extends Layer {
  readonly units = units;
  readonly projection1 = layers.Dense(units, { activation: "tanh" });
  readonly projection2 = layers.Dense(units, { activation: "tanh" });
  readonly classifier: Model;

  constructor() {
    super();
    const features = Input({ shape: [null, units] });
    this.classifier = Model(features, layers.Dense(1)(features));
  }

  override call(inputs: Tensor): unknown {
    const outputs: Tensor[] = [];
    let state: Tensor = ops.zeros([inputs.dims[0] ?? 1, this.units]);
    for (let t = 0; t < (inputs.dims[1] ?? 0); t++) {
      const x = inputs.at(":", t, ":");
      const h = this.projection1(x);
      const y = ops.add(h, this.projection2(state));
      state = y;
      outputs.push(y);
    }
    return this.classifier(ops.stack(outputs, 1));
  }
}

const inputs = Input({ batchShape: [batchSize, timesteps, inputDim] });
const x = layers.Conv1D(32, 3)(inputs);
const rnn = new CustomRNN();
const outputs = rnn(x);
const model = Model(inputs, outputs);
model.summary();
check(rnn.trainableWeights.length === 6, "the inner model's weights belong to the layer");

const y = new CustomRNN()(ops.zeros([1, timesteps, inputDim]));
check(y.shape.join() === `1,${timesteps},1`, "the layer works on real tensors as well");
model.compile({ optimizer: "adam", loss: "mse" });
const target = random.normal([batchSize, timesteps - 2, 1], { seed: 1 });
const history = await model.fit(random.normal([batchSize, timesteps, inputDim], { seed: 2 }), target, {
  batchSize,
  epochs: 5,
  verbose: 0,
});
const loss = history.history["loss"] ?? [];
check((loss.at(-1) ?? 9) < (loss[0] ?? 0), "and trains inside the functional model");
