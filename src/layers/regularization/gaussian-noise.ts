import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { keyedNormal } from "../../ops/random.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { fraction, type SeedOptions } from "./noise.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface GaussianNoiseOptions<D extends DType = DType> extends SeedOptions<D> {
  /** Standard deviation of the noise, between 0 and 1. */
  readonly stddev?: number | undefined;
}

class GaussianNoiseLayer extends LayerBase {
  static readonly className = "GaussianNoise";
  static readonly parameters: ParameterTable = { stddev: required, seed: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly stddev: number;
  readonly seed: number | null;
  /** Null where nothing is drawn. */
  readonly seedGenerator: SeedGenerator | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<GaussianNoiseOptions>("GaussianNoise", GaussianNoiseLayer.parameters, args);
    super(given);
    this.stddev = fraction("GaussianNoise", "stddev", given.stddev);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.stddev > 0 ? new SeedGenerator(this.seed) : null;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training !== true || this.seedGenerator === null) return inputs;
    return add(inputs, keyedNormal(this.seedGenerator.next(), inputs.dims, 0, this.stddev, inputs.dtype));
  }
}

export interface GaussianNoise<D extends DType = DType> extends GaussianNoiseLayer, LayerCall<SameRule<D>> {}

interface GaussianNoiseKind extends LayerKind {
  readonly layer: GaussianNoise<DTypeIn<this>>;
}

export interface GaussianNoiseConstructor extends LayerConstructorOf<
  GaussianNoiseKind,
  { readonly stddev: number },
  [stddev: "stddev"],
  GaussianNoiseOptions,
  [seed: "seed"]
> {}

/**
 * In training, adds noise of mean 0.
 *
 * @param stddev - Standard deviation of the noise, between 0 and 1.
 * @throws {OptionError} when `stddev` is not between 0 and 1.
 * @see Keras `layers/regularization/gaussian_noise.py`
 */
export const GaussianNoise: GaussianNoiseConstructor = callable<
  typeof GaussianNoiseLayer,
  GaussianNoiseConstructor
>(GaussianNoiseLayer);
