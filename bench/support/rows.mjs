// What is measured. A row has a key, the workload it belongs to, and how its time per step is shown.

const gemms = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [64, 64, 784],
];

/** `m`, `n`, `k` of a matrix product's key. */
export const gemmSize = (key) => key.match(/\d+/g).map(Number);

export const rows = [
  ...gemms.map(([m, n, k]) => ({
    key: `gemm ${m}x${n}x${k}`,
    workload: "gemm",
    unit: "GFLOP/s",
    higherIsBetter: true,
    value: (seconds) => (2 * m * n * k) / seconds / 1e9,
  })),
  {
    key: "mlp train b64",
    workload: "mlp",
    unit: "steps/s",
    higherIsBetter: true,
    value: (seconds) => 1 / seconds,
  },
  ...[1, 256].map((batch) => ({
    key: `mlp predict b${batch}`,
    workload: "mlp",
    unit: "ms",
    higherIsBetter: false,
    value: (seconds) => seconds * 1000,
  })),
];
