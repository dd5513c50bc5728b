import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import type { Tree } from "../../util/tree.ts";
import type { ModelClass } from "../model.ts";
import { applyLosses, chooseLosses, type LossChoice, meanLoss } from "./chosen-losses.ts";
import { DistillationLossClass, type Outputs } from "./distillation-loss.ts";

export interface FeatureDistillationOptions {
  /** One loss, or losses nested as the outputs; null for an output that is left out. Default `"mse"`. */
  readonly loss?: Tree<LossChoice> | undefined;
  /** The layer whose output is looked at in the teacher. Default null: the model's outputs. */
  readonly teacherLayerName?: string | null | undefined;
  /** The same for the student. */
  readonly studentLayerName?: string | null | undefined;
}

class FeatureDistillationClass extends DistillationLossClass {
  static override readonly className: string = "FeatureDistillation";
  static readonly parameters: ParameterTable = {
    loss: "mse",
    teacherLayerName: null,
    studentLayerName: null,
  };

  readonly loss: Tree<LossChoice>;
  override readonly teacherLayerName: string | null;
  override readonly studentLayerName: string | null;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<Given<FeatureDistillationOptions>>(
      "FeatureDistillation",
      FeatureDistillationClass.parameters,
      args,
      [],
    );
    this.loss = chooseLosses("FeatureDistillation", given.loss);
    this.teacherLayerName = given.teacherLayerName;
    this.studentLayerName = given.studentLayerName;
  }

  /** @throws {OptionError} when a model has no such layer, or, being subclassed, no graph to find it in. */
  override validateModelCompatibility(teacher: ModelClass, student: ModelClass): void {
    const parts = [
      ["teacher", teacher, this.teacherLayerName],
      ["student", student, this.studentLayerName],
    ] as const;
    for (const [role, model, layer] of parts) {
      if (layer === null) continue;
      if (model.graph === null)
        throw new OptionError(
          `FeatureDistillation: expected the ${role} to be a functional or sequential model that is built, for its layer "${layer}", received ${model.where}. Leave ${role}LayerName out to compare outputs.`,
        );
      model.getLayer(layer);
    }
  }

  override computeLoss(teacherOutputs: Outputs, studentOutputs: Outputs): Tensor {
    return applyLosses("FeatureDistillation", this.loss, teacherOutputs, studentOutputs, meanLoss);
  }

  override getConfig(): Record<string, unknown> {
    const { loss, teacherLayerName, studentLayerName } = this;
    return { loss, teacherLayerName, studentLayerName };
  }
}

export type FeatureDistillation = FeatureDistillationClass;

type Arguments =
  | readonly [options?: FeatureDistillationOptions]
  | readonly [loss: Tree<LossChoice>, options?: Omit<FeatureDistillationOptions, "loss">]
  | readonly [loss: Tree<LossChoice>, teacherLayerName: string | null, studentLayerName?: string | null];

export interface FeatureDistillationConstructor {
  (...args: Arguments): FeatureDistillation;
  new (...args: Arguments): FeatureDistillation;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): FeatureDistillation;
}

/**
 * Compares what layers of two models give: the mean of a loss, by default of the squared differences.
 *
 * Shapes: both outputs alike, `[batch, …]`, as the loss wants them.
 *
 * @throws {OptionError} for unknown losses; by `Distiller`, for layers that the models do not have.
 * @example
 * const loss = distillation.FeatureDistillation("mse", { teacherLayerName: "wide", studentLayerName: "narrow" });
 * @see Keras `distillation/distillation_loss.py`
 */
export const FeatureDistillation: FeatureDistillationConstructor = /* @__PURE__ */ callable<
  typeof FeatureDistillationClass,
  FeatureDistillationConstructor
>(FeatureDistillationClass);
