import { type DTypePolicy, floatx, toPolicy } from "../graph/dtype-policy.ts";
import { classNameOf } from "../graph/layer-base.ts";
import { maskOf } from "../graph/masks.ts";
import { autoName } from "../graph/naming.ts";
import type { DType } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import { isTensorHolder, isTypedArray, type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Result } from "../ops/core/op-types.ts";
import type { Operand, Rest } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { logicalAnd } from "../ops/comparison.ts";
import { inDType } from "../ops/in-dtype.ts";
import { Value } from "../ops/core/value.ts";
import { Callable, callable } from "../util/callable.ts";
import { constructFrom } from "../util/construct.ts";
import { ShapeError } from "../util/errors.ts";
import { checkOptions, isPlainObject } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { checkReduction, type Reduction, reduceWeighted } from "./reduction.ts";

/** Options that every loss takes. */
export interface LossOptions {
  /** Default: the class's name in snake_case. */
  readonly name?: string | null | undefined;
  /** Default `"sum_over_batch_size"`. */
  readonly reduction?: Reduction | undefined;
  /** Dtype of the computation. Default float32. */
  readonly dtype?: DType | DTypePolicy | null | undefined;
}

/** The last argument of a loss's call: options, or the sample weights themselves. */
export type Weighting = LossCallOptions | Operand | null;

/** Options of a loss's call. */
export interface LossCallOptions {
  /** One weight for each sample (or for each of its losses). */
  readonly sampleWeight?: Operand | null | undefined;
}

/**
 * Base of all losses: a number that says how far predictions are from the truth, smaller is better.
 *
 * A custom loss extends it and computes one loss for each sample in `call(yTrue, yPred)`; the base class weights them,
 * leaves out masked ones and reduces them.
 *
 * @see Keras `losses/loss.py`
 */
export abstract class LossBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.losses";
  static readonly parameters: ParameterTable = { name: null, reduction: "sum_over_batch_size", dtype: null };

  readonly name: string;
  readonly reduction: Reduction;
  readonly dtype: DType;

  constructor(...args: readonly unknown[]) {
    super();
    const className = classNameOf(new.target);
    const given = bindParameters<LossOptions>(className, LossBase.parameters, args, []);
    this.name = given.name ?? autoName(className);
    this.reduction = checkReduction(className, given.reduction ?? null);
    this.dtype = toPolicy(given.dtype ?? floatx()).computeDtype;
  }

  /** The class's name in Keras, as it stands in files. */
  get className(): string {
    return classNameOf(this.constructor);
  }

  /** The losses of a batch, one for each sample. */
  abstract call(yTrue: never, yPred: never): unknown;

  override invoke(yTrue: Operand, yPred: Operand, weighting: Weighting = null): Tensor {
    const sampleWeight = weightOf(weighting);
    const convert = (tree: unknown): unknown => mapInputs(tree, (x) => toDType(x, this.dtype));
    const losses = this.#lossesOf(convert(yTrue), convert(yPred));
    return reduceWeighted(toDType(losses, this.dtype), {
      sampleWeight: sampleWeight === null ? null : toDType(sampleWeight, this.dtype),
      mask: both(maskOf(yPred), maskOf(losses)),
      reduction: this.reduction,
    });
  }

  /** The losses of a batch; an error of shapes says which loss and which shapes. */
  #lossesOf(yTrue: unknown, yPred: unknown): Operand {
    try {
      // SAFETY: a subclass's call takes what the loss is called with, as tensors; its losses are one tensor.
      return this.call(yTrue as never, yPred as never) as Operand;
    } catch (error) {
      if (error instanceof ShapeError && yTrue instanceof Value && yPred instanceof Value) {
        const shapes = `truth ${formatShape(yTrue.shape)}, predictions ${formatShape(yPred.shape)}`;
        error.reword(`${this.name} (${this.className}), ${shapes}: ${error.message}`);
      }
      throw error;
    }
  }

  /** The constructor's arguments, from which `fromConfig` makes an equal loss. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, reduction: this.reduction };
  }

  /** A new loss with the given configuration. */
  static fromConfig(config: Readonly<Record<string, unknown>>): LossBase {
    return constructFrom(this, config) as LossBase; // SAFETY: called on a class of losses
  }

  override toString(): string {
    return `<${this.className} name=${this.name}>`;
  }
}

/** The sample weights of a call's last argument. */
export function weightOf(weighting: Weighting | undefined): Operand | null {
  if (!isPlainObject(weighting)) return (weighting ?? null) as Operand | null; // SAFETY: no options, hence weights
  checkOptions("a loss or metric", weighting, ["sampleWeight"]);
  return (weighting as LossCallOptions).sampleWeight ?? null; // SAFETY: the only options are these
}

/** Whatever stands for a tensor, in a dtype. */
export function toDType(x: Operand, dtype: DType): Tensor {
  const value = toValue(x as TensorInput, x instanceof Value || isTensorHolder(x) ? undefined : dtype); // SAFETY: toValue checks it
  return inDType(value as Tensor, dtype); // SAFETY: symbolic values take the same ops
}

/** Applies `f` to one tensor, or to each of nested ones. */
function mapInputs(tree: unknown, f: (x: Operand) => unknown): unknown {
  if (Array.isArray(tree) && tree.some(holdsTensor)) return tree.map((child) => mapInputs(child, f));
  if (isPlainObject(tree))
    return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, mapInputs(child, f)]));
  return f(tree as Operand); // SAFETY: toValue checks it
}

function holdsTensor(node: unknown): boolean {
  if (node instanceof Value || isTensorHolder(node) || isTypedArray(node)) return true;
  return Array.isArray(node) ? node.some(holdsTensor) : isPlainObject(node);
}

function both(a: Value | null, b: Value | null): Tensor | null {
  // SAFETY: masks of tensors are tensors.
  return (a !== null && b !== null ? logicalAnd(a, b) : (a ?? b)) as Tensor | null;
}

/** Calling a loss. */
export interface LossCall {
  <A extends Operand, B extends Operand>(yTrue: A, yPred: B, weighting?: Weighting): Result<A | B>;
}

/** A loss object: `loss(yTrue, yPred, { sampleWeight })` gives the loss of a batch. */
export type Loss = LossBase & LossCall;

/** A loss that computes: one that may be extended without a `call`. */
export type ComputingLoss = Loss & { call(yTrue: Tensor, yPred: Tensor): Tensor };

/** A loss's class, whose constructor takes arguments P (by position, or by name) in Keras's order. */
export interface LossConstructor<P extends readonly object[]> {
  (...args: Rest<P>): Loss;
  new (...args: Rest<P>): ComputingLoss;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): Loss;
}

export type BaseOptions = [
  { readonly reduction?: Reduction },
  { readonly name?: string | null },
  { readonly dtype?: DType | DTypePolicy | null },
];

export interface LossBaseConstructor {
  (options?: LossOptions): Loss;
  new (options?: LossOptions): LossBase & LossCall;
  fromConfig(config: Readonly<Record<string, unknown>>): Loss;
}

/** The class that custom losses extend; see `LossBase` for its members. */
export const Loss: LossBaseConstructor = callable<typeof LossBase, LossBaseConstructor>(LossBase);
