import { OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import type { Activation, ActivationLike } from "./activation.ts";
import * as functions from "./functions.ts";

export {
  celu,
  elu,
  exponential,
  gelu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink,
  softsign,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  swish,
  tanh,
  tanhShrink,
  threshold,
} from "./functions.ts";
export type { ActivationFunction } from "./functions.ts";
export type { Activation, ActivationLike };

/** Built-ins by Keras's names; two have a second one. */
function builtIns(): ReadonlyMap<string, Activation> {
  const { reluWith: _, ...all } = functions;
  const byName = new Map<string, Activation>(Object.values(all).map((f) => [f.identifier, f]));
  return byName.set("swish", functions.silu).set("hard_swish", functions.hardSilu);
}

/**
 * The activation an identifier stands for: `"relu"`, `"log_softmax"`, a function itself, `linear` for null.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `activations.get`
 */
export function get(identifier: ActivationLike | null | undefined): Activation {
  if (identifier === null || identifier === undefined) return functions.linear;
  if (typeof identifier === "function") return identifier as Activation; // SAFETY: layers call it with tensors
  const known = builtIns();
  const found = known.get(identifier);
  if (found !== undefined) return found;
  throw new OptionError(
    `activations.get: unknown activation ${JSON.stringify(identifier)}.${didYouMean(identifier, [...known.keys()])} Known: ${[...known.keys()].join(", ")}; or give a function.`,
  );
}
