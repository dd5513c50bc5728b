import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { greaterEqual } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { keyedUniform } from "../../ops/random.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { checkedNoiseShape, concreteNoiseShape, fraction, type SeedOptions } from "./noise.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface AlphaDropoutOptions<D extends DType = DType> extends SeedOptions<D> {
  /** Share of the elements that is dropped, between 0 and 1. */
  readonly rate?: number | undefined;
  /** Shape of the noise, which is repeated along axes of size 1; null: the input's. Default null. */
  readonly noiseShape?: readonly (number | null)[] | null | undefined;
}

class AlphaDropoutLayer extends LayerBase {
  static readonly className = "AlphaDropout";
  static readonly parameters: ParameterTable = { rate: required, noiseShape: null, seed: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | null;
  readonly seed: number | null;
  /** Null where nothing is drawn. */
  readonly seedGenerator: SeedGenerator | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<AlphaDropoutOptions>("AlphaDropout", AlphaDropoutLayer.parameters, args);
    super(given);
    this.rate = fraction("AlphaDropout", "rate", given.rate);
    this.noiseShape = checkedNoiseShape("AlphaDropout", given.noiseShape);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training !== true || this.seedGenerator === null) return inputs;
    const { rate } = this;
    const shape = concreteNoiseShape(this.where, inputs, this.noiseShape);
    const isKept = greaterEqual(keyedUniform(this.seedGenerator.next(), shape), rate);
    // The limit of selu for ever more negative inputs.
    const saturated = -1.6732632423543772 * 1.0507009873554805;
    const scale = ((1 - rate) * (1 + rate * saturated ** 2)) ** -0.5;
    return add(multiply(where(isKept, inputs, saturated), scale), -scale * saturated * rate);
  }
}

export interface AlphaDropout<D extends DType = DType> extends AlphaDropoutLayer, LayerCall<SameRule<D>> {}

interface AlphaDropoutKind extends LayerKind {
  readonly layer: AlphaDropout<DTypeIn<this>>;
}

export interface AlphaDropoutConstructor extends LayerConstructorOf<
  AlphaDropoutKind,
  { readonly rate: number },
  [rate: "rate"],
  AlphaDropoutOptions,
  [noiseShape: "noiseShape", seed: "seed"]
> {}

/**
 * Dropout that keeps mean and variance, for networks with `selu`.
 *
 * @param rate - Share of the elements that is dropped, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @see Keras `layers/regularization/alpha_dropout.py`
 */
export const AlphaDropout: AlphaDropoutConstructor = callable<
  typeof AlphaDropoutLayer,
  AlphaDropoutConstructor
>(AlphaDropoutLayer);
