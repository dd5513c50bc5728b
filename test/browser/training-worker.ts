// Runs in a worker of a page: trains, tells how far it is, and hands the model over as the bytes of its file.
import { callbacks, Input, layers, Model, ops, random, saving, setRandomSeed } from "../../src/index.ts";

/** What the worker tells the page. */
export type WorkerMessage =
  | { readonly kind: "epoch"; readonly epoch: number; readonly loss: number }
  | { readonly kind: "model"; readonly bytes: Uint8Array; readonly predictions: number[][] }
  | { readonly kind: "error"; readonly message: string };

/** The points that worker and page predict. */
export const questions: readonly (readonly number[])[] = [
  [1, 0, 0],
  [0.5, -1, 2],
];

const tell = (message: WorkerMessage): void => {
  globalThis.postMessage(message);
};

async function train(): Promise<void> {
  setRandomSeed(3);
  const inputs = Input({ shape: [3] });
  const model = Model(inputs, layers.Dense(1)(layers.Dense(16, { activation: "relu" })(inputs)));
  model.compile({ optimizer: "adam", loss: "mse" });
  const x = random.normal([256, 3], { seed: 1 });
  const onEpochEnd = (epoch: number, logs?: Readonly<Record<string, number>>): void => {
    tell({ kind: "epoch", epoch, loss: logs?.["loss"] ?? Number.NaN });
  };
  await model.fit(x, ops.sum(x, 1, { keepdims: true }), {
    epochs: 5,
    verbose: 0,
    callbacks: [callbacks.LambdaCallback({ onEpochEnd })],
  });
  const predictions = await (await model.predict(questions, { verbose: 0 })).array();
  tell({ kind: "model", bytes: saving.modelToBytes(model), predictions });
  await model.save("model.keras").catch((error: unknown) => {
    tell({ kind: "error", message: String(error) });
  });
}

if (!("document" in globalThis)) void train();
