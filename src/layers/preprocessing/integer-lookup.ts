import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { IndexLookup, type LookupOptions, lookupOptionNames } from "./index-lookup.ts";
import type { TokenInput } from "./tokens.ts";

export interface IntegerLookupOptions extends LookupOptions<number> {
  /** Only `"int64"`. */
  readonly vocabularyDtype?: "int64" | undefined;
  /** How unknown numbers are spread over several places. Default `"floormod"`. */
  readonly oovMethod?: "floormod" | "farmhash" | undefined;
}

class IntegerLookupLayer extends IndexLookup<number> {
  static readonly className = "IntegerLookup";
  static readonly parameters: ParameterTable = {
    maxTokens: null,
    numOovIndices: 1,
    maskToken: null,
    oovToken: -1,
    vocabulary: null,
    vocabularyDtype: "int64",
    idfWeights: null,
    invert: false,
    outputMode: "int",
    sparse: false,
    padToMaxTokens: false,
    oovMethod: "floormod",
    salt: null,
  };

  readonly vocabularyDtype = "int64";

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<IntegerLookupOptions>(
      "IntegerLookup",
      IntegerLookupLayer.parameters,
      args,
      lookupOptionNames,
    );
    super(given);
    if (given.vocabularyDtype !== "int64") {
      throw new OptionError(
        `IntegerLookup: expected \`vocabularyDtype\` to be "int64", received ${JSON.stringify(given.vocabularyDtype)}.`,
      );
    }
  }

  protected override readToken(line: string): number {
    if (/^-?\d+$/.test(line)) return Number(line);
    throw new OptionError(
      `${this.where}: expected whole numbers as tokens, received ${JSON.stringify(line)}.`,
    );
  }
}

export interface IntegerLookup extends IntegerLookupLayer {
  (inputs: TokenInput): Tensor;
}

export interface IntegerLookupConstructor extends LayerConstructor<
  Fixed<IntegerLookup>,
  IntegerLookupOptions,
  [
    maxTokens: "maxTokens",
    numOovIndices: "numOovIndices",
    maskToken: "maskToken",
    oovToken: "oovToken",
    vocabulary: "vocabulary",
    vocabularyDtype: "vocabularyDtype",
    idfWeights: "idfWeights",
    invert: "invert",
    outputMode: "outputMode",
    sparse: "sparse",
    padToMaxTokens: "padToMaxTokens",
    oovMethod: "oovMethod",
    salt: "salt",
  ]
> {}

/**
 * Whole numbers as places in a vocabulary, or as rows that say which occur.
 *
 * @example
 * const lookup = IntegerLookup({ vocabulary: [12, 36] });
 * lookup([36, 7]); // int32 [2, 0]
 * @see Keras `layers/preprocessing/integer_lookup.py`
 */
export const IntegerLookup: IntegerLookupConstructor = callable<
  typeof IntegerLookupLayer,
  IntegerLookupConstructor
>(IntegerLookupLayer);
