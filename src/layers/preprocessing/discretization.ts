import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { WideRule } from "../../ir/shape-types/index.ts";
import { toValue, type TensorInput } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { digitize } from "../../ops/searching.ts";
import { callable } from "../../util/callable.ts";
import { AntlerError, OptionError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { adaptTo } from "../adapt.ts";
import { encode, type OutputMode, outputModes } from "./encode.ts";
import { boundariesOf, merge, type Quantiles, summarize } from "./quantiles.ts";
import { refuseSparse } from "./sparse.ts";

export interface DiscretizationOptions extends LayerOptions {
  /** Where bins begin, in ascending order; values below the first are in bin 0. */
  readonly binBoundaries?: readonly number[] | null | undefined;
  /** Number of bins that `adapt` makes. */
  readonly numBins?: number | null | undefined;
  /** How exact `adapt` finds quantiles. Default 0.01. */
  readonly epsilon?: number | undefined;
  /** Default `"int"`. */
  readonly outputMode?: OutputMode | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
}

class DiscretizationLayer extends LayerBase {
  static readonly className = "Discretization";
  static readonly parameters: ParameterTable = {
    binBoundaries: null,
    numBins: null,
    epsilon: 0.01,
    outputMode: "int",
    sparse: false,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  binBoundaries: readonly number[] | null;
  numBins: number | null;
  readonly epsilon: number;
  readonly outputMode: OutputMode;
  readonly sparse: false;
  #summary: Quantiles = { values: [], weights: [] };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<DiscretizationOptions>(
      "Discretization",
      DiscretizationLayer.parameters,
      args,
    );
    super(given);
    this.binBoundaries = given.binBoundaries ?? null;
    this.numBins = given.numBins ?? null;
    this.epsilon = given.epsilon ?? 0.01;
    this.outputMode = oneOf("Discretization", "outputMode", given.outputMode, outputModes);
    this.sparse = refuseSparse("Discretization", given.sparse);
    if (this.binBoundaries !== null && this.numBins !== null) {
      throw new OptionError(
        "Discretization: expected `binBoundaries` or `numBins`, received both. Leave out `numBins`: the boundaries tell it.",
      );
    }
    if (this.binBoundaries === null && this.numBins === null) {
      throw new OptionError(
        "Discretization: expected `binBoundaries`, or `numBins` and a call of adapt; received neither.",
      );
    }
  }

  /** A layer that was adapted has boundaries as well as a number of bins. */
  static override fromConfig(config: Readonly<Record<string, unknown>>): LayerBase {
    const { numBins, ...rest } = config;
    if (rest["binBoundaries"] === null || rest["binBoundaries"] === undefined)
      return new DiscretizationLayer(config);
    const layer = new DiscretizationLayer(rest);
    layer.numBins = typeof numBins === "number" ? numBins : null;
    return layer;
  }

  /**
   * Finds the boundaries of bins that hold about equally many of the values.
   *
   * @param data - Values, or batches of values.
   * @returns For a `Dataset` of batches, a promise to be awaited.
   */
  adapt(data: AsyncIterable<unknown>): Promise<void>;
  adapt(data: TensorInput | Iterable<TensorInput>): void;
  adapt(data: AsyncIterable<unknown> | TensorInput | Iterable<TensorInput>): Promise<void> | void {
    const { numBins } = this;
    if (numBins === null) {
      throw new OptionError(
        `${this.where}: it was made with binBoundaries; give numBins instead to find them with adapt.`,
      );
    }
    this.#summary = { values: [], weights: [] };
    // SAFETY: toValue checks what it is given
    return adaptTo(
      data,
      (values) => this.updateState(values as TensorInput),
      () => (this.binBoundaries = boundariesOf(this.#summary, numBins)),
    );
  }

  /** Takes more values into account, before `adapt` ends. */
  updateState(data: TensorInput): void {
    const values = toValue(data);
    if (!(values instanceof Tensor))
      throw new AntlerError(`${this.where}: expected values to adapt to, received a symbolic tensor.`);
    this.#summary = merge(
      summarize(Float32Array.from(values.dataSync(), Number), this.epsilon),
      this.#summary,
      this.epsilon,
    );
  }

  override call(inputs: Tensor): Tensor {
    if (this.binBoundaries === null) {
      throw new AntlerError(
        `${this.where}: it has no boundaries yet. Give binBoundaries, or call adapt(data) first.`,
      );
    }
    const dtype: DType = this.outputMode === "int" ? "int32" : this.computeDtype;
    const bins = digitize(
      inputs,
      Tensor.fromData(Float32Array.from(this.binBoundaries), [this.binBoundaries.length], "float32"),
    ) as Tensor; // SAFETY: tensors in, tensor out
    return encode(bins, this.outputMode, this.binBoundaries.length + 1, dtype);
  }

  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, dtype: this.dtypePolicy.name };
  }
}

export interface Discretization extends DiscretizationLayer, LayerCall<WideRule> {}

export interface DiscretizationConstructor extends LayerConstructor<
  Fixed<Discretization>,
  DiscretizationOptions,
  [
    binBoundaries: "binBoundaries",
    numBins: "numBins",
    epsilon: "epsilon",
    outputMode: "outputMode",
    sparse: "sparse",
  ]
> {}

/**
 * Numbers as the number of the bin they fall into.
 *
 * Shapes: as the input for `"int"`; otherwise as `CategoryEncoding` has them.
 *
 * @param binBoundaries - Where bins begin; or give `numBins` and call `adapt(data)`.
 * @see Keras `layers/preprocessing/discretization.py`
 */
export const Discretization: DiscretizationConstructor = callable<
  typeof DiscretizationLayer,
  DiscretizationConstructor
>(DiscretizationLayer);
