import * as layers from "../../src/layers/index.ts";
import { Layer } from "../../src/graph/layer.ts";
import type { Variable } from "../../src/graph/variable.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import { Sequential } from "../../src/models/sequential.ts";
import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";

type Call = (...inputs: readonly unknown[]) => unknown;

/** A layer by its class's name: the models below are data as much as code. */
function layer(name: string, ...args: readonly unknown[]): Call {
  const cls = Object.entries(layers).find(([key]) => key === name)?.[1];
  if (typeof cls !== "function") throw new Error(`there is no layers.${name}`);
  return (cls as (...args: readonly unknown[]) => Call)(...args); // SAFETY: layers are called with whatever they take
}

const input = (shape: readonly (number | null)[], name?: string): unknown =>
  layers.Input({ shape, ...(name === undefined ? {} : { name }) });
const dense = (units: number, activation: string | null = null, name?: string): Call =>
  layer("Dense", units, { activation, ...(name === undefined ? {} : { name }) });
const conv = (filters: number, options: object = {}): Call =>
  layer("Conv2D", filters, 3, { activation: "relu", ...options });
const deconv = (filters: number, activation = "relu"): Call =>
  layer("Conv2DTranspose", filters, 3, { activation });

/** `x` through one layer after the other. */
const chain = (x: unknown, ...calls: readonly Call[]): unknown =>
  calls.reduce((value, call) => call(value), x);

function model(inputs: unknown, outputs: unknown, name?: string): ModelClass {
  return Model({ inputs, outputs, ...(name === undefined ? {} : { name }) });
}

function encoder(x: unknown): unknown {
  return chain(x, conv(4), conv(6), layer("MaxPooling2D", 3), conv(6), conv(16), layer("GlobalMaxPooling2D"));
}

function decoder(x: unknown): unknown {
  return chain(
    x,
    layer("Reshape", [4, 4, 1]),
    deconv(4),
    deconv(6),
    layer("UpSampling2D", 3),
    deconv(4),
    deconv(1, "sigmoid"),
  );
}

function ticketParts(): { readonly inputs: readonly unknown[]; readonly features: unknown } {
  const [title, body, tags] = [input([null], "title"), input([null], "body"), input([6], "tags")];
  const titles = layer("Embedding", 30, 5)(title);
  const bodies = layer("Embedding", 30, 5)(body);
  const features = layer("Concatenate")([layer("LSTM", 8)(titles), layer("LSTM", 4)(bodies), tags]);
  return { inputs: [title, body, tags], features };
}

function toyResnet(): ModelClass {
  const x = input([16, 16, 3], "img");
  const block1 = chain(x, conv(4), conv(6), layer("MaxPooling2D", 3));
  const block2 = layer("Add")([
    chain(block1, conv(6, { padding: "same" }), conv(6, { padding: "same" })),
    block1,
  ]);
  const block3 = layer("Add")([
    chain(block2, conv(6, { padding: "same" }), conv(6, { padding: "same" })),
    block2,
  ]);
  return model(
    x,
    chain(block3, conv(6), layer("GlobalAveragePooling2D"), dense(8, "relu"), layer("Dropout", 0), dense(10)),
    "toy_resnet",
  );
}

function opsInGraph(): ModelClass {
  const x = input([4]);
  // SAFETY: symbolic tensors take the same ops as real ones.
  const h = ops.add(ops.relu(dense(5)(x) as Tensor), 1) as Tensor;
  const scaled = ops.subtract(ops.multiply(h, 2), ops.mean(h, { axis: -1, keepdims: true }));
  const part = ops.getItem(scaled, [":", "1:4"]);
  return model(x, dense(2)(ops.concatenate([part, ops.square(part)], -1)), "ops_model");
}

function ensemble(): ModelClass {
  const member = (): Call => {
    const x = input([12]);
    return model(x, dense(1)(x)) as unknown as Call; // SAFETY: models are functions
  };
  const members = [member(), member(), member()];
  const x = input([12]);
  return model(x, layer("Average")(members.map((call) => call(x))));
}

class CustomDense extends Layer {
  readonly units: number;
  declare w: Variable;
  declare b: Variable;

  constructor(units: number) {
    super({});
    this.units = units;
  }

  override build(inputShape: readonly (number | null)[]): void {
    this.w = this.addWeight({
      shape: [inputShape.at(-1) ?? null, this.units],
      initializer: "random_normal",
      trainable: true,
    });
    this.b = this.addWeight({ shape: [this.units], initializer: "random_normal", trainable: true });
  }

  override call(inputs: Tensor): unknown {
    return ops.add(ops.matmul(inputs, this.w), this.b);
  }
}

