import type { ModelClass } from "../../models/model.ts";
import { FormatError, OptionError } from "../../util/errors.ts";
import { checkOptions, oneOf } from "../../util/options.ts";
import { writeFileAtomic } from "../../util/platform/index.ts";
import { refuseExisting, refuseUnbuilt } from "../save.ts";
import { exportGraph } from "./export-graph.ts";
import { writeModelProto } from "./model-proto.ts";

export const exportFormats = ["onnx"] as const;

export interface ExportOptions {
  /** Default: what the file's name ends in. */
  readonly format?: (typeof exportFormats)[number] | undefined;
  /** Whether an existing file is replaced. Default true. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Writes a model's inference as an ONNX file.
 *
 * @throws {OptionError} for another format or ending, or when the file exists and may not be replaced.
 * @throws {FormatError} that lists every layer that cannot be written.
 * @see Keras `export/onnx.py`
 */
export async function exportModel(
  model: ModelClass,
  path: string,
  options: ExportOptions = {},
): Promise<void> {
  checkOptions("export", options, ["format", "overwrite"]);
  if (options.format !== undefined) oneOf("export", "format", options.format, exportFormats);
  if (!path.endsWith(".onnx"))
    throw new OptionError(`export: expected a file name that ends in .onnx, received "${path}".`);
  await refuseExisting("export", path, options);
  await writeFileAtomic(path, writeOnnx(model));
}

/** Protocol buffers hold no message of 2 GiB or more. */
const largest = 2 ** 31 - 1;

/**
 * The bytes of an ONNX file that computes a model's inference. Sizes that the model's inputs leave open stay open.
 *
 * @throws {FormatError} that lists every layer that cannot be written.
 */
export function writeOnnx(model: ModelClass): Uint8Array {
  refuseUnbuilt(model);
  const graph = exportGraph(model);
  const byteLength = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (byteLength >= largest) {
    throw new FormatError(
      `export: ${model.where} has ${(byteLength / 2 ** 30).toFixed(1)} GiB of weights; one ONNX file holds less than 2. Export its parts.`,
    );
  }
  return writeModelProto(graph);
}
