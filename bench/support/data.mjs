// The data of every workload: the same numbers for every contender, from a seed.

/** Uniform numbers in [low, high) from a linear congruential generator (constants of Numerical Recipes). */
export function uniform(size, low, high, seed) {
  const values = new Float32Array(size);
  let state = (seed * 2_654_435_761) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = low + ((high - low) * state) / 2 ** 32;
  }
  return values;
}

/** Uniform integers in [0, end). */
export function integers(size, end, seed) {
  return Int32Array.from(uniform(size, 0, end, seed), Math.floor);
}

/** A kernel with Glorot's uniform limits; `shape` is `[..., in, out]`. */
export function glorot(shape, seed) {
  const receptive = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const limit = Math.sqrt(6 / (receptive * (shape.at(-2) + shape.at(-1))));
  return { shape, values: uniform(receptive * shape.at(-2) * shape.at(-1), -limit, limit, seed) };
}

export const mlpUnits = [784, 64, 64, 10];

/** Kernels and zero biases of the MLP, and one batch of 64. */
export function mlpData() {
  const kernels = [1, 2, 3].map((layer) => glorot([mlpUnits[layer - 1], mlpUnits[layer]], 100 + layer));
  const biases = [1, 2, 3].map((layer) => ({
    shape: [mlpUnits[layer]],
    values: new Float32Array(mlpUnits[layer]),
  }));
  const x = uniform(64 * 784, 0, 1, 1);
  const labels = integers(64, 10, 2);
  const oneHot = new Float32Array(640);
  labels.forEach((label, i) => {
    oneHot[i * 10 + label] = 1;
  });
  return { kernels, biases, x, labels, oneHot };
}

/** `rows` rows for inference, repeated from the batch. */
export function mlpRows(rows) {
  const { x } = mlpData();
  return Float32Array.from({ length: rows * 784 }, (_, i) => x[i % x.length]);
}

/** Both operands of a matrix product. */
export function gemmData([m, n, k]) {
  return { a: uniform(m * k, -1, 1, 11), b: uniform(k * n, -1, 1, 12) };
}
