import { divide, multiply } from "../../ops/arithmetic.ts";
import { softmax } from "../../ops/activations.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { KLDivergence, klDivergence } from "../../losses/kl-divergence.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import { mapTree, type Tree } from "../../util/tree.ts";
import { applyLosses, chooseLosses, type LossChoice, meanLoss } from "./chosen-losses.ts";
import { DistillationLossClass, type Outputs } from "./distillation-loss.ts";

export interface LogitsDistillationOptions {
  /** By what logits are divided: more than 1 makes probabilities softer. Default 3. */
  readonly temperature?: number | undefined;
  /** One loss, or losses nested as the outputs; null for an output that is left out. Default `"kl_divergence"`. */
  readonly loss?: Tree<LossChoice> | undefined;
}

class LogitsDistillationClass extends DistillationLossClass {
  static override readonly className: string = "LogitsDistillation";
  static readonly parameters: ParameterTable = { temperature: 3, loss: "kl_divergence" };

  readonly temperature: number;
  readonly loss: Tree<LossChoice>;

  constructor(...args: readonly unknown[]) {
    super();
    const { temperature, loss } = bindParameters<Given<LogitsDistillationOptions>>(
      "LogitsDistillation",
      LogitsDistillationClass.parameters,
      args,
      [],
    );
    if (typeof temperature !== "number" || !(temperature > 0))
      throw new OptionError(
        `LogitsDistillation: expected temperature to be a number above 0, received ${JSON.stringify(temperature)}.`,
      );
    this.temperature = temperature;
    this.loss = chooseLosses("LogitsDistillation", loss);
  }

  override computeLoss(teacherOutputs: Outputs, studentOutputs: Outputs): Tensor {
    const soften = (outputs: Outputs): Outputs =>
      mapTree(outputs, (x) => divide(x, this.temperature) as Tensor); // SAFETY: tensor in, tensor out
    const [teacher, student] = [soften(teacherOutputs), soften(studentOutputs)];
    return applyLosses("LogitsDistillation", this.loss, teacher, student, (choice, t, s) => {
      if (choice !== klDivergence && !(choice instanceof KLDivergence)) return meanLoss(choice, t, s);
      // Gradients of softened probabilities are smaller by T² (Hinton et al., 2015, section 2).
      // SAFETY: tensors in, tensors out.
      const divergence = meanLoss(choice, softmax(t) as Tensor, softmax(s) as Tensor);
      return multiply(divergence, this.temperature ** 2) as Tensor; // SAFETY: tensor in, tensor out
    });
  }

  override getConfig(): Record<string, unknown> {
    return { temperature: this.temperature, loss: this.loss };
  }
}

export type LogitsDistillation = LogitsDistillationClass;

type Arguments =
  | readonly [options?: LogitsDistillationOptions]
  | readonly [temperature: number, options?: Omit<LogitsDistillationOptions, "temperature">]
  | readonly [temperature: number, loss: Tree<LossChoice>];

export interface LogitsDistillationConstructor {
  (...args: Arguments): LogitsDistillation;
  new (...args: Arguments): LogitsDistillation;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): LogitsDistillation;
}

/**
 * Compares the outputs of two models, which are logits, after both are divided by a temperature `T`: for the
 * Kullback-Leibler divergence, `T² · KL(softmax(teacher / T) ‖ softmax(student / T))`; other losses get `teacher / T` and
 * `student / T`.
 *
 * Keras 3.16 takes softmax for a `KLDivergence` object alone, and not for the function that its default name stands for;
 * here both mean the divergence of probabilities.
 *
 * @throws {OptionError} for unknown losses, and temperatures that are not above 0.
 * @example
 * const loss = distillation.LogitsDistillation({ temperature: 4 });
 * loss.computeLoss(tensor([[1, 2]]), tensor([[1, 2]])); // 0
 * @see Keras `distillation/distillation_loss.py`; Hinton et al. (2015), "Distilling the Knowledge in a Neural Network"
 */
export const LogitsDistillation: LogitsDistillationConstructor = /* @__PURE__ */ callable<
  typeof LogitsDistillationClass,
  LogitsDistillationConstructor
>(LogitsDistillationClass);
