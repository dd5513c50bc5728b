import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { checkedNoiseShape, concreteNoiseShape, dropout, fraction, type SeedOptions } from "./noise.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface DropoutOptions<D extends DType = DType> extends SeedOptions<D> {
  /** Share of the elements that is dropped, between 0 and 1. */
  readonly rate?: number | undefined;
  /** Shape of the noise, which is repeated along axes of size 1; null: the input's. Default null. */
  readonly noiseShape?: readonly (number | null)[] | null | undefined;
}

class DropoutLayer extends LayerBase {
  static readonly className = "Dropout";
  static readonly parameters: ParameterTable = { rate: required, noiseShape: null, seed: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | null;
  readonly seed: number | null;
  /** Null where nothing is drawn. */
  readonly seedGenerator: SeedGenerator | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<DropoutOptions>("Dropout", DropoutLayer.parameters, args);
    super(given);
    this.rate = fraction("Dropout", "rate", given.rate);
    this.noiseShape = checkedNoiseShape("Dropout", given.noiseShape);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training !== true || this.seedGenerator === null) return inputs;
    return dropout(
      inputs,
      this.rate,
      concreteNoiseShape(this.where, inputs, this.noiseShape),
      this.seedGenerator,
    );
  }
}

export interface Dropout<D extends DType = DType> extends DropoutLayer, LayerCall<SameRule<D>> {}

interface DropoutKind extends LayerKind {
  readonly layer: Dropout<DTypeIn<this>>;
}

export interface DropoutConstructor extends LayerConstructorOf<
  DropoutKind,
  { readonly rate: number },
  [rate: "rate"],
  DropoutOptions,
  [noiseShape: "noiseShape", seed: "seed"]
> {}

/**
 * In training, zeroes a share of the elements and scales the others up; otherwise passes its input on.
 *
 * @param rate - Share of the elements that is dropped, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @example
 * const y = Dropout(0.5)(Input({ shape: [8] })); // y.shape → [null, 8]
 * @see Keras `layers/regularization/dropout.py`
 */
export const Dropout: DropoutConstructor = callable<typeof DropoutLayer, DropoutConstructor>(DropoutLayer);
