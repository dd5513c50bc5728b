import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type {
  AssetStore,
  StoredAssets,
  StoredVariables,
  VariableStore,
} from "../../graph/stored-operation.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type Given, type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { adaptTo } from "../adapt.ts";
import { lookupModes, lookupOptionNames } from "./index-lookup.ts";
import { refuseSparse } from "./sparse.ts";
import { StringLookup } from "./string-lookup.ts";
import { TokenLayer } from "./token-layer.ts";
import { readTokens, type TokenInput, type Tokens } from "./tokens.ts";

/** How a text is made uniform: by name, or a function of one text. */
export type Standardize =
  | "lower_and_strip_punctuation"
  | "lower"
  | "strip_punctuation"
  | ((text: string) => string)
  | null;

/** How a text is cut into tokens: by name, or a function of one text. */
export type Split = "whitespace" | "character" | ((text: string) => readonly string[]) | null;

export interface TextVectorizationOptions extends LayerOptions {
  /** Most tokens, reserved ones included. Default: no limit. */
  readonly maxTokens?: number | null | undefined;
  /** Default `"lower_and_strip_punctuation"`. */
  readonly standardize?: Standardize | undefined;
  /** Default `"whitespace"`. */
  readonly split?: Split | undefined;
  /** Groups of so many neighbouring tokens: up to a number, or of the numbers listed. Default: single tokens. */
  readonly ngrams?: number | readonly number[] | null | undefined;
  /** Default `"int"`. */
  readonly outputMode?: (typeof lookupModes)[number] | undefined;
  /** For `"int"`: length to which rows are cut or filled up. Default: that of the longest. */
  readonly outputSequenceLength?: number | null | undefined;
  /** Whether encoded rows always have `maxTokens` columns. Default false. */
  readonly padToMaxTokens?: boolean | undefined;
  /** Known tokens in order; or call `adapt(texts)`. */
  readonly vocabulary?: readonly string[] | null | undefined;
  readonly idfWeights?: readonly number[] | null | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
  /** Only false: there are no ragged tensors. */
  readonly ragged?: boolean | undefined;
  /** Only `"utf-8"`. */
  readonly encoding?: "utf-8" | undefined;
}

const punctuation = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;

class TextVectorizationLayer extends TokenLayer {
  static readonly className = "TextVectorization";
  static readonly parameters: ParameterTable = {
    maxTokens: null,
    standardize: "lower_and_strip_punctuation",
    split: "whitespace",
    ngrams: null,
    outputMode: "int",
    outputSequenceLength: null,
    padToMaxTokens: false,
    vocabulary: null,
    idfWeights: null,
    sparse: false,
    ragged: false,
    encoding: "utf-8",
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly maxTokens: number | null;
  readonly standardize: Standardize;
  readonly split: Split;
  readonly ngrams: number | readonly number[] | null;
  readonly outputMode: (typeof lookupModes)[number];
  readonly outputSequenceLength: number | null;
  readonly padToMaxTokens: boolean;
  readonly sparse: false;
  readonly ragged: false;
  readonly encoding = "utf-8";
  /** Tracked, as Keras has it, so that files have its state at its place too. */
  readonly _lookupLayer: StringLookup;

  constructor(...args: readonly unknown[]) {
    const where = "TextVectorization";
    const given = bindParameters<Given<TextVectorizationOptions>>(
      where,
      TextVectorizationLayer.parameters,
      args,
      lookupOptionNames,
    );
    super(given);
    const standardizers = ["lower_and_strip_punctuation", "lower", "strip_punctuation"] as const;
    const named = <const T extends string, F>(
      name: string,
      value: T | F | null,
      known: readonly T[],
    ): T | F | null =>
      value === null || typeof value === "function" ? value : oneOf(where, name, value, known);
    this.maxTokens = given.maxTokens;
    this.standardize = named("standardize", given.standardize, standardizers);
    this.split = named("split", given.split, ["whitespace", "character"] as const);
    this.ngrams = given.ngrams;
    this.outputMode = oneOf(where, "outputMode", given.outputMode, lookupModes);
    this.outputSequenceLength = given.outputSequenceLength;
    this.padToMaxTokens = given.padToMaxTokens;
    this.sparse = refuseSparse(where, given.sparse);
    if (given.ragged)
      throw new OptionError(`${where}: expected \`ragged\` to be false, since there are no ragged tensors.`);
    this.ragged = false;
    if (this.outputMode !== "int" && this.outputSequenceLength !== null) {
      throw new OptionError(
        `${where}: \`outputSequenceLength\` is only for outputMode: "int", received "${this.outputMode}".`,
      );
    }
    const { maxTokens, vocabulary, idfWeights, outputMode, padToMaxTokens, encoding } = given;
    this._lookupLayer = StringLookup({
      maxTokens,
      vocabulary,
      idfWeights,
      outputMode,
      padToMaxTokens,
      encoding,
      maskToken: "",
    });
  }

  get vocabulary(): readonly string[] | null {
    return this._lookupLayer.vocabulary;
  }

  get idfWeights(): readonly number[] | null {
    return this._lookupLayer.idfWeights;
  }

  /** The known tokens, `""` (padding) and `"[UNK]"` first. */
  getVocabulary(includeSpecialTokens = true): readonly string[] {
    return this._lookupLayer.getVocabulary(includeSpecialTokens);
  }

  vocabularySize(): number {
    return this._lookupLayer.vocabularySize();
  }

  /** Sets the known tokens. */
  setVocabulary(vocabulary: readonly string[], idfWeights: readonly number[] | null = null): void {
    this._lookupLayer.setVocabulary(vocabulary, idfWeights);
  }

  /**
   * Learns the vocabulary from texts, or batches of texts; the most frequent tokens first.
   *
   * @returns For a `Dataset` of batches, a promise to be awaited.
   */
  adapt(data: AsyncIterable<unknown>): Promise<void>;
  adapt(data: TokenInput | Iterable<TokenInput>): void;
  adapt(data: AsyncIterable<unknown> | TokenInput | Iterable<TokenInput>): Promise<void> | void {
    this._lookupLayer.resetState();
    // SAFETY: readTokens checks what it is given
    return adaptTo(
      data,
      (texts) => this.updateState(texts as TokenInput),
      () => this.finalizeState(),
    );
  }

  /** Counts the tokens of more texts, before `finalizeState`. */
  updateState(data: TokenInput): void {
    this._lookupLayer.countDocuments(this.#rowsOf(readTokens(this.where, data)));
  }

  /** Makes what was counted the vocabulary. */
  finalizeState(): void {
    this._lookupLayer.finalizeState();
  }

  /** Forgets what was counted. */
  resetState(): void {
    this._lookupLayer.resetState();
  }

  /** The tokens of each text. */
  #rowsOf({ values, shape }: Tokens): readonly (readonly string[])[] {
    const texts = values.map((text) => this.#standardized(String(text)));
    if (this.split === null) {
      const length = shape.length > 1 ? (shape.at(-1) ?? 1) : 1;
      return Array.from({ length: texts.length / length }, (_, i) =>
        this.#grouped(texts.slice(i * length, (i + 1) * length)),
      );
    }
    if (shape.length > 1 && shape.at(-1) !== 1) {
      throw new ShapeError(
        `${this.where}: expected texts of shape [batch] or [batch, 1], received [${shape.join(", ")}].`,
      );
    }
    return texts.map((text) => this.#grouped(this.#tokensOf(text)));
  }

  #standardized(text: string): string {
    const { standardize } = this;
    if (standardize === null) return text;
    if (typeof standardize === "function") return standardize(text);
    const lowered = standardize === "strip_punctuation" ? text : text.toLowerCase();
    return standardize === "lower" ? lowered : lowered.replaceAll(punctuation, "");
  }

  #tokensOf(text: string): readonly string[] {
    if (typeof this.split === "function") return this.split(text);
    return this.split === "character" ? [...text] : text.split(/\s+/).filter((token) => token !== "");
  }

  #grouped(tokens: readonly string[]): readonly string[] {
    if (this.ngrams === null) return tokens;
    const widths =
      typeof this.ngrams === "number" ? Array.from({ length: this.ngrams }, (_, i) => i + 1) : this.ngrams;
    return widths.flatMap((width) =>
      tokens
        .slice(0, Math.max(0, tokens.length - width + 1))
        .map((_, i) => tokens.slice(i, i + width).join(" ")),
    );
  }

