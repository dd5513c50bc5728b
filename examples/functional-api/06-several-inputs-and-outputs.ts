/** Tickets ranked by priority and routed to a department: three inputs, two outputs. */
import { Input, layers, losses, Model, optimizers, random, setRandomSeed, utils } from "antler";
import { check, integers } from "./support.ts";

setRandomSeed(11);
const [numTags, numWords, numDepartments] = [12, 10_000, 4];
const title = Input({ shape: [null], name: "title" });
const body = Input({ shape: [null], name: "body" });
const tags = Input({ shape: [numTags], name: "tags" });
const titleFeatures = layers.LSTM(128)(layers.Embedding(numWords, 64)(title));
const bodyFeatures = layers.LSTM(32)(layers.Embedding(numWords, 64)(body));
const x = layers.concatenate([titleFeatures, bodyFeatures, tags]);
const priority = layers.Dense(1, { name: "priority" })(x);
const department = layers.Dense(numDepartments, { name: "department" })(x);
const model = Model({ inputs: [title, body, tags], outputs: { priority, department } });
model.summary();
await utils.plotModel(model, "multi_input_and_output_model.svg", { showShapes: true });

// Losses by position: the outputs are an object, so a list goes with its keys in alphabetical order.
model.compile({
  optimizer: optimizers.RMSprop(1e-3),
  loss: [
    losses.CategoricalCrossentropy({ fromLogits: true }),
    losses.BinaryCrossentropy({ fromLogits: true }),
  ],
  lossWeights: [0.2, 1],
});
// Losses by name: nothing to mix up.
model.compile({
  optimizer: optimizers.RMSprop(1e-3),
  loss: {
    priority: losses.BinaryCrossentropy({ fromLogits: true }),
    department: losses.CategoricalCrossentropy({ fromLogits: true }),
  },
  lossWeights: { priority: 1, department: 0.2 },
  metrics: { priority: ["mae"] },
});

const samples = 256;
const inputs = {
  title: integers([samples, 10], numWords, 1),
  body: integers([samples, 100], numWords, 2),
  tags: integers([samples, numTags], 2, 3).cast("float32"),
};
const targets = {
  priority: random.uniform([samples, 1], { seed: 4 }),
  department: utils.toCategorical(integers([samples], numDepartments, 5), numDepartments),
};
const history = await model.fit(inputs, targets, { epochs: 2, batchSize: 32, verbose: 2 });
console.log(Object.keys(history.history));

/** The same from batches: arrays, or objects by name. */
function* batches(): Generator<[object, object]> {
  for (let i = 0; i < 4; i++) {
    const rows = `${i * 32}:${(i + 1) * 32}`;
    yield [
      { title: inputs.title.at(rows), body: inputs.body.at(rows), tags: inputs.tags.at(rows) },
      { priority: targets.priority.at(rows), department: targets.department.at(rows) },
    ];
  }
}
await model.fit(batches(), { verbose: 2 });

const keys = Object.keys(history.history).join();
check(keys === "department_loss,loss,priority_loss,priority_mae", "history is keyed as Keras keys it");
const total = history.history["loss"] ?? [];
check((total.at(-1) ?? 9) < (total[0] ?? 0), "the loss falls");
