import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { constructFrom } from "../../util/construct.ts";
import { AntlerError, DataError } from "../../util/errors.ts";
import { mapTree, sameStructure, type Tree } from "../../util/tree.ts";
import type { ModelClass } from "../model.ts";

/** A model's outputs: a tensor as a rule, and typed so; nested tensors where the model has several. */
export type Outputs = Tree<Tensor>;

/**
 * Base of what a student learns of its teacher by: a number that says how far the student's outputs are from the
 * teacher's.
 *
 * A loss of one's own extends it and computes a scalar in `computeLoss`; `Distiller` calls that in every step.
 *
 * @see Keras `distillation/distillation_loss.py`
 */
export abstract class DistillationLossClass {
  /** Name in files, and Keras's module for it. */
  static readonly className: string = "DistillationLoss";
  static readonly module: string = "keras.distillation";

  /** The layer whose output is looked at in the teacher; null: the model's outputs. */
  readonly teacherLayerName: string | null = null;
  /** The same for the student. */
  readonly studentLayerName: string | null = null;

  /** The scalar loss for the outputs of both for one batch. Subclasses compute it. */
  computeLoss(_teacherOutputs: Outputs, _studentOutputs: Outputs): Tensor {
    throw new AntlerError(
      `${this.constructor.name}: a distillation loss must implement computeLoss(teacherOutputs, studentOutputs).`,
    );
  }

  /**
   * Checks outputs before `computeLoss` gets them.
   *
   * @throws {DataError} when they are not nested alike.
   */
  validateOutputs(teacherOutputs: Outputs, studentOutputs: Outputs): void {
    if (sameStructure(teacherOutputs, studentOutputs)) return;
    throw new DataError(
      `${this.constructor.name}: expected outputs of the student nested as those of the teacher, ${form(teacherOutputs)}, received ${form(studentOutputs)}.`,
    );
  }

  /** Checks the models when a `Distiller` is made; by default any will do. */
  validateModelCompatibility(_teacher: ModelClass, _student: ModelClass): void {}

  /** The constructor's arguments, from which `fromConfig` makes an equal loss. */
  getConfig(): Record<string, unknown> {
    return {};
  }

  static fromConfig(config: Readonly<Record<string, unknown>>): DistillationLossClass {
    return constructFrom(this, config) as DistillationLossClass; // SAFETY: called on a class of such losses
  }
}

/** The form of nested values, leaves as `*`. */
export function form(tree: Tree<unknown>): string {
  return JSON.stringify(mapTree(tree, () => "*"));
}

export type DistillationLoss = DistillationLossClass;

export interface DistillationLossConstructor {
  new (): DistillationLoss;
  readonly className: string;
  readonly module: string;
  fromConfig(config: Readonly<Record<string, unknown>>): DistillationLoss;
}

/** The class that distillation losses extend; see there. @see Keras `distillation/distillation_loss.py` */
export const DistillationLoss: DistillationLossConstructor = /* @__PURE__ */ callable<
  typeof DistillationLossClass,
  DistillationLossConstructor
>(DistillationLossClass);
