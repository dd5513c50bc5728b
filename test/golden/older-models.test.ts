import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Hdf5Group, readHdf5, walkNodes } from "../../src/codec/hdf5/index.ts";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { layers, Model, Sequential } from "../../src/index.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { loadModel } from "../../src/saving/index.ts";
import { FormatError } from "../../src/util/errors.ts";
import { expectClose } from "../support/close.ts";
import { describeSharedData, sharedDataPath } from "../support/golden.ts";

const folder = "keras_models/KonduitAI_dl4j-test-resources/modelimport/keras";

/** Models with byte code of Python. */
const lambdas = /deepfm|lambda/;

/** The data sets of a group, by name. */
function tensorsIn(file: Hdf5Group, group: string): Map<string, Tensor> {
  const found = [...walkNodes(file)].flatMap((node): [string, Tensor][] => {
    if (node.kind !== "dataset" || !node.path.startsWith(`/${group}/`)) return [];
    const { data, dtype } = node.read();
    if (dtype === "string") return [];
    const values = Float32Array.from(data as ArrayLike<number>, Number); // SAFETY: numbers
    return [[node.path.slice(group.length + 2), Tensor.fromData(values, node.shape, "float32")]];
  });
  return new Map(found);
}

/** A model of a fixed batch size takes its samples in batches. */
function compute(model: Model, input: Tensor, size: number): Float32Array {
  const call = model as unknown as (x: Tensor, options: object) => unknown; // SAFETY: a model is callable
  const count = input.dims[0] ?? 0;
  const width = input.size / count;
  const numbers = input.dataSync();
  const parts: number[] = [];
  for (let start = 0; start < count; start += size) {
    const slice = Float32Array.from(
      numbers.slice(start * width, (start + size) * width) as ArrayLike<number>,
    ); // SAFETY: float32
    const [output] = valuesIn(
      call(Tensor.fromData(slice, [size, ...input.dims.slice(1)], "float32"), { training: false }),
    ) as Tensor[]; // SAFETY: tensors in, tensors out
    if (output === undefined) throw new Error("no output");
    parts.push(...(output.dataSync() as Float32Array)); // SAFETY: float32
  }
  return Float32Array.from(parts);
}

describeSharedData("models of Keras 1.1 to 2.3", folder, () => {
  const root = sharedDataPath(folder);
  const files = existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".h5") && !/_weights|_inputs_and_outputs/.test(name))
        .toSorted()
    : [];

  it("are there", () => {
    expect(files.length).toBeGreaterThan(40);
  });

  for (const name of files) {
    it(name, async () => {
      const path = `${root}/${name}`;
      if (lambdas.test(name)) {
        await expect(loadModel(path)).rejects.toThrow(FormatError);
        await expect(loadModel(path)).rejects.toThrow("byte code");
        return;
      }
      const model = await loadModel(path);
      expect(model.layers.length).toBeGreaterThan(0);
      const recorded = path.replace("_model.h5", "_inputs_and_outputs.h5");
      if (recorded === path || !existsSync(recorded)) return;
      const file = await readHdf5(new Uint8Array(readFileSync(recorded)), recorded);
      const [input] = tensorsIn(file, "inputs").values();
      if (input === undefined) throw new Error("no inputs are recorded");
      const size = model.inputs[0]?.shape[0] ?? input.dims[0] ?? 1;
      // One file has inputs and targets alone.
      if (tensorsIn(file, "predictions").size + tensorsIn(file, "activations").size === 0) return;
      const allowed = { rtol: 1e-4, atol: 1e-4 };
      const [prediction] = tensorsIn(file, "predictions").values();
      if (prediction !== undefined)
        expectClose(
          compute(model, input, size),
          prediction.dataSync() as Float32Array,
          allowed,
          "predictions",
        ); // SAFETY: float32
      let compared = 0;
      for (const [layer, activation] of tensorsIn(file, "activations")) {
        const owner = model.layers.find((one) => one.name === layer);
        if (owner === undefined) continue;
        const upTo = Model({ inputs: model.inputs, outputs: owner.output }) as Model; // SAFETY: symbolic tensors of the graph
        expectClose(compute(upTo, input, size), activation.dataSync() as Float32Array, allowed, layer); // SAFETY: float32
        compared++;
      }
      expect(compared + (prediction === undefined ? 0 : 1)).toBeGreaterThan(0);
    });
  }

  it("weights alone are taken by position and by name", async () => {
    const path = `${root}/examples/activations/ELU_0`;
    const whole = await loadModel(`${path}_model.h5`);
    const first = whole.layers.find(({ className }) => className === "Dense");
    const build = (name: string, units = 32): Model =>
      Sequential([layers.Dense(units, { name, inputShape: [16] }), layers.ELU()]) as Model; // SAFETY: a sequential model is a model
    const byPosition = build("anything");
    await byPosition.loadWeights(`${path}_weights.h5`);
    expect(byPosition.weights[0]?.dataSync()).toEqual(first?.weights[0]?.dataSync());
    const byName = build("dense");
    await byName.loadWeights(`${path}_weights.h5`, { byName: true });
    expect(byName.weights[0]?.dataSync()).toEqual(first?.weights[0]?.dataSync());
    const other = build("other");
    const before = other.weights[0]?.dataSync();
    await other.loadWeights(`${path}_weights.h5`, { byName: true });
    expect(other.weights[0]?.dataSync()).toEqual(before);
    const narrow = build("dense", 5);
    await expect(narrow.loadWeights(`${path}_weights.h5`)).rejects.toThrow(/expected \[16, 5\]/);
    await narrow.loadWeights(`${path}_weights.h5`, { skipMismatch: true });
    await expect(
      byName.loadWeights(sharedDataPath("../golden/formats/mnist_mlp.weights.h5"), { byName: true }),
    ).rejects.toThrow(/byName/);
  });
});

