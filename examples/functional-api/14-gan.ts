/** A training step of one's own with two optimizers: a small generative adversarial network. */
import {
  Input,
  layers,
  losses,
  metrics,
  Model,
  ops,
  optimizers,
  random,
  setRandomSeed,
  type Tensor,
  valueAndGrad,
} from "antler";
import { check } from "./support.ts";

setRandomSeed(17);
const latentDim = 4;
const noise = Input({ shape: [latentDim] });
const generator = Model(noise, layers.Dense(2)(layers.Dense(16, { activation: "relu" })(noise)), {
  name: "generator",
});
const point = Input({ shape: [2] });
const discriminator = Model(point, layers.Dense(1)(layers.Dense(16, { activation: "relu" })(point)), {
  name: "discriminator",
});

class GAN extends Model {
  readonly generator = generator;
  readonly discriminator = discriminator;
  readonly generatorOptimizer = optimizers.Adam(3e-3);
  readonly discriminatorOptimizer = optimizers.Adam(3e-3);
  readonly seeds = new random.SeedGenerator(1);
  readonly generatorLoss = metrics.Mean({ name: "g_loss" });
  readonly discriminatorLoss = metrics.Mean({ name: "d_loss" });

  override trainStep({ x: real }: { readonly x: Tensor }): Record<string, Tensor> {
    const lossFunction = losses.BinaryCrossentropy({ fromLogits: true });
    const count = real.dims[0] ?? 1;
    const fake = this.generator(random.normal([count, latentDim], { seed: this.seeds }));
    const labels = ops.concatenate([ops.ones([count, 1]), ops.zeros([count, 1])], 0);
    const mixed = ops.concatenate([real, ops.stopGradient(fake)], 0);
    const judge = this.discriminator.trainableVariables;
    const judged = valueAndGrad(() => lossFunction(labels, this.discriminator(mixed)), judge);
    this.discriminatorOptimizer.apply(judged.gradients, judge);

    const maker = this.generator.trainableVariables;
    const made = valueAndGrad(() => {
      const points = this.generator(random.normal([count, latentDim], { seed: this.seeds }));
      return lossFunction(ops.ones([count, 1]), this.discriminator(points));
    }, maker);
    this.generatorOptimizer.apply(made.gradients, maker);

    this.discriminatorLoss.updateState(judged.value);
    this.generatorLoss.updateState(made.value);
    return { d_loss: this.discriminatorLoss.result(), g_loss: this.generatorLoss.result() };
  }
}

const gan = new GAN();
gan.compile({ optimizer: "sgd" });
const data = ops.add(random.normal([512, 2], { seed: 3, stddev: 0.1 }), [2, -1]);
const start = ops.mean(generator(random.normal([256, latentDim], { seed: 4 })), 0);
const history = await gan.fit(data, { batchSize: 64, epochs: 30, verbose: 0 });
const end = ops.mean(generator(random.normal([256, latentDim], { seed: 4 })), 0);
const distance = (mean: Tensor): number => ops.sqrt(ops.sum(ops.square(ops.subtract(mean, [2, -1])))).item();
console.log(
  `distance of the generated points' mean from the data's: ${distance(start).toFixed(2)} → ${distance(end).toFixed(2)}`,
);
check(Object.keys(history.history).join() === "d_loss,g_loss", "history has what the step returns");
check(distance(end) < distance(start), "the generator moves towards the data");
