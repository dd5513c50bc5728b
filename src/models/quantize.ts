import type { LayerBase } from "../graph/layer-base.ts";
import { InputLayer } from "../layers/core/input-layer.ts";
import { formOf, quantizableClasses, quantizeLayer } from "../layers/quantized/index.ts";
import type { QuantizeFilters, QuantizeOptions } from "../graph/quantize-types.ts";
import { resolveConfig } from "../quantizers/configs.ts";
import { QuantizationReport } from "../quantizers/report.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import { ModelBase } from "./model-base.ts";

type Given = QuantizeOptions & { readonly mode?: string | null };

/** `layer.quantize(…)`; see `LayerBase`. */
export function quantizeOne(layer: LayerBase, args: readonly unknown[]): void {
  const where = `${layer.where}: quantize`;
  const { mode, config } = bindArguments(where, ["mode", "config"], args) as Given; // SAFETY: names are checked, values below
  const resolved = resolveConfig(where, mode, config);
  if (layer.quantizationMode !== null)
    throw new AntlerError(`${layer.where}: it is quantized already: ${layer.dtypePolicy.name}.`);
  const form = formOf(layer, resolved.mode);
  if (form === undefined)
    throw new AntlerError(
      `${layer.where}: it cannot be quantized with the mode "${resolved.mode}". Layers that can be: ${quantizableClasses(resolved.mode).join(", ")} (not classes that extend them).`,
    );
  quantizeLayer(layer, form, resolved);
}

/** `model.quantize(…)`; see `ModelClass`. */
export function quantizeModel(
  model: ModelBase & { readonly clearSteps: () => void },
  args: readonly unknown[],
): QuantizationReport {
  const where = `${model.where}: quantize`;
  const names = ["mode", "config", "filters", "verbose"];
  const { mode, config, filters = null, verbose = true } = bindArguments(where, names, args) as Given; // SAFETY: names are checked, values below
  const resolved = resolveConfig(where, mode, config);
  const isWanted = filterOf(where, filters);
  const report = new QuantizationReport(resolved.mode);
  for (const layer of layersIn(model)) {
    const path = layer.weights[0]?.path.split("/").slice(0, -1).join("/") || layer.name;
    const form = formOf(layer, resolved.mode);
    if (!isWanted(layer)) report.addSkipped(path, "filtered out");
    else if (layer.quantizationMode !== null) report.addSkipped(path, "already quantized");
    else if (form === undefined) report.addSkipped(path, "no quantize support");
    else {
      quantizeLayer(layer, form, resolved);
      report.addQuantized(path, resolved.mode, layer.dtypePolicy.name);
    }
  }
  if (report.numQuantized > 0) model.clearSteps();
  if (verbose) globalThis.console.log(report.render());
  return report;
}

/** All layers inside, those of models inside as well, each once; without inputs, and without the models themselves. */
function layersIn(model: LayerBase, seen: Set<LayerBase> = new Set()): readonly LayerBase[] {
  return model.subLayers.flatMap((layer): readonly LayerBase[] => {
    if (seen.has(layer)) return [];
    seen.add(layer);
    const own = layer instanceof ModelBase || layer instanceof InputLayer ? [] : [layer];
    return [...own, ...layersIn(layer, seen)];
  });
}

function filterOf(where: string, filters: QuantizeFilters | null): (layer: LayerBase) => boolean {
  if (filters === null) return () => true;
  if (typeof filters === "function") return filters;
  const patterns = typeof filters === "string" ? [filters] : filters;
  if (!Array.isArray(patterns) || !patterns.every((one) => typeof one === "string"))
    throw new OptionError(
      `${where}: expected \`filters\` to be a regular expression as a string, an array of them, or a function of a layer, received ${JSON.stringify(filters)}.`,
    );
  const expressions = patterns.map((pattern: string) => new RegExp(pattern));
  return ({ name }) => expressions.some((one) => one.test(name));
}
