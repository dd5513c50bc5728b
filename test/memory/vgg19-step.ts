// Trains VGG19 on a batch of eight images of 224 × 224 for one step, and prints what it takes.
import { applications, setRandomSeed, tensor } from "../../src/index.ts";
import { getBackend } from "../../src/backend/index.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";

const batch = 8;
setRandomSeed(1);
const model = applications.VGG19({ weights: null });
model.compile({ optimizer: "adam", loss: "categorical_crossentropy", metrics: ["accuracy"] });
const images = Float32Array.from({ length: batch * 224 * 224 * 3 }, (_, i) => ((i * 37) % 255) / 255);
const labels = new Float32Array(batch * 1000);
for (let i = 0; i < batch; i++) labels[i * 1000 + i] = 1;
const before = model.getWeights()[0]?.dataSync().slice();
const results = await model.trainOnBatch(
  tensor(images, { shape: [batch, 224, 224, 3] }),
  tensor(labels, { shape: [batch, 1000] }),
  { returnDict: true },
);
const after = model.getWeights()[0]?.dataSync();
const backend = getBackend();
if (!(backend instanceof WasmBackend)) throw new Error("the wasm backend is current");
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    loss: results,
    // Some of its filters may be negative all over: those do not learn.
    hasMoved: before?.some((weight, i) => weight !== after?.[i]) === true,
    memoryBytes: backend.engine.heap.totalBytes,
    rssBytes: process.memoryUsage().rss,
    cpuSeconds: (user + system) / 1e6,
  }),
);
