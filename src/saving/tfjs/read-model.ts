import { withBlankWeights } from "../../graph/blank-weights.ts";
import type { ModelClass } from "../../models/model.ts";
import { FormatError, warnOnce } from "../../util/errors.ts";
import { modelFromDescription, type ReadOptions } from "../keras-file.ts";
import { whileReading } from "../malformed.ts";
import type { LoadedFile } from "../source.ts";
import type { ModelArtifacts } from "./artifacts.ts";
import { storedArtifacts, storedModel, type TfjsModel } from "./read-files.ts";
import { assignWeights } from "./match-weights.ts";
import { readTopology } from "./topology.ts";
import { restoreTraining } from "./training.ts";
import { namedLayers } from "./weight-names.ts";
import { zeroesMasked } from "./nodes.ts";

/** The model of a `model.json` and the files beside it. */
export async function readModelJson(file: LoadedFile, options: ReadOptions): Promise<ModelClass> {
  return modelFrom(await storedModel(file), options);
}

/** The model that a save handler of TensorFlow.js was given. */
export function readArtifacts(artifacts: ModelArtifacts, options: ReadOptions): ModelClass {
  return modelFrom(storedArtifacts(artifacts), options);
}

/**
 * The layers-model of a `model.json`, with its weights, compiled as it was.
 *
 * @throws {FormatError} when it names unknown classes, or its weights do not fit.
 * @see TensorFlow.js `tfjs-layers/src/models.ts`
 */
function modelFrom(stored: TfjsModel, options: ReadOptions): ModelClass {
  const { where, weights } = stored;
  const { description, training, isOwn } = whileReading(`${where}: modelTopology`, () =>
    readTopology(stored),
  );
  const bytes = weights.reduce((total, { data }) => total + data.byteLength, 0);
  const model = withBlankWeights(bytes, () =>
    modelFromDescription(description, options.customObjects ?? {}, `${where}: modelTopology`),
  );
  if (!model.built)
    throw new FormatError(
      `${where}: the file does not tell the input's shape, so the model cannot be built.`,
    );
  if (isOwn) warnOfMasks(model);
  const byName = assignWeights(
    model,
    weights.filter(({ group }) => group !== "optimizer"),
    where,
  );
  if (options.compile !== false && training !== undefined && training !== null) {
    const state = weights.filter(({ group }) => group === "optimizer");
    whileReading(`${where}: trainingConfig`, () => {
      restoreTraining(model, training, state, byName, options);
    });
  }
  return model;
}

/** Keras's `Bidirectional` gives zeros for masked steps, that of TensorFlow.js what it gave before. */
function warnOfMasks(model: ModelClass): void {
  for (const { layer } of namedLayers(model)) {
    const isMasked = layer.inboundNodes.some(({ kwargs }) => (kwargs["mask"] ?? null) !== null);
    if (isMasked && layer.className === "Bidirectional" && zeroesMasked(layer))
      warnOnce(
        `${layer.where}: for masked steps it gives zeros, as Keras does; TensorFlow.js repeats what it gave before.`,
      );
  }
}
