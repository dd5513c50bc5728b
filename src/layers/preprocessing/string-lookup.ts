import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { IndexLookup, type LookupOptions, lookupOptionNames } from "./index-lookup.ts";
import type { TokenInput } from "./tokens.ts";

export interface StringLookupOptions extends LookupOptions<string> {
  /** Only `"utf-8"`. */
  readonly encoding?: "utf-8" | undefined;
}

class StringLookupLayer extends IndexLookup<string> {
  static readonly className = "StringLookup";
  static readonly parameters: ParameterTable = {
    maxTokens: null,
    numOovIndices: 1,
    maskToken: null,
    oovToken: "[UNK]",
    vocabulary: null,
    idfWeights: null,
    invert: false,
    outputMode: "int",
    padToMaxTokens: false,
    sparse: false,
    encoding: "utf-8",
    salt: null,
  };

  readonly encoding = "utf-8";

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<StringLookupOptions>(
      "StringLookup",
      StringLookupLayer.parameters,
      args,
      lookupOptionNames,
    );
    super(given);
    if (given.encoding !== "utf-8")
      throw new OptionError(
        `StringLookup: expected \`encoding\` to be "utf-8", received ${JSON.stringify(given.encoding)}.`,
      );
  }

  protected override readToken(line: string): string {
    return line;
  }
}

export interface StringLookup extends StringLookupLayer {
  (inputs: TokenInput): Tensor;
}

export interface StringLookupConstructor extends LayerConstructor<
  Fixed<StringLookup>,
  StringLookupOptions,
  [
    maxTokens: "maxTokens",
    numOovIndices: "numOovIndices",
    maskToken: "maskToken",
    oovToken: "oovToken",
    vocabulary: "vocabulary",
    idfWeights: "idfWeights",
    invert: "invert",
    outputMode: "outputMode",
    padToMaxTokens: "padToMaxTokens",
    sparse: "sparse",
    encoding: "encoding",
    salt: "salt",
  ]
> {}

/**
 * Words as numbers: their places in a vocabulary, or rows that say which occur.
 *
 * It reads nested arrays of strings, before they reach a model. With `invert` it gives the strings at places instead.
 *
 * @example
 * const lookup = StringLookup({ vocabulary: ["a", "b"] });
 * lookup(["b", "?"]); // int32 [2, 0]
 * @see Keras `layers/preprocessing/string_lookup.py`
 */
export const StringLookup: StringLookupConstructor = callable<
  typeof StringLookupLayer,
  StringLookupConstructor
>(StringLookupLayer);
