import type { Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { containsSymbolic } from "../ops/core/value.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { scoped } from "../util/scoped.ts";
import type { LayerBase } from "./layer-base.ts";
import { whenMade } from "./made-layers.ts";
import { recomputed, remat } from "./remat.ts";

export const rematModes = ["full", "activations", "larger_than", "list_of_layers"] as const;

/** What of a layer is computed again; see `RematScope`. */
export type RematMode = (typeof rematModes)[number];

/** Options of `RematScope`. */
export interface RematScopeOptions {
  /** Default `"full"`; null: layers keep what they compute, inside another scope too. */
  readonly mode?: RematMode | null | undefined;
  /** Elements of a layer's outputs, the batch's together, beyond which `"larger_than"` chooses it. Default 1024. */
  readonly outputSizeThreshold?: number | undefined;
  /** The layers that `"list_of_layers"` chooses. Default none. */
  readonly layerNames?: readonly string[] | null | undefined;
}

interface Scope {
  readonly mode: RematMode | null;
  readonly outputSizeThreshold: number;
  readonly layerNames: readonly string[];
}

const scopes: Scope[] = [];

/**
 * Makes layers that compute what they keep for the gradient a second time, as `remat` does: all layers that `f` makes,
 * wherever they are called later. Gives what `f` gives; where that is a promise, the scope lasts until it is settled.
 *
 * | mode | what is computed again |
 * |---|---|
 * | `"full"` | each layer |
 * | `"activations"` | the activation functions of layers that have one |
 * | `"larger_than"` | layers whose outputs have more than `outputSizeThreshold` elements |
 * | `"list_of_layers"` | layers that are named in `layerNames` |
 *
 * A model that is made in the scope is its layers', of which each decides by itself; `"list_of_layers"` may name it.
 *
 * @param options - The mode, or `{ mode, outputSizeThreshold, layerNames }`.
 * @throws {OptionError} for unknown options and modes.
 * @example
 * const block = RematScope({ mode: "larger_than", outputSizeThreshold: 2048 }, () => layers.Conv2D(64, 3));
 * @see Keras `keras.RematScope`
 */
export function RematScope<T>(options: RematScopeOptions | RematMode | null, f: () => T): T {
  const scope = readOptions(options);
  if (typeof f !== "function")
    throw new OptionError("RematScope: expected a function that makes layers: RematScope(options, () => …).");
  whenMade.add(noteLayer);
  scopes.push(scope);
  return scoped(f, () => void scopes.splice(scopes.lastIndexOf(scope), 1));
}

function readOptions(given: RematScopeOptions | RematMode | null): Scope {
  const options = typeof given === "object" && given !== null ? given : { mode: given };
  checkOptions("RematScope", options, ["mode", "outputSizeThreshold", "layerNames"]);
  const { mode = "full", outputSizeThreshold = 1024, layerNames } = options;
  if (mode !== null && !rematModes.includes(mode))
    throw new OptionError(
      `RematScope: expected mode to be one of ${rematModes.map((one) => `"${one}"`).join(", ")} or null, received ${JSON.stringify(mode)}.`,
    );
  if (typeof outputSizeThreshold !== "number" || Number.isNaN(outputSizeThreshold))
    throw new OptionError(
      `RematScope: expected outputSizeThreshold to be a number, received ${JSON.stringify(outputSizeThreshold)}.`,
    );
  return { mode, outputSizeThreshold, layerNames: layerNames ?? [] };
}

/** Puts the scope's mode around the calls of a layer that is made in it. */
function noteLayer(layer: LayerBase): void {
  const scope = scopes.at(-1);
  if (scope === undefined || scope.mode === null) return;
  const { mode } = scope;
  Object.defineProperty(layer, "invoke", {
    configurable: true,
    writable: true,
    // Calls of symbolic tensors make nodes, which call the layer when the model runs.
    value: (...given: readonly unknown[]): unknown => {
      const run = (): unknown => callOf(layer, given);
      if (containsSymbolic(given)) return run();
      if (mode === "activations") return withActivation(layer, run);
      return recomputed(run, (results) => isChosen(layer, scope, results));
    },
  });
}

/** Calls a layer as its class does. */
function callOf(layer: LayerBase, given: readonly unknown[]): unknown {
  const invoke: unknown = Reflect.get(Object.getPrototypeOf(layer) as object, "invoke", layer); // SAFETY: a class's prototype
  return Reflect.apply(invoke as LayerBase["invoke"], layer, given); // SAFETY: all layers have it
}

function isChosen(
  layer: LayerBase,
  { mode, outputSizeThreshold, layerNames }: Scope,
  results: readonly Var[],
): boolean {
  if (mode === "list_of_layers") return layerNames.includes(layer.name);
  if ("trainStep" in layer) return false;
  return mode === "full" || results.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > outputSizeThreshold;
}

/** Runs a call in which the layer's activation is computed again for the gradient. */
function withActivation(layer: LayerBase, run: () => unknown): unknown {
  const activation: unknown = Object.hasOwn(layer, "activation") ? Reflect.get(layer, "activation") : null;
  if (typeof activation !== "function") return run();
  // SAFETY: activations are functions of a tensor.
  Reflect.set(layer, "activation", remat(activation as (x: unknown) => unknown));
  try {
    return run();
  } finally {
    Reflect.set(layer, "activation", activation);
  }
}
