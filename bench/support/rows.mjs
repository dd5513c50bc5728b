// What is measured. A row has a key, the workload it belongs to, and how its time per step is shown.

const gflops = (flop) => ({
  unit: "GFLOP/s",
  higherIsBetter: true,
  value: (seconds) => flop / seconds / 1e9,
});
const steps = { unit: "steps/s", higherIsBetter: true, value: (seconds) => 1 / seconds };
const latency = { unit: "ms", higherIsBetter: false, value: (seconds) => seconds * 1000 };
/** Measured once in a new process each time. */
const first = { ...latency, isFresh: true };

const gemms = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [64, 64, 784],
];

export const rows = [
  ...gemms.map(([m, n, k]) => ({ key: `gemm ${m}x${n}x${k}`, workload: "gemm", ...gflops(2 * m * n * k) })),
  { key: "conv forward", workload: "conv", ...gflops(2 * 32 * 32 * 32 * 64 * 9 * 32) },
  { key: "mlp train b64", workload: "mlp", ...steps },
  { key: "mlp predict b1", workload: "mlp", ...latency },
  { key: "mlp predict b256", workload: "mlp", ...latency },
  { key: "resnet train b64", workload: "resnet", ...steps },
  { key: "resnet predict b1", workload: "resnet", ...latency },
  { key: "resnet predict b32", workload: "resnet", ...latency },
  { key: "ticket train b32", workload: "ticket", ...steps },
  { key: "autoencoder train b64", workload: "autoencoder", ...steps },
  // From the call to the end of the first step: tracing, compiling and the step itself.
  { key: "mlp first b64", workload: "mlp", ...first },
  { key: "resnet first b64", workload: "resnet", ...first },
  { key: "ticket first b32", workload: "ticket", ...first },
  { key: "autoencoder first b64", workload: "autoencoder", ...first },
  { key: "resnet50 first b1", workload: "resnet50", ...first },
  // The first prediction at a batch size that differs from the one before.
  { key: "mlp resize b33", workload: "mlp", ...first },
  { key: "resnet resize b33", workload: "resnet", ...first },
];

/** The parts of a row's key: `{ workload, action: "train" | "predict" | …, numbers }`. */
export function parseRow(key) {
  const [workload, action] = key.split(" ");
  return { workload, action, numbers: (key.slice(workload.length).match(/\d+/g) ?? []).map(Number) };
}

/** Sizes in a key: `b64 w128 d2 t10` → `{ batch: 64, width: 128, depth: 2, length: 10 }`. */
export function sizesOf(key) {
  const names = { b: "batch", w: "width", d: "depth", t: "length" };
  const found = [...key.matchAll(/ ([bwdt])(\d+)/g)];
  return Object.fromEntries(found.map(([, letter, size]) => [names[letter], Number(size)]));
}
