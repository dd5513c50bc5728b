import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import type { LayerBase, LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { type DType, isFloat } from "../../ir/dtypes.ts";
import type { RuleOf, Shape, ShapeRule, WideRule } from "../../ir/shape-types/index.ts";
import { add, divide, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { equal } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { normalize } from "../../ops/normalization.ts";
import { matmul } from "../../ops/products.ts";
import { all } from "../../ops/reductions.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { stopGradient } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, positiveInteger, required } from "../../util/parameters.ts";
import { isVariable } from "../../graph/tracking.ts";
import { TruncatedNormal } from "../../initializers/index.ts";
import { WrapperLayer } from "../core/wrapper.ts";
import type { LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface SpectralNormalizationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** The layer whose kernel (or embeddings) is normalized. */
  readonly layer?: LayerBase | undefined;
  /** Steps of the power iteration at each call. Default 1. */
  readonly powerIterations?: number | undefined;
}

class SpectralNormalizationLayer extends WrapperLayer {
  static override readonly className: string = "SpectralNormalization";
  static override readonly parameters: ParameterTable = { layer: required, powerIterations: 1 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly powerIterations: number;
  /** The wrapped layer's kernel. */
  declare kernel: Variable;
  declare vectorU: Variable;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<SpectralNormalizationOptions>(
      "SpectralNormalization",
      SpectralNormalizationLayer.parameters,
      args,
    );
    super(given);
    this.powerIterations = positiveInteger("SpectralNormalization", "powerIterations", given.powerIterations);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    this.inputSpec = new InputSpec({ minNdim: 1, axes: { [-1]: inputShape.at(-1) ?? null } });
    const kernel = [Reflect.get(this.layer, "kernel"), Reflect.get(this.layer, "embeddings")].find(
      isVariable,
    );
    if (kernel === undefined) {
      throw new OptionError(
        `${this.where}: expected a layer with a kernel or embeddings, received ${this.layer.where}.`,
      );
    }
    this.kernel = kernel;
    this.vectorU = this.addWeight({
      name: "vector_u",
      shape: [1, kernel.shape.at(-1) ?? 1],
      initializer: TruncatedNormal({ stddev: 0.02 }),
      dtype: kernel.dtype,
      trainable: false,
    });
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training === true) this.#normalizeKernel();
    const outputs = this.layer.invoke(inputs) as Tensor; // SAFETY: tensor in, tensor out
    // Indices into embeddings are no reason to round what is found.
    return isFloat(inputs.dtype) ? cast(outputs, inputs.dtype) : outputs;
  }

  /** Divides the kernel by its largest singular value, which the power iteration approaches. */
  #normalizeKernel(): void {
    const kernel = this.kernel.value;
    const matrix: Tensor = stopGradient(reshape(kernel, [-1, kernel.dims.at(-1) ?? 1]));
    const isZero = all(equal(matrix, 0));
    let u = this.vectorU.value;
    let v: Tensor = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = normalize(matmul(u, transpose(matrix)), { axis: null });
      u = normalize(matmul(v, matrix), { axis: null });
    }
    const sigma: Tensor = reshape(matmul(matmul(v, matrix), transpose(u)), []);
    this.vectorU.assign(where(isZero, this.vectorU.value, u));
    // The gradient is that of the kernel as it is now, not of how it came about.
    const change: Tensor = subtract(
      divide(stopGradient(kernel), where(isZero, 1, sigma)),
      stopGradient(kernel),
    );
    this.kernel.assign(add(kernel, change));
  }
}

export interface SpectralNormalization<R extends ShapeRule = WideRule>
  extends SpectralNormalizationLayer, LayerCall<R> {}

interface SpectralNormalizationKind extends LayerKind {
  readonly layer: SpectralNormalization<RuleOf<SettingsIn<this, LayerBase>>>;
}

export interface SpectralNormalizationConstructor extends SettingConstructor<
  SpectralNormalizationKind,
  SpectralNormalizationOptions,
  [layer: "layer"],
  LayerBase,
  [powerIterations: SpectralNormalizationOptions["powerIterations"]]
> {}

/**
 * Wraps a layer and keeps the largest singular value of its kernel at 1 in training.
 *
 * @param layer - A layer with a kernel or embeddings.
 * @see Keras `layers/normalization/spectral_normalization.py`; Miyato et al. (2018)
 */
export const SpectralNormalization: SpectralNormalizationConstructor = callable<
  typeof SpectralNormalizationLayer,
  SpectralNormalizationConstructor
>(SpectralNormalizationLayer);
