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

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
export const floats = (shape, low, high, seed) => ({
  shape,
  dtype: "float32",
  values: uniform(sizeOf(shape), low, high, seed),
});
export const integers = (shape, end, seed) => ({
  shape,
  dtype: "int32",
  values: Int32Array.from(uniform(sizeOf(shape), 0, end, seed), Math.floor),
});

/** Glorot's uniform limits for a kernel `[..., in, out]`; zeros for a bias; ±0.05 for an embedding. */
function weight([name, ...shape], index) {
  const size = sizeOf(shape);
  if (shape.length === 1) {
    const values = new Float32Array(size);
    // The bias of an LSTM: 1 for its forget gate, which is the second quarter.
    if (name.startsWith("lstm")) values.fill(1, size / 4, size / 2);
    return { name, shape, dtype: "float32", values };
  }
  if (name.startsWith("embedding")) return { name, ...floats(shape, -0.05, 0.05, 100 + index) };
  const receptive = sizeOf(shape.slice(0, -2));
  const limit = Math.sqrt(6 / (receptive * (shape.at(-2) + shape.at(-1))));
  return { name, ...floats(shape, -limit, limit, 100 + index) };
}

function oneHot({ values }, classes) {
  const out = new Float32Array(values.length * classes);
  values.forEach((label, i) => {
    out[i * classes + label] = 1;
  });
  return { shape: [values.length, classes], dtype: "float32", values: out };
}

const conv = (name, from, to) => [
  [`${name}_kernel`, 3, 3, from, to],
  [`${name}_bias`, to],
];
// A transposed convolution's kernel is [height, width, out, in].
const convTranspose = (name, from, to) => [
  [`${name}_kernel`, 3, 3, to, from],
  [`${name}_bias`, to],
];
const dense = (name, from, to) => [
  [`${name}_kernel`, from, to],
  [`${name}_bias`, to],
];
const lstm = (name, from, units) => [
  [`${name}_kernel`, from, 4 * units],
  [`${name}_recurrent`, units, 4 * units],
  [`${name}_bias`, 4 * units],
];

const models = {
  mlp: {
    weights: [...dense("d1", 784, 64), ...dense("d2", 64, 64), ...dense("d3", 64, 10)],
    batch: () => {
      const labels = integers([64], 10, 2);
      return { x: floats([64, 784], 0, 1, 1), labels, oneHot: oneHot(labels, 10) };
    },
  },
  resnet: {
    weights: [
      ...conv("c1", 3, 32),
      ...conv("c2", 32, 64),
      ...[3, 4, 5, 6, 7].flatMap((i) => conv(`c${i}`, 64, 64)),
      ...dense("d1", 64, 256),
      ...dense("d2", 256, 10),
    ],
    batch: () => {
      const labels = integers([64], 10, 4);
      return { x: floats([64, 32, 32, 3], 0, 1, 3), labels, oneHot: oneHot(labels, 10) };
    },
  },
  ticket: {
    weights: [
      ["embedding1", 10_000, 64],
      ["embedding2", 10_000, 64],
      ...lstm("lstm1", 64, 128),
      ...lstm("lstm2", 64, 32),
      ...dense("d1", 172, 1),
      ...dense("d2", 172, 4),
    ],
    batch: () => {
      const department = integers([32], 4, 9);
      const bits = (shape, seed) => {
        const { values } = integers(shape, 2, seed);
        return { shape, dtype: "float32", values: Float32Array.from(values) };
      };
      return {
        title: integers([32, 10], 10_000, 5),
        body: integers([32, 100], 10_000, 6),
        tags: bits([32, 12], 7),
        priority: bits([32, 1], 8),
        department,
        departmentOneHot: oneHot(department, 4),
      };
    },
  },
  autoencoder: {
    weights: [
      ...conv("c1", 1, 16),
      ...conv("c2", 16, 32),
      ...conv("c3", 32, 32),
      ...conv("c4", 32, 16),
      ...convTranspose("t1", 1, 16),
      ...convTranspose("t2", 16, 32),
      ...convTranspose("t3", 32, 16),
      ...convTranspose("t4", 16, 1),
    ],
    batch: () => ({ x: floats([64, 28, 28, 1], 0, 1, 10) }),
  },
};

/** Weights of a model, in the order of its layers. */
export function modelWeights(model) {
  return models[model].weights.map(weight);
}

/** Whether a workload's data are given: those of others each contender makes for itself. */
export function hasData(workload) {
  return workload in models || workload === "gemm" || workload === "conv";
}

/** One batch: inputs and targets by name. */
export function modelBatch(model) {
  return models[model].batch();
}

/** The first `rows` rows of an array, from the start again where there are fewer. */
export function takeRows({ shape, dtype, values }, rows) {
  const row = values.length / shape[0];
  const out = new values.constructor(rows * row);
  for (let i = 0; i < out.length; i++) out[i] = values[i % values.length];
  return { shape: [rows, ...shape.slice(1)], dtype, values: out };
}

/** Both operands of a matrix product. */
export function gemmData([m, n, k]) {
  return { a: floats([m, k], -1, 1, 11), b: floats([k, n], -1, 1, 12) };
}

/** A 3×3 "same" convolution: 32 images of 32×32×32, 64 filters. */
export function convData() {
  return { x: floats([32, 32, 32, 32], -1, 1, 13), kernel: floats([3, 3, 32, 64], -1, 1, 14) };
}
