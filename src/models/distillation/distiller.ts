import { isPlainObject } from "../../util/options.ts";
import { Mean } from "../../metrics/mean.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { zeros } from "../../ops/creation.ts";
import type { Operand } from "../../ops/core/signatures.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import { bindCompileOptions } from "../../training/compilation.ts";
import type { LossArguments } from "../../training/trainable.ts";
import { callable } from "../../util/callable.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { formatShape } from "../../ir/shape.ts";
import { bindParameters, type Given, type ParameterTable, required } from "../../util/parameters.ts";
import { flatten, sameStructure, type Tree } from "../../util/tree.ts";
import { ModelClass, type Model, Model as makeModel } from "../model.ts";
import { applyLosses, chooseLosses, type LossChoice, meanLoss } from "./chosen-losses.ts";
import { DistillationLossClass, type DistillationLoss, type Outputs } from "./distillation-loss.ts";
import { checkPair } from "./check-pair.ts";

/** Options of `Distiller` after the models. */
export interface DistillerOptions extends LayerOptions {
  /** By what the student learns of the teacher; of several the weighted sum. */
  readonly distillationLosses?: DistillationLoss | readonly DistillationLoss[] | undefined;
  /** A factor for each of several distillation losses. Default 1. */
  readonly distillationLossWeights?: readonly number[] | null | undefined;
  /** The share, from 0 to 1, of the loss that is compiled; distillation has the rest. Default 0.5. */
  readonly studentLossWeight?: number | undefined;
}

interface Arguments extends DistillerOptions {
  readonly teacher?: ModelClass;
  readonly student?: ModelClass;
}

const finalOutput = "final_output";

class DistillerClass extends ModelClass {
  static override readonly className: string = "Distiller";
  static readonly module: string = "keras.distillation";
  static readonly parameters: ParameterTable = {
    teacher: required,
    student: required,
    distillationLosses: required,
    distillationLossWeights: null,
    studentLossWeight: 0.5,
  };

  /** Frozen. */
  readonly teacher: ModelClass;
  /** The model that is trained; use it by itself afterwards. */
  readonly student: ModelClass;
  readonly distillationLosses: readonly DistillationLoss[];
  readonly distillationLossWeights: readonly number[];
  readonly studentLossWeight: number;
  readonly studentLossTracker: Mean;
  readonly distillationLossTracker: Mean;
  readonly totalLossTracker: Mean;
  // The names are those of weights files.
  declare _teacherFeatureExtractor: ModelClass;
  declare _studentFeatureExtractor: ModelClass;
  #compiled: { readonly given: Tree<LossChoice>; readonly losses: Tree<LossChoice> } | null = null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Given<Arguments>>("Distiller", DistillerClass.parameters, args, [
      "name",
      "dtype",
      "trainable",
      "autocast",
    ]);
    const { teacher, student, distillationLosses, distillationLossWeights, studentLossWeight, ...rest } =
      given;
    super({ ...rest, name: rest.name ?? "distiller" });
    checkPair(teacher, student);
    this.studentLossWeight = share(studentLossWeight);
    this.distillationLosses = lossesOf(distillationLosses);
    this.distillationLossWeights = weightsOf(distillationLossWeights, this.distillationLosses.length);
    for (const loss of this.distillationLosses) loss.validateModelCompatibility(teacher, student);
    this.teacher = teacher;
    this.student = student;
    const extractor = (model: ModelClass, layer: (loss: DistillationLoss) => string | null) =>
      extractorOf(model, this.distillationLosses.map(layer));
    const ofTeacher = extractor(teacher, (loss) => loss.teacherLayerName);
    const ofStudent = extractor(student, (loss) => loss.studentLayerName);
    if (ofTeacher !== null) this._teacherFeatureExtractor = ofTeacher;
    if (ofStudent !== null) this._studentFeatureExtractor = ofStudent;
    teacher.trainable = false;
    this.studentLossTracker = Mean({ name: "student_loss" });
    this.distillationLossTracker = Mean({ name: "distillation_loss" });
    this.totalLossTracker = Mean({ name: "total_loss" });
  }

  /**
   * Says how to train the student: `loss` (which there must be) is its own, by the labels. `metrics` are an array.
   *
   * @throws {OptionError} without a loss, for an unknown one, and for metrics that are no array.
   */
  override compile(...args: readonly unknown[]): void {
    const { loss = null, metrics = null, optimizer = "adam", ...rest } = bindCompileOptions(args);
    if (loss === null)
      throw new OptionError(`${this.where}: compile: expected a loss for the student, received none.`);
    if (metrics !== null && !Array.isArray(metrics))
      throw new OptionError(
        `${this.where}: compile: expected metrics to be an array, received ${typeof metrics}.`,
      );
    const given = loss as Tree<LossChoice>; // SAFETY: checked where names are looked up
    this.#compiled = { given, losses: chooseLosses(`${this.where}: compile`, given) };
    super.compile({ ...rest, optimizer, metrics });
  }

  override getCompileConfig(): Record<string, unknown> | null {
    const config = super.getCompileConfig();
    return config === null ? null : { ...config, loss: this.#compiled?.given ?? null };
  }

  /** What the student gives. */
  override call(inputs: unknown, ...rest: readonly unknown[]): unknown {
    const [options] = rest;
    return isPlainObject(options) ? this.student.invoke(inputs, options) : this.student.invoke(inputs);
  }

  /** `studentLossWeight · (loss by the labels) + (1 − studentLossWeight) · (distillation losses)`. */
  override computeLoss(args: LossArguments): Tensor {
    const share = this.studentLossWeight;
    const own = share > 0 ? this.#studentLoss(args) : zeros([]);
    const distilled = share < 1 ? this.#distillationLoss(args) : zeros([]);
    const total = add(multiply(own, share), multiply(distilled, 1 - share)) as Tensor; // SAFETY: tensors in, tensor out
    this.studentLossTracker.updateState(own);
    this.distillationLossTracker.updateState(distilled);
    this.totalLossTracker.updateState(total);
    return total;
  }

  #studentLoss({ y, yPred, sampleWeight }: LossArguments): Tensor {
    if (y === undefined || y === null || this.#compiled === null) return zeros([]);
    const weights = (sampleWeight ?? null) as Tree<Operand> | null; // SAFETY: nested as the outputs, or one for all
    const each = weights !== null && sameStructure(weights, y) ? flatten<Operand>(weights) : null;
    let next = 0;
    return applyLosses(this.where, this.#compiled.losses, y, yPred, (choice, truth, prediction) => {
      const weight = each === null ? (weights as Operand | null) : (each[next++] ?? null); // SAFETY: one for all
      return meanLoss(choice, truth, prediction, weight);
    });
  }

  #distillationLoss({ x, yPred, training = true }: LossArguments): Tensor {
    const ofTeacher = this.#features(this.teacher, this._teacherFeatureExtractor, x, false, null);
    const ofStudent = this.#features(this.student, this._studentFeatureExtractor, x, training, yPred);
    return this.distillationLosses.reduce<Tensor>((total, loss, i) => {
      const teacher = ofTeacher(loss.teacherLayerName);
      const student = ofStudent(loss.studentLayerName);
      loss.validateOutputs(teacher, student);
      const value = loss.computeLoss(teacher, student);
      if (value.dims.length > 0)
        throw new ShapeError(
          `${this.where}: expected ${loss.constructor.name}.computeLoss to give a scalar, received ${formatShape(value.shape)}. Reduce it with ops.mean.`,
        );
      return add(total, multiply(value, this.distillationLossWeights[i] ?? 1)) as Tensor; // SAFETY: tensors in, tensor out
    }, zeros([]));
  }

  /** What layers of a model give, by their names; its outputs for null. */
  #features(
    model: ModelClass,
    extractor: ModelClass | undefined,
    x: unknown,
    training: boolean,
    known: Outputs | null,
  ): (layer: string | null) => Outputs {
    if (extractor === undefined) {
      const outputs = known ?? (model.invoke(x, { training }) as Outputs); // SAFETY: models give nested tensors
      return () => outputs;
    }
    const features = extractor.invoke(x, { training }) as Readonly<Record<string, Outputs>>; // SAFETY: made by extractorOf
    return (layer) => features[layer ?? finalOutput] ?? {};
  }
}

