import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** As much of a tensor of TensorFlow.js as the tests use. */
export interface TfTensor {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}
export interface TfSymbolic {
  readonly shape: readonly (number | null)[];
}
export interface TfLayer {
  apply(inputs: TfSymbolic | readonly TfSymbolic[], kwargs?: object): TfSymbolic & readonly TfSymbolic[];
}
export interface TfModel extends TfLayer {
  readonly inputs: readonly TfSymbolic[];
  readonly weights: readonly { readonly shape: readonly number[]; readonly originalName: string }[];
  trainable: boolean;
  getWeights(): readonly TfTensor[];
  setWeights(weights: readonly TfTensor[]): void;
  predict(inputs: TfTensor | readonly TfTensor[]): TfTensor | readonly TfTensor[];
  compile(options: object): void;
  fit(
    x: unknown,
    y: unknown,
    options: object,
  ): Promise<{ readonly history: Readonly<Record<string, number[]>> }>;
  save(handler: object, options?: object): Promise<unknown>;
}
export interface TfArtifacts {
  readonly modelTopology: object;
  readonly weightSpecs: readonly object[];
  readonly weightData: ArrayBuffer;
  readonly trainingConfig?: object;
  readonly userDefinedMetadata?: object;
}
/** As much of TensorFlow.js as the tests use. */
export interface TensorFlowJs {
  readonly layers: Readonly<Record<string, (options?: object) => TfLayer>>;
  readonly regularizers: Readonly<Record<string, (options?: object) => object>>;
  readonly constraints: Readonly<Record<string, (options?: object) => object>>;
  readonly train: Readonly<Record<string, (...options: unknown[]) => object>>;
  readonly io: {
    withSaveHandler(handler: (artifacts: TfArtifacts) => Promise<object>): object;
    fromMemory(artifacts: object): object;
  };
  input(options: object): TfSymbolic;
  model(options: object): TfModel;
  sequential(options: object): TfModel;
  tensor(data: ArrayLike<number>, shape: readonly number[], dtype?: string): TfTensor;
  loadLayersModel(handler: object | string): Promise<TfModel>;
}

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const entry = join(projectRoot, "bench/node_modules/@tensorflow/tfjs/package.json");

/** Whether TensorFlow.js is installed, which the benchmarks do (`npm ci` in `bench/`). */
export const hasTensorFlowJs: boolean = existsSync(entry);

/** TensorFlow.js, computing in plain JavaScript. */
export function loadTensorFlowJs(): TensorFlowJs {
  return createRequire(entry)("@tensorflow/tfjs") as TensorFlowJs; // SAFETY: as much of it as is declared above
}

/** A `describe` that is skipped, with the reason in its name, where TensorFlow.js is not installed. */
export function describeTensorFlowJs(name: string, define: () => void): void {
  if (hasTensorFlowJs) describe(name, define);
  else
    describe(name, () => {
      it.skip("skipped: @tensorflow/tfjs is not in bench/node_modules (run npm ci in bench/)", () => {});
    });
}

/** What TensorFlow.js hands to a save handler for a model. */
export async function artifactsOf(
  tf: TensorFlowJs,
  model: TfModel,
  options: object = {},
): Promise<TfArtifacts> {
  let saved: TfArtifacts | null = null;
  const keep = async (artifacts: TfArtifacts): Promise<object> => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  };
  await model.save(tf.io.withSaveHandler(keep), options);
  if (saved === null) throw new Error("TensorFlow.js did not save");
  return saved;
}

/** Numbers in -1…1 that look random and are the same every time. */
export function sampleNumbers(count: number, seed: number): Float32Array {
  let state = seed * 2_654_435_761 + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  });
}

/** Weights that are not at their initial values; variances stay positive. */
export function scatterWeights(tf: TensorFlowJs, model: TfModel): void {
  const values = model.weights.map(({ shape, originalName }, i) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const numbers = sampleNumbers(size, i + 1).map((x) => x * 0.5);
    return tf.tensor(originalName.endsWith("moving_variance") ? numbers.map((x) => x + 1) : numbers, shape);
  });
  model.setWeights(values);
}

export interface SampleInput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Two samples for each input: whole numbers below `vocabulary`, or numbers in -1…1. */
export function sampleInputs(
  inputs: readonly { readonly shape: readonly (number | null)[] }[],
  vocabulary?: number,
): readonly SampleInput[] {
  return inputs.map((input, i) => {
    const shape = [input.shape[0] ?? 2, ...input.shape.slice(1).map((size) => size ?? 3)];
    const size = shape.reduce((product, n) => product * n, 1);
    const numbers = sampleNumbers(size, 50 + i);
    const data =
      vocabulary === undefined ? numbers : numbers.map((x) => Math.floor(((x + 1) / 2) * vocabulary));
    return { data, shape };
  });
}