/** The recurrent layer of Keras's functional guide. */
class CustomRnn extends Layer {
  readonly units = 8;
  readonly projection1 = layer("Dense", this.units, { activation: "tanh" });
  readonly projection2 = layer("Dense", this.units, { activation: "tanh" });
  readonly classifier = layer("Dense", 1);

  override call(inputs: Tensor): unknown {
    let state: unknown = ops.zeros([inputs.dims[0] ?? 0, this.units]);
    const outputs: unknown[] = [];
    for (let t = 0; t < (inputs.dims[1] ?? 0); t++) {
      const h = this.projection1(ops.getItem(inputs, [":", t, ":"]));
      state = ops.add(h as Tensor, this.projection2(state) as Tensor); // SAFETY: layers give tensors for tensors
      outputs.push(state);
    }
    return this.classifier(ops.stack(outputs as Tensor[], 1)); // SAFETY: as above
  }
}

class SubclassedMlp extends Model {
  readonly d1 = layer("Dense", 6, { activation: "relu" });
  readonly norm = layer("BatchNormalization");
  readonly d2 = layer("Dense", 3);

  override call(inputs: unknown, { training }: { readonly training?: boolean } = {}): unknown {
    return this.d2(this.norm(this.d1(inputs), { training }));
  }
}

/** The models of the golden training runs, by name. */
export const trainingModels: Readonly<Record<string, () => ModelClass>> = {
  mnist_mlp() {
    const x = input([20]);
    return model(x, chain(x, dense(16, "relu"), dense(16, "relu"), dense(4)), "mnist_model");
  },
  binary: () =>
    Sequential(
      [
        layers.Input({ shape: [6] }),
        layers.Dense(8, { activation: "relu" }),
        layers.Dense(1, { activation: "sigmoid" }),
      ],
      { name: "binary" },
    ),
  batchnorm() {
    const x = input([6]);
    const h = chain(x, dense(8), layer("BatchNormalization", { momentum: 0.9 }), layer("Activation", "relu"));
    return model(x, chain(h, dense(8), layer("BatchNormalization"), dense(3, "softmax")), "bn_model");
  },
  ensemble,
  autoencoder() {
    const x = input([28, 28, 1], "img");
    return model(x, decoder(encoder(x)), "autoencoder");
  },
  autoencoder_nested() {
    const original = input([28, 28, 1], "original_img");
    const encoded = input([16], "encoded_img");
    const x = input([28, 28, 1], "img");
    const parts = [
      model(original, encoder(original), "encoder"),
      model(encoded, decoder(encoded), "decoder"),
    ];
    return model(x, chain(x, ...(parts as unknown as Call[])), "autoencoder"); // SAFETY: models are functions
  },
  ticket() {
    const { inputs, features } = ticketParts();
    const priority = dense(1, null, "priority")(features);
    const department = dense(4, null, "department")(features);
    return model(inputs, { priority, department });
  },
  ticket_list() {
    const { inputs, features } = ticketParts();
    return model(inputs, [dense(1, null, "priority")(features), dense(4, null, "department")(features)]);
  },
  toy_resnet: toyResnet,
  small_cnn: () =>
    Sequential(
      [
        layers.Input({ shape: [8, 8, 1] }),
        conv(4),
        layer("MaxPooling2D", 2),
        layer("Flatten"),
        dense(5, "softmax"),
      ] as never,
      { name: "cnn" },
    ),
  seq_mask_lstm: () =>
    Sequential(
      [
        layers.Input({ shape: [null] }),
        layer("Embedding", 15, 6, { maskZero: true }),
        layer("LSTM", 7),
        dense(3, "softmax"),
      ] as never,
      { name: "masked" },
    ),
  shared_embedding() {
    const [a, b] = [input([null]), input([null])];
    const embedding = layer("Embedding", 20, 6);
    const pooled = [a, b].map((x) => chain(x, embedding, layer("GlobalAveragePooling1D")));
    return model([a, b], chain(layer("Concatenate")(pooled), dense(1, "sigmoid")));
  },
  convlstm() {
    const x = input([3, 6, 6, 1]);
    return model(x, chain(x, layer("ConvLSTM2D", 2, 3), layer("Flatten")), "convlstm");
  },
  ops_in_graph: opsInGraph,
  custom_dense() {
    const x = input([4]);
    return model(x, (new CustomDense(10) as unknown as Call)(x)); // SAFETY: layers are functions
  },
  conv1d_custom_rnn() {
    const x = layers.Input({ batchShape: [8, 10, 5] });
    return model(x, chain(x, layer("Conv1D", 8, 3), new CustomRnn() as unknown as Call)); // SAFETY: layers are functions
  },
  subclassed: () => new SubclassedMlp(),
};
