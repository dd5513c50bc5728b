import { isCrossentropyChoice, type LossIdentifier, resolveLoss } from "../../losses/choose.ts";
import { get } from "../../losses/index.ts";
import type { Loss } from "../../losses/loss.ts";
import { mean } from "../../ops/reductions.ts";
import { add } from "../../ops/arithmetic.ts";
import { zeros } from "../../ops/creation.ts";
import type { Operand } from "../../ops/core/signatures.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { DataError, OptionError } from "../../util/errors.ts";
import { flatten, mapTree, sameStructure, type Tree } from "../../util/tree.ts";
import { form } from "./distillation-loss.ts";

/** A loss, its name, or a function of truth and predictions; null for none. */
export type LossChoice = LossIdentifier | null;

/** The losses that identifiers, nested, stand for; nulls stay. Unknown names are found here. */
export function chooseLosses(where: string, given: Tree<LossChoice>): Tree<LossChoice> {
  const chosen = mapTree(given, (choice) => {
    if (choice === null || (typeof choice === "string" && isCrossentropyChoice(choice))) return choice;
    return get(choice);
  });
  if (flatten(chosen).every((choice) => choice === null))
    throw new OptionError(`${where}: expected at least one loss, received none.`);
  return chosen;
}

/** What `applyLosses` does with one loss and its outputs. */
type Apply = (choice: Exclude<LossChoice, null>, truth: Tensor, prediction: Tensor) => Tensor;

/**
 * The sum of losses over nested outputs, each a scalar.
 *
 * @throws {DataError} when losses and outputs are not nested alike.
 */
export function applyLosses(
  where: string,
  losses: Tree<LossChoice>,
  truths: Tree<Tensor>,
  predictions: Tree<Tensor>,
  apply: Apply,
): Tensor {
  for (const outputs of [truths, predictions]) {
    if (sameStructure(losses, outputs)) continue;
    throw new DataError(
      `${where}: expected losses nested as the outputs, ${form(outputs)}, received ${form(losses)}. Give null for an output without a loss.`,
    );
  }
  const [truth, prediction] = [flatten(truths), flatten(predictions)];
  return flatten(losses).reduce<Tensor>((total, choice, i) => {
    const [t, p] = [truth[i], prediction[i]];
    if (choice === null || t === undefined || p === undefined) return total;
    return add(total, apply(choice, t, p)) as Tensor; // SAFETY: tensors in, tensor out
  }, zeros([]));
}

/** The mean of one loss, by an object that averages over the batch. */
export function meanLoss(
  choice: Exclude<LossChoice, null>,
  truth: Tensor,
  prediction: Tensor,
  sampleWeight: Operand | null = null,
): Tensor {
  return mean(lossFor(choice, truth, prediction)(truth, prediction, { sampleWeight })) as Tensor; // SAFETY: tensors in, tensor out
}

/** The loss object of an identifier, for such outputs. */
export function lossFor(choice: Exclude<LossChoice, null>, truth: Tensor, prediction: Tensor): Loss {
  return resolveLoss(choice, truth.shape, prediction.shape, (name) => get(name));
}
