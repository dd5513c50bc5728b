import type { ModelBase } from "../models/model-base.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { paintSvg, writeFileAtomic } from "../util/platform/index.ts";
import { type DotOptions, dotOptionNames, modelToDot } from "./dot.ts";

/**
 * Draws a model's graph into a file: a picture (`.png`, `.svg`) or Graphviz's language (`.dot`), by the name's ending.
 *
 * @param toFile - Where to write. Default `"model.png"`.
 * @throws {OptionError} for another ending, or when the model is not built yet.
 * @see Keras `utils/model_visualization.py`
 */
export async function plotModel(
  model: ModelBase,
  toFile = "model.png",
  options: DotOptions = {},
): Promise<void> {
  checkOptions("plotModel", options, dotOptionNames);
  const dot = modelToDot(model, { showLayerNames: false, ...options });
  const ending = /\.(\w+)$/.exec(toFile)?.[1]?.toLowerCase();
  if (ending === "dot") return writeFileAtomic(toFile, dot);
  if (ending === "svg") return writeFileAtomic(toFile, await dotToSvg(dot));
  if (ending === "png")
    return writeFileAtomic(toFile, await paintSvg(await dotToSvg(dot), (options.dpi ?? 200) / 96));
  throw new OptionError(
    `plotModel: expected a file name that ends in .png, .svg or .dot, received "${toFile}".`,
  );
}

/** Lays a graph out with Graphviz. */
export async function dotToSvg(dot: string): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  // Graphviz scales SVG by dpi/96 in its own way; sizes in points are kept, and pixels are made from them.
  return viz.renderString(dot.replace(/^dpi=.*;\n/m, ""), { format: "svg", engine: "dot" });
}