describeSharedData("optimizers of Keras 2 and tf.keras", "keras_models", () => {
  const examples = `${folder}/examples`;
  const faces = "keras_models/oarriaga_face_classification";
  it.each([
    ["keras_models/mlcommons_tiny/ad_model_ToyCar.hdf5", 241_200],
    ["keras_models/mlcommons_tiny/ic_pretrainedResnet.h5", 781_500],
    ["keras_models/mlcommons_tiny/ic_pretrainedResnet_older.h5", 781_500],
    // The slots of another model are in the file as well.
    ["keras_models/mlcommons_tiny/ic_trainedResnet_20201214_1120.h5", 48_453],
    ["keras_models/mlcommons_tiny/vww_96.h5", 61_680],
    // Keras 2.0 sorts variables by their names, and has no names for slots.
    [`${faces}/tiny_XCEPTION_KDEF.hdf5`, 1],
    [`${faces}/gender_mini_XCEPTION.21-0.95.hdf5`, 1],
    [`${examples}/reshape_to_rnn/reshape_model.h5`, 1],
    // Without a counter.
    [`${examples}/simple_rnn/simple_rnn_tf_keras_2_model.h5`, 0],
    [`${examples}/simple_lstm/simple_lstm_tf_keras_2_model.h5`, 0],
  ])("%s", async (name, steps) => {
    const { optimizer, trainableVariables } = await loadModel(sharedDataPath(name));
    if (optimizer === null) throw new Error("the model is not compiled");
    const { className, variables } = optimizer;
    expect(Number(variables[0]?.dataSync()[0])).toBeGreaterThanOrEqual(steps);
    const slots = variables.slice(2);
    const numbers = (suffix: string): number[] =>
      slots
        .filter((slot) => slot.name.endsWith(suffix))
        .flatMap((slot) => Array.from(slot.dataSync() as Float32Array)); // SAFETY: float32
    expect(slots.length).toBe(trainableVariables.length * (className === "Adam" ? 2 : 1));
    // Means of squares are never negative, and not all zero; means of gradients have both signs.
    const squares = numbers("velocity");
    expect(Math.min(...extremes(squares))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...extremes(squares))).toBeGreaterThan(0);
    if (className === "Adam") expect(Math.min(...extremes(numbers("momentum")))).toBeLessThan(0);
  });

  it("that cannot be restored start afresh", async () => {
    // Keras 1 kept four slots for what are four gates of one kernel today.
    const path = sharedDataPath(`${examples}/simple_lstm/simple_lstm_tf_keras_1_model.h5`);
    const { optimizer } = await loadModel(path);
    const numbers = optimizer?.variables.slice(2).flatMap((slot) => Array.from(slot.dataSync(), Number));
    expect(numbers?.every((number) => number === 0)).toBe(true);
  });
});

function extremes(numbers: readonly number[]): [number, number] {
  return numbers.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
}
