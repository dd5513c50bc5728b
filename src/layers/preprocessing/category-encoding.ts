import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerCallOptions, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { WideRule } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { encode } from "./encode.ts";
import { refuseSparse } from "./sparse.ts";

const modes = ["multi_hot", "one_hot", "count"] as const;

export interface CategoryEncodingOptions extends LayerOptions {
  /** Number of categories; categories are 0 … numTokens − 1. */
  readonly numTokens?: number | null | undefined;
  /** Which categories occur, each category by itself, or how often each occurs. Default `"multi_hot"`. */
  readonly outputMode?: (typeof modes)[number] | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
}

class CategoryEncodingLayer extends LayerBase {
  static readonly className = "CategoryEncoding";
  static readonly parameters: ParameterTable = { numTokens: null, outputMode: "multi_hot", sparse: false };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["countWeights"] };

  readonly numTokens: number;
  readonly outputMode: (typeof modes)[number];
  readonly sparse: false;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<CategoryEncodingOptions>(
      "CategoryEncoding",
      CategoryEncodingLayer.parameters,
      args,
    );
    super(given);
    this.numTokens = positiveInteger("CategoryEncoding", "numTokens", given.numTokens);
    this.outputMode = oneOf("CategoryEncoding", "outputMode", given.outputMode, modes);
    this.sparse = refuseSparse("CategoryEncoding", given.sparse);
  }

  override call(
    inputs: Tensor,
    { countWeights = null }: { readonly countWeights?: Tensor | null } = {},
  ): unknown {
    if (countWeights !== null && this.outputMode !== "count") {
      throw new OptionError(
        `${this.where}: \`countWeights\` is only for outputMode: "count", received outputMode: "${this.outputMode}".`,
      );
    }
    const weights = countWeights === null ? null : (cast(countWeights, this.computeDtype) as Tensor); // SAFETY: tensor in, tensor out
    return encode(
      cast(inputs, "int32") as Tensor,
      this.outputMode,
      this.numTokens,
      this.computeDtype,
      weights,
    ); // SAFETY: as above
  }
}

export interface CategoryEncoding
  extends
    CategoryEncodingLayer,
    LayerCall<WideRule, LayerCallOptions & { readonly countWeights?: unknown }> {}

export interface CategoryEncodingConstructor extends LayerConstructor<
  Fixed<CategoryEncoding>,
  CategoryEncodingOptions,
  [numTokens: "numTokens", outputMode: "outputMode", sparse: "sparse"]
> {}

/**
 * Whole numbers as categories: `"one_hot"`, `"multi_hot"` or `"count"` rows.
 *
 * Shapes: `[batch, n]` → `[batch, numTokens]`; `"one_hot"`: `[…, n]` → `[…, n, numTokens]`. A call takes `countWeights`
 * for `"count"`.
 *
 * @see Keras `layers/preprocessing/category_encoding.py`
 */
export const CategoryEncoding: CategoryEncodingConstructor = callable<
  typeof CategoryEncodingLayer,
  CategoryEncodingConstructor
>(CategoryEncodingLayer);
