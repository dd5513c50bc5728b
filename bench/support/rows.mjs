// What is measured. A row has a key, the workload it belongs to, and how its time per step is shown.

const gflops = (flop) => ({
  unit: "GFLOP/s",
  higherIsBetter: true,
  value: (seconds) => flop / seconds / 1e9,
});
const steps = { unit: "steps/s", higherIsBetter: true, value: (seconds) => 1 / seconds };
const latency = { unit: "ms", higherIsBetter: false, value: (seconds) => seconds * 1000 };

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
];

/** The parts of a row's key: `{ workload, action: "train" | "predict" | …, numbers }`. */
export function parseRow(key) {
  const [workload, action] = key.split(" ");
  return { workload, action, numbers: (key.match(/\d+/g) ?? []).map(Number) };
}