  protected override process(tokens: Tokens): Tensor {
    const rows = this.#rowsOf(tokens).map((row) => this._lookupLayer.placesOf(row));
    const isSingle = tokens.shape.length === 0;
    const length = this.outputSequenceLength ?? Math.max(0, ...rows.map((row) => row.length));
    const filled = rows.flatMap((row) => Array.from({ length }, (_, i) => row[i] ?? null));
    const shape = isSingle ? [length] : [rows.length, length];
    if (this.outputMode === "int")
      return Tensor.fromData(
        Int32Array.from(filled, (place) => place ?? 0),
        shape,
        "int32",
      );
    return this._lookupLayer.encode(filled, shape);
  }

  override saveOwnVariables(store: VariableStore): void {
    this._lookupLayer.saveOwnVariables(store);
  }

  override loadOwnVariables(store: StoredVariables): void {
    this._lookupLayer.loadOwnVariables(store);
  }

  override saveAssets(files: AssetStore): void {
    this._lookupLayer.saveAssets(files);
  }

  override loadAssets(files: StoredAssets): void {
    this._lookupLayer.loadAssets(files);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), vocabularySize: this.vocabulary === null ? null : this.vocabularySize() };
  }
}

export interface TextVectorization extends TextVectorizationLayer {
  (inputs: TokenInput): Tensor;
}

export interface TextVectorizationConstructor extends LayerConstructor<
  Fixed<TextVectorization>,
  TextVectorizationOptions,
  [
    maxTokens: "maxTokens",
    standardize: "standardize",
    split: "split",
    ngrams: "ngrams",
    outputMode: "outputMode",
    outputSequenceLength: "outputSequenceLength",
    padToMaxTokens: "padToMaxTokens",
    vocabulary: "vocabulary",
    idfWeights: "idfWeights",
    sparse: "sparse",
    ragged: "ragged",
    encoding: "encoding",
  ]
> {}

/**
 * Texts as rows of token numbers, or as rows that say which tokens occur.
 *
 * It reads strings `[batch]` or `[batch, 1]` before they reach a model and gives `[batch, tokens]`; 0 is padding, 1 an
 * unknown token.
 *
 * @example
 * const vectorize = TextVectorization({ outputSequenceLength: 4 });
 * vectorize.adapt(["foo bar", "bar baz"]);
 * vectorize(["Foo bar!"]); // int32 [[3, 2, 0, 0]] or alike
 * @see Keras `layers/preprocessing/text_vectorization.py`
 */
export const TextVectorization: TextVectorizationConstructor = callable<
  typeof TextVectorizationLayer,
  TextVectorizationConstructor
>(TextVectorizationLayer);
