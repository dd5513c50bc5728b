import type { Variable } from "../../graph/variable.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { ModelClass } from "../../models/model.ts";
import { FormatError } from "../../util/errors.ts";
import { writeTraining } from "./write-training.ts";
import { namedLayers, namedWeights } from "./weight-names.ts";
import { refusal } from "./write-config.ts";
import { describeTopology } from "./write-topology.ts";

/** Bytes in a file of weights, except the last: as TensorFlow.js's own converter cuts them. */
const shardBytes = 4 * 1024 * 1024;

/** The names of files with weights. */
export const shardName: RegExp = /^group\d+-shard\d+of\d+\.bin$/;

/** The files of a model: weights, and the `model.json` that names them. */
export interface TfjsFiles {
  readonly modelJson: string;
  readonly shards: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/**
 * The files of a layers-model of TensorFlow.js.
 *
 * @param group - Number in the names of the files with weights: `group1-shard1of2.bin`.
 * @throws {FormatError} that names what TensorFlow.js lacks.
 * @see TensorFlow.js `tfjs-core/src/io/types.ts`, `ModelJSON`
 */
export function writeTfjsModel(model: ModelClass, group = 1): TfjsFiles {
  const topology = describeTopology(model);
  const names = weightNames(model);
  const training = writeTraining(model);
  const weights = [...names].map(([{ shape }, name]) => ({ name, shape, dtype: "float32" }));
  const shards = cut([...names.keys()].map(bytesOf));
  const files = shards.map((bytes, i) => ({
    name: `group${group}-shard${i + 1}of${shards.length}.bin`,
    bytes,
  }));
  const manifest = [{ paths: files.map(({ name }) => name), weights }];
  const modelJson = JSON.stringify({
    format: "layers-model",
    generatedBy: "Antler",
    convertedBy: null,
    // The version whose form this is; readers take hard_sigmoid and other names by it.
    modelTopology: { ...topology, keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" },
    ...(training === null ? {} : { trainingConfig: training }),
    weightsManifest: manifest,
  });
  return { modelJson, shards: files };
}

/** Names of weights that TensorFlow.js can have. @see TensorFlow.js `tfjs-layers/src/common.ts` */
const validName = /^[A-Za-z0-9][-A-Za-z0-9._/]*$/;

/** All weights of a model with the names that they have there. */
function weightNames(model: LayerBase): ReadonlyMap<Variable, string> {
  const names = new Map<Variable, string>();
  const owners = new Map<string, LayerBase>();
  for (const { layer } of namedLayers(model)) {
    for (const { steps, variable } of namedWeights(layer)) {
      const name = [layer.name, ...steps].join("/");
      if (!validName.test(name))
        throw refusal(
          layer.where,
          `cannot name a weight "${name}"`,
          "Give the layer a name of letters, digits, -, . and _.",
        );
      const other = owners.get(name);
      if (other !== undefined)
        throw refusal(
          layer.where,
          `needs all layers to have different names, and another one, in another model, is ${other.where}`,
          "Rename one of them.",
        );
      if (variable.dtype !== "float32")
        throw refusal(layer.where, `computes in float32 alone, and ${variable.path} is ${variable.dtype}`);
      owners.set(name, layer);
      names.set(variable, name);
    }
  }
  const unnamed = model.weights.find((variable) => !names.has(variable));
  if (unnamed !== undefined)
    throw new FormatError(`${model.where}: TensorFlow.js has no place for the weight ${unnamed.path}.`);
  return names;
}

function bytesOf(variable: Variable): Uint8Array {
  const { buffer, byteOffset, byteLength } = variable.storedSync();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Pieces of bytes, put together and cut again. */
function cut(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const count = Math.max(1, Math.ceil(total / shardBytes));
  const shards = Array.from(
    { length: count },
    (_, i) => new Uint8Array(Math.min(shardBytes, total - i * shardBytes)),
  );
  let at = 0;
  for (const piece of pieces) {
    for (let taken = 0; taken < piece.length;) {
      const shard = shards[Math.floor(at / shardBytes)];
      if (shard === undefined) break;
      const offset = at % shardBytes;
      const part = piece.subarray(taken, taken + shardBytes - offset);
      shard.set(part, offset);
      taken += part.length;
      at += part.length;
    }
  }
  return shards;
}
