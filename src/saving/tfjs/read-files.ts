import { FormatError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { parseJson } from "../parse-json.ts";
import type { LoadedFile } from "../source.ts";
import type { ModelArtifacts } from "./artifacts.ts";
import { decodeWeights, readManifest, readSpecs, type StoredWeight } from "./manifest.ts";

/** A layers-model of TensorFlow.js, read but not yet made. */
export interface TfjsModel {
  readonly topology: Readonly<Record<string, unknown>>;
  readonly trainingConfig: unknown;
  readonly weights: readonly StoredWeight[];
  /** What errors call it. */
  readonly where: string;
}

/** Reads the text of a `model.json` and the files beside it. */
export async function storedModel({ bytes, name: where, sibling }: LoadedFile): Promise<TfjsModel> {
  const json = checkFormat(parseJson(bytes, where), where);
  const groups = readManifest(json["weightsManifest"], where);
  const weights: StoredWeight[] = [];
  for (const { paths, weights: specs } of groups) {
    const shards: Uint8Array[] = [];
    for (const path of paths) shards.push(await sibling(path));
    const files = paths.length === 1 ? `${where}: ${paths[0]}` : `${where}: ${paths.length} files`;
    weights.push(...decodeWeights(specs, shards, files));
  }
  return { topology: topologyOf(json, where), trainingConfig: json["trainingConfig"], weights, where };
}

/** Reads what a save handler of TensorFlow.js was given. */
export function storedArtifacts(artifacts: ModelArtifacts): TfjsModel {
  const where = "artifacts";
  const json = checkFormat({ ...artifacts }, where);
  const { weightSpecs = [], weightData } = artifacts;
  if (!Array.isArray(weightSpecs)) throw new FormatError(`${where}: expected a list as weightSpecs.`);
  const pieces: readonly (ArrayBuffer | Uint8Array)[] =
    weightData === undefined
      ? []
      : weightData instanceof ArrayBuffer || weightData instanceof Uint8Array
        ? [weightData]
        : weightData;
  const shards = pieces.map((piece) => (piece instanceof Uint8Array ? piece : new Uint8Array(piece)));
  const weights = decodeWeights(readSpecs(weightSpecs, where), shards, `${where}: weightData`);
  return { topology: topologyOf(json, where), trainingConfig: json["trainingConfig"], weights, where };
}

function checkFormat(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (!isPlainObject(json)) throw new FormatError(`${where}: expected a JSON object.`);
  const { format, modelTopology: topology } = json;
  const isGraph =
    format === "graph-model" ||
    (isPlainObject(topology) && Array.isArray(topology["node"])) ||
    topology instanceof ArrayBuffer;
  if (isGraph)
    throw new FormatError(
      `${where}: it is a graph model of TensorFlow.js: operations of TensorFlow, without layers. Only layers models can be read; convert the Keras model it was made from with --output_format tfjs_layers_model, or load that.`,
    );
  return json;
}

function topologyOf(
  json: Readonly<Record<string, unknown>>,
  where: string,
): Readonly<Record<string, unknown>> {
  const topology = json["modelTopology"];
  if (isPlainObject(topology)) return topology;
  throw new FormatError(
    typeof json["class_name"] === "string"
      ? `${where}: it is an architecture without weights. Use models.modelFromJson.`
      : `${where}: it has no modelTopology, so it is no model of TensorFlow.js. Weights alone are read by model.loadWeights.`,
  );
}
