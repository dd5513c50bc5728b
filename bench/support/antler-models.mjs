// The models of the workloads, and their batches, as a user of Antler writes them.
import { integers, floats, modelBatch, modelWeights } from "./data.mjs";

/** `(antler) → { model, batch, give }` for one build of the library. */
export function antlerModels({ Input, Model, applications, layers, losses, optimizers, tensor }) {
  const give = ({ values, shape, dtype }) => tensor(values, { shape, dtype });
  const { Conv2D, Conv2DTranspose, Dense } = layers;
  const relu = { activation: "relu" };
  const same = { activation: "relu", padding: "same" };
  const sparse = () => losses.SparseCategoricalCrossentropy({ fromLogits: true });
  const rmsprop = () => optimizers.RMSprop(1e-3);

  const builders = {
    mlp: () => {
      const inputs = Input({ shape: [784] });
      const outputs = Dense(10)(Dense(64, relu)(Dense(64, relu)(inputs)));
      return [Model({ inputs, outputs }), { optimizer: rmsprop(), loss: sparse() }];
    },
    resnet: () => {
      const inputs = Input({ shape: [32, 32, 3] });
      const block1 = layers.MaxPooling2D(3)(Conv2D(64, 3, relu)(Conv2D(32, 3, relu)(inputs)));
      const block2 = layers.add([Conv2D(64, 3, same)(Conv2D(64, 3, same)(block1)), block1]);
      const block3 = layers.add([Conv2D(64, 3, same)(Conv2D(64, 3, same)(block2)), block2]);
      const pooled = layers.GlobalAveragePooling2D()(Conv2D(64, 3, relu)(block3));
      const outputs = Dense(10)(layers.Dropout(0.5)(Dense(256, relu)(pooled)));
      return [Model({ inputs, outputs }), { optimizer: rmsprop(), loss: sparse() }];
    },
    ticket: () => {
      const title = Input({ shape: [10], dtype: "int32" });
      const body = Input({ shape: [100], dtype: "int32" });
      const tags = Input({ shape: [12] });
      const [e1, e2] = [layers.Embedding(10_000, 64)(title), layers.Embedding(10_000, 64)(body)];
      const x = layers.concatenate([layers.LSTM(128)(e1), layers.LSTM(32)(e2), tags]);
      const model = Model({ inputs: [title, body, tags], outputs: [Dense(1)(x), Dense(4)(x)] });
      const loss = [losses.BinaryCrossentropy({ fromLogits: true }), sparse()];
      return [model, { optimizer: rmsprop(), loss, lossWeights: [1, 0.2] }];
    },
    autoencoder: () => {
      const inputs = Input({ shape: [28, 28, 1] });
      let x = layers.MaxPooling2D(3)(Conv2D(32, 3, relu)(Conv2D(16, 3, relu)(inputs)));
      x = layers.GlobalMaxPooling2D()(Conv2D(16, 3, relu)(Conv2D(32, 3, relu)(x)));
      x = Conv2DTranspose(32, 3, relu)(Conv2DTranspose(16, 3, relu)(layers.Reshape([4, 4, 1])(x)));
      x = Conv2DTranspose(16, 3, relu)(layers.UpSampling2D(3)(x));
      const outputs = Conv2DTranspose(1, 3, relu)(x);
      return [Model({ inputs, outputs }), { optimizer: optimizers.Adam(1e-3), loss: "mean_squared_error" }];
    },
    resnet50: () => {
      const model = applications.ResNet50({ weights: null, classes: 10, classifierActivation: null });
      return [model, { optimizer: rmsprop(), loss: sparse() }];
    },
    // One knob each, for curves of the cost over a size.
    dense: ({ width, depth }) => {
      const inputs = Input({ shape: [width] });
      let x = inputs;
      for (let i = 0; i < depth; i++) x = Dense(width, relu)(x);
      return [Model({ inputs, outputs: Dense(10)(x) }), { optimizer: rmsprop(), loss: sparse() }];
    },
    convolution: ({ width, depth }) => {
      const inputs = Input({ shape: [16, 16, width] });
      let x = inputs;
      for (let i = 0; i < depth; i++) x = Conv2D(width, 3, same)(x);
      const outputs = Dense(10)(layers.GlobalAveragePooling2D()(x));
      return [Model({ inputs, outputs }), { optimizer: rmsprop(), loss: sparse() }];
    },
    lstm: ({ width, length }) => {
      const inputs = Input({ shape: [length, width] });
      return [
        Model({ inputs, outputs: Dense(10)(layers.LSTM(width)(inputs)) }),
        { optimizer: rmsprop(), loss: sparse() },
      ];
    },
    attention: ({ width, length }) => {
      const inputs = Input({ shape: [length, width] });
      const attended = layers.MultiHeadAttention({ numHeads: 4, keyDim: width / 4 })(inputs, inputs);
      const outputs = Dense(10)(layers.GlobalAveragePooling1D()(attended));
      return [Model({ inputs, outputs }), { optimizer: rmsprop(), loss: sparse() }];
    },
  };

  /** Weights go to the variables of their shape, in order: layers of several branches may be listed in another order. */
  function setWeights(model, name) {
    const given = modelWeights(name);
    const values = model.weights.map(({ shape }) => {
      const at = given.findIndex((one) => one.shape.join() === shape.join());
      if (at === -1) throw new Error(`${name}: no weight of shape ${shape}`);
      return give(given.splice(at, 1)[0]);
    });
    model.setWeights(values);
  }

  const images = (shape, batch) => [
    give(floats([batch, ...shape], 0, 1, 20)),
    give(integers([batch], 10, 21)),
  ];
  const batches = {
    mlp: ({ x, labels }) => [give(x), give(labels)],
    resnet: ({ x, labels }) => [give(x), give(labels)],
    ticket: ({ title, body, tags, priority, department }) => [
      [give(title), give(body), give(tags)],
      [give(priority), give(department)],
    ],
    autoencoder: ({ x }) => [give(x), give(x)],
  };
  const isFixed = (name) => name in batches;

  return {
    give,
    /** A model and how to compile it; `sizes` are those of a curve's point. */
    model(name, sizes) {
      const built = builders[name](sizes);
      if (isFixed(name)) setWeights(built[0], name);
      return built;
    },
    /** A batch to train on: `[x, y]`. */
    batch(name, { batch = 1 } = {}, model = null) {
      if (isFixed(name)) return batches[name](modelBatch(name));
      return images(model.inputs[0].shape.slice(1), batch);
    },
  };
}