function share(weight: unknown): number {
  if (typeof weight === "number" && weight >= 0 && weight <= 1) return weight;
  throw new OptionError(
    `Distiller: expected studentLossWeight to be a number from 0 to 1, received ${JSON.stringify(weight)}.`,
  );
}

function lossesOf(given: unknown): readonly DistillationLoss[] {
  const losses: readonly unknown[] = Array.isArray(given) ? given : [given];
  const found = losses.filter((loss) => loss instanceof DistillationLossClass);
  if (found.length === losses.length && found.length > 0) return found;
  throw new OptionError(
    "Distiller: expected distillationLosses to be a distillation loss, as LogitsDistillation(), or an array of them.",
  );
}

function weightsOf(given: readonly number[] | null, count: number): readonly number[] {
  if (given === null) return new Array<number>(count).fill(1);
  if (Array.isArray(given) && given.length === count) return given;
  throw new OptionError(
    `Distiller: expected distillationLossWeights to have as many numbers as there are distillation losses, ${count}, received ${JSON.stringify(given)}.`,
  );
}

/** A model that gives, beside the outputs, what layers of these names give; null without names. */
function extractorOf(model: ModelClass, names: readonly (string | null)[]): ModelClass | null {
  const wanted = names.filter((name) => name !== null);
  if (wanted.length === 0) return null;
  const layers = Object.fromEntries(wanted.map((name) => [name, model.getLayer(name).output]));
  return makeModel({
    inputs: model.input,
    outputs: { [finalOutput]: model.output, ...layers },
    name: `${model.name}_multi_feature_extractor`,
  });
}

export type Distiller = DistillerClass & Model;

type DistillerArguments =
  | readonly [
      options: DistillerOptions & {
        readonly teacher: ModelClass;
        readonly student: ModelClass;
        readonly distillationLosses: DistillationLoss | readonly DistillationLoss[];
      },
    ]
  | readonly [
      teacher: ModelClass,
      student: ModelClass,
      distillationLosses: DistillationLoss | readonly DistillationLoss[],
      options?: Omit<DistillerOptions, "distillationLosses">,
    ];

export interface DistillerConstructor {
  (...args: DistillerArguments): Distiller;
  new (...args: DistillerArguments): Distiller;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): Distiller;
}

/**
 * A model that trains a student, by labels and by what a frozen teacher gives for the same inputs. It computes what the
 * student does; `fit` and `evaluate` log `student_loss`, `distillation_loss` and `total_loss`.
 *
 * Shapes: teacher and student take and give tensors of the same shapes and dtypes.
 *
 * Sample weights weight the student's loss by the labels.
 *
 * @throws {OptionError} for models, losses and weights that do not fit.
 * @throws {ShapeError} when inputs or outputs of the models differ.
 * @example
 * const distiller = distillation.Distiller(teacher, student, distillation.LogitsDistillation(3));
 * distiller.compile({ loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"] });
 * await distiller.fit(x, y, { epochs: 2, verbose: 0 });
 * @see Keras `distillation/distiller.py`
 */
export const Distiller: DistillerConstructor = /* @__PURE__ */ callable<
  typeof DistillerClass,
  DistillerConstructor
>(DistillerClass);
