import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { keyedNormal } from "../../ops/random.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { fraction, type SeedOptions } from "./noise.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface GaussianDropoutOptions<D extends DType = DType> extends SeedOptions<D> {
  /** Share of the elements that is dropped, between 0 and 1. */
  readonly rate?: number | undefined;
}

class GaussianDropoutLayer extends LayerBase {
  static readonly className = "GaussianDropout";
  static readonly parameters: ParameterTable = { rate: required, seed: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly rate: number;
  readonly seed: number | null;
  /** Null where nothing is drawn. */
  readonly seedGenerator: SeedGenerator | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<GaussianDropoutOptions>(
      "GaussianDropout",
      GaussianDropoutLayer.parameters,
      args,
    );
    super(given);
    this.rate = fraction("GaussianDropout", "rate", given.rate);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training !== true || this.seedGenerator === null) return inputs;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return multiply(inputs, keyedNormal(this.seedGenerator.next(), inputs.dims, 1, stddev, inputs.dtype));
  }
}

export interface GaussianDropout<D extends DType = DType>
  extends GaussianDropoutLayer, LayerCall<SameRule<D>> {}

interface GaussianDropoutKind extends LayerKind {
  readonly layer: GaussianDropout<DTypeIn<this>>;
}

export interface GaussianDropoutConstructor extends LayerConstructorOf<
  GaussianDropoutKind,
  { readonly rate: number },
  [rate: "rate"],
  GaussianDropoutOptions,
  [seed: "seed"]
> {}

/**
 * In training, multiplies by noise of mean 1 and standard deviation `√(rate / (1 − rate))`.
 *
 * @param rate - As for `Dropout`, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @see Keras `layers/regularization/gaussian_dropout.py`
 */
export const GaussianDropout: GaussianDropoutConstructor = callable<
  typeof GaussianDropoutLayer,
  GaussianDropoutConstructor
>(GaussianDropoutLayer);
