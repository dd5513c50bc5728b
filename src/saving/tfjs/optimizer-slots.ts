import { Variable } from "../../graph/variable.ts";
import type { OptimizerBase } from "../../optimizers/optimizer.ts";

/** One number that an optimizer keeps for every weight, in TensorFlow.js's terms. */
export interface Slot {
  /** What its name ends in: `dense/kernel/m`. */
  readonly suffix: string;
  /** Keras's value is this many times that of TensorFlow.js. */
  readonly factor: number;
  /** Antler's variable of the slot, for a weight. */
  of(weight: Variable): Variable | undefined;
}

/**
 * The slots of an optimizer as TensorFlow.js names and orders them; null for an optimizer that it lacks.
 *
 * @see TensorFlow.js `tfjs-core/src/optimizers`
 */
export function slotsOf(optimizer: OptimizerBase): readonly Slot[] | null {
  const suffixes = suffixesOf(optimizer);
  if (suffixes === null) return null;
  const { names, arePairs } = suffixes;
  const weights = optimizer.trainableVariables;
  const rate = optimizer.learningRate;
  if (!(rate instanceof Variable)) return null;
  // The first two variables are the counter and the learning rate.
  const variables = optimizer.variables.slice(2);
  if (variables.length !== names.length * weights.length) return null;
  return names.map((suffix, k): Slot => ({
    suffix,
    // SGD with momentum moves by m − lr · g here, and by −lr · (m + g) there.
    factor: optimizer.className === "SGD" ? -Number(rate.dataSync()[0]) : 1,
    of: (weight) => {
      const i = weights.indexOf(weight);
      return i < 0 ? undefined : variables[arePairs ? i * names.length + k : k * weights.length + i];
    },
  }));
}

interface Suffixes {
  readonly names: readonly string[];
  /** Whether a weight's slots lie side by side; else all first slots come first. */
  readonly arePairs: boolean;
}

function suffixesOf(optimizer: OptimizerBase): Suffixes | null {
  const { momentum = 0, centered = false } = optimizer as {
    readonly momentum?: number;
    readonly centered?: boolean;
  }; // SAFETY: absent where an optimizer has no such option
  const hasMomentum = momentum > 0;
  switch (optimizer.className) {
    case "Adam":
      return { names: ["m", "v"], arePairs: true };
    case "Adadelta":
      return { names: ["accum_grad", "accum_var"], arePairs: true };
    case "Adagrad":
      return { names: ["accumulator"], arePairs: false };
    case "RMSprop":
      return {
        names: ["rms", ...(hasMomentum ? ["momentum"] : []), ...(centered ? ["mg"] : [])],
        arePairs: false,
      };
    case "SGD":
      return { names: hasMomentum ? ["momentum"] : [], arePairs: false };
    default:
      return null;
  }
}
