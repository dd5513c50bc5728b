import type { ModelClass } from "../../models/model.ts";
import { AntlerError, FormatError } from "../../util/errors.ts";
import { exportGraph } from "./export-graph.ts";
import { writeModelProto } from "./model-proto.ts";

/** Protocol buffers hold no message of 2 GiB or more. */
const largest = 2 ** 31 - 1;

/**
 * The bytes of an ONNX file that computes a model's inference. Sizes that the model's inputs leave open stay open.
 *
 * @throws {FormatError} that lists every layer that cannot be written.
 */
export function writeOnnx(model: ModelClass): Uint8Array {
  if (!model.built)
    throw new AntlerError(
      `${model.where}: it is not built yet, so there is no graph to export. Call it on data first.`,
    );
  const graph = exportGraph(model);
  const byteLength = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (byteLength >= largest) {
    throw new FormatError(
      `export: ${model.where} has ${(byteLength / 2 ** 30).toFixed(1)} GiB of weights; one ONNX file holds less than 2. Export its parts.`,
    );
  }
  return writeModelProto(graph);
}
