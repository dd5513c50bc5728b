import { loadModel } from "../saving/index.ts";
import { OptionError } from "../util/errors.ts";
import { plotModel } from "../viz/plot-model.ts";
import { formatSummary } from "../viz/summary.ts";
import type { Given, Output } from "./run-command.ts";

/** `antler summary`. */
export async function summary({ files, options }: Given, output: Output): Promise<number> {
  const model = await loadModel(files[0] ?? "");
  const expandNested = options.has("--expand-nested");
  output.print(formatSummary(model, { expandNested, showTrainable: options.has("--show-trainable") }));
  return 0;
}

/** `antler plot`. */
export async function plot({ files, options }: Given, output: Output): Promise<number> {
  const target = options.get("-o");
  if (typeof target !== "string")
    throw new OptionError("plot needs the picture's name: -o OUT.svg (or .png, .dot).");
  const model = await loadModel(files[0] ?? "", { compile: false });
  await plotModel(model, target, {
    showShapes: options.has("--show-shapes"),
    expandNested: options.has("--expand-nested"),
    showLayerNames: true,
  });
  output.print(`wrote ${target}`);
  return 0;
}
