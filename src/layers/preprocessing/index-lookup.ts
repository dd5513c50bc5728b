import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type {
  AssetStore,
  StoredAssets,
  StoredVariables,
  VariableStore,
} from "../../graph/stored-operation.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { OptionError } from "../../util/errors.ts";
import { fingerprint64 } from "../../util/farm-hash.ts";
import { oneOf } from "../../util/options.ts";
import { sipHash64 } from "../../util/sip-hash.ts";
import { layerOptionNames } from "../../util/parameters.ts";
import { type Salt, saltOf } from "./salt.ts";
import { adaptTo } from "../adapt.ts";
import { refuseSparse } from "./sparse.ts";
import { documentsOf, encodePlaces, TokenLayer } from "./token-layer.ts";
import { nest, readTokens, type Token, type TokenInput, type Tokens } from "./tokens.ts";
import { checkTokens, TokenCounter } from "./vocabulary.ts";

export const lookupModes = ["int", "one_hot", "multi_hot", "count", "tf_idf"] as const;

/** The file in a model's `assets` that holds a vocabulary. */
const vocabularyFile = "vocabulary.txt";

/** Options of lookups. */
export interface LookupOptions<T extends Token> extends LayerOptions {
  /** Most tokens, reserved ones included. Default: no limit. */
  readonly maxTokens?: number | null | undefined;
  /** Number of places for unknown tokens. Default 1. */
  readonly numOovIndices?: number | undefined;
  /** The token that is padding: place 0 for `"int"`, otherwise not counted. */
  readonly maskToken?: T | null | undefined;
  /** What unknown tokens become when `invert`ed. */
  readonly oovToken?: T | null | undefined;
  /** Known tokens in order; or call `adapt(data)`. */
  readonly vocabulary?: readonly T[] | null | undefined;
  /** For `"tf_idf"`: one for each token. */
  readonly idfWeights?: readonly number[] | null | undefined;
  /** From places to tokens. Default false. */
  readonly invert?: boolean | undefined;
  /** Default `"int"`. */
  readonly outputMode?: (typeof lookupModes)[number] | undefined;
  /** Whether encoded rows always have `maxTokens` columns. Default false. */
  readonly padToMaxTokens?: boolean | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
  /** Key of the hash that spreads unknown tokens over several places. */
  readonly salt?: number | readonly [number, number] | null | undefined;
}

/** Options that files hold besides those of the constructor. */
export const lookupOptionNames: readonly string[] = [
  ...layerOptionNames,
  "vocabularySize",
  "hasInputVocabulary",
  "vocabularyDtype",
  "oovMethod",
];

/** Base of StringLookup and IntegerLookup. @see Keras `layers/preprocessing/index_lookup.py` */
export abstract class IndexLookup<T extends Token> extends TokenLayer {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: T | null;
  readonly oovToken: T | null;
  readonly invert: boolean;
  readonly outputMode: (typeof lookupModes)[number];
  readonly padToMaxTokens: boolean;
  readonly sparse: false;
  readonly oovMethod: "floormod" | "farmhash";
  readonly salt: Salt | null;
  #tokens: readonly Token[] = [];
  #places: ReadonlyMap<Token, number> = new Map();
  #idf: readonly number[] | null = null;
  #counter = new TokenCounter();
  /** Whether the constructor was told the vocabulary, so that the configuration of the layer's model has it. */
  readonly #isGiven: boolean;

  constructor(given: LookupOptions<T> & { readonly oovMethod?: unknown }) {
    super(given);
    this.maxTokens = given.maxTokens ?? null;
    this.numOovIndices = given.numOovIndices ?? 1;
    this.maskToken = given.maskToken ?? null;
    this.oovToken = given.oovToken ?? null;
    this.invert = given.invert ?? false;
    this.outputMode = oneOf(this.where, "outputMode", given.outputMode, lookupModes);
    this.padToMaxTokens = given.padToMaxTokens ?? false;
    this.sparse = refuseSparse(this.where, given.sparse);
    this.oovMethod = oneOf(this.where, "oovMethod", given.oovMethod ?? "floormod", ["floormod", "farmhash"]);
    this.salt = saltOf(this.where, given.salt);
    this.#check();
    this.#isGiven = given.vocabulary !== null && given.vocabulary !== undefined;
    if (given.vocabulary !== null && given.vocabulary !== undefined)
      this.setVocabulary(given.vocabulary, given.idfWeights ?? null);
  }

  #check(): void {
    const refuse = (what: string): never => {
      throw new OptionError(`${this.where}: ${what}.`);
    };
    if (this.maxTokens !== null && this.maxTokens <= 1)
      refuse(`expected \`maxTokens\` above 1, received ${this.maxTokens}`);
    if (this.numOovIndices < 0)
      refuse(`expected \`numOovIndices\` not below 0, received ${this.numOovIndices}`);
    if (this.padToMaxTokens && this.maxTokens === null) refuse("padToMaxTokens needs `maxTokens`");
    if (this.invert && this.outputMode !== "int")
      refuse(`expected outputMode: "int" with invert, received "${this.outputMode}"`);
  }

  /** Places before those of unknown tokens: one for the mask. */
  get #oovStart(): number {
    return this.maskToken !== null && this.outputMode === "int" ? 1 : 0;
  }

  get #tokenStart(): number {
    return this.#oovStart + this.numOovIndices;
  }

  /** The known tokens, those for the mask and for unknown ones first. */
  getVocabulary(includeSpecialTokens = true): readonly T[] {
    const special = [
      ...new Array<unknown>(this.#oovStart).fill(this.maskToken),
      ...new Array<unknown>(this.numOovIndices).fill(this.oovToken),
    ];
    return [...(includeSpecialTokens ? special : []), ...this.#tokens] as readonly T[]; // SAFETY: only such tokens are let in
  }

  get vocabulary(): readonly T[] | null {
    return this.#tokens.length === 0 ? null : this.getVocabulary(false);
  }

  get idfWeights(): readonly number[] | null {
    return this.#idf === null ? null : this.#idf.slice(this.#tokenStart, this.vocabularySize());
  }

  vocabularySize(): number {
    return this.#tokenStart + this.#tokens.length;
  }

  /**
   * Sets the known tokens; reserved ones may stand in front.
   *
   * @throws {OptionError} for tokens that occur twice, are reserved or too many.
   */
  setVocabulary(vocabulary: readonly T[], idfWeights: readonly number[] | null = null): void {
    const special = this.getVocabulary().slice(0, this.#tokenStart);
    const hasSpecial = special.length > 0 && special.every((token, i) => token === vocabulary[i]);
    const tokens = hasSpecial ? vocabulary.slice(special.length) : vocabulary;
    checkTokens(this.where, tokens, [this.maskToken, this.invert ? this.oovToken : null]);
    this.#learn(tokens);
    if ((this.outputMode === "tf_idf") !== (idfWeights !== null)) {
      throw new OptionError(
        `${this.where}: \`idfWeights\` belong to outputMode: "tf_idf", received outputMode: "${this.outputMode}" ${idfWeights === null ? "without" : "with"} them.`,
      );
    }
    if (idfWeights === null) return;
    if (idfWeights.length !== vocabulary.length) {
      throw new OptionError(
        `${this.where}: expected ${vocabulary.length} idfWeights, one for each token, received ${idfWeights.length}.`,
      );
    }
    this.#idf = hasSpecial ? idfWeights : this.#padded(idfWeights);
  }

  /** Unknown tokens count as an average one. */
  #padded(weights: readonly number[]): readonly number[] {
    const average = weights.reduce((a, b) => a + b, 0) / weights.length;
    return [...new Array<number>(this.#tokenStart).fill(average), ...weights];
  }

  #learn(tokens: readonly Token[]): void {
    const size = this.#tokenStart + tokens.length;
    if (this.maxTokens !== null && size > this.maxTokens) {
      throw new OptionError(
        `${this.where}: expected a vocabulary of at most ${this.maxTokens} tokens, reserved ones included; received ${size}.`,
      );
    }
    this.#tokens = [...tokens];
    this.#places = new Map(tokens.map((token, i) => [token, this.#tokenStart + i]));
  }

  /**
   * Learns the vocabulary from data: tokens, or batches of tokens; the most frequent first.
   *
   * @returns For a `Dataset` of batches, a promise to be awaited.
   */
  adapt(data: AsyncIterable<unknown>): Promise<void>;
  adapt(data: TokenInput | Iterable<TokenInput>): void;
  adapt(data: AsyncIterable<unknown> | TokenInput | Iterable<TokenInput>): Promise<void> | void {
    this.resetState();
    // SAFETY: readTokens checks what it is given
    return adaptTo(
      data,
      (tokens) => this.updateState(tokens as TokenInput),
      () => this.finalizeState(),
    );
  }

  /** Counts more tokens, before `finalizeState`. */
  updateState(data: TokenInput): void {
    this.countDocuments(documentsOf(readTokens(this.where, data)));
  }

  /** Counts documents, which may differ in length. */
  countDocuments(documents: readonly (readonly Token[])[]): void {
    this.#counter.add(documents);
  }

  /** Makes what was counted the vocabulary. */
  finalizeState(): void {
    const ranked = this.#counter.ranked([this.maskToken, this.oovToken]);
    const tokens = this.maxTokens === null ? ranked : ranked.slice(0, this.maxTokens - this.#tokenStart);
    if (tokens.length === 0) return;
    this.#learn(tokens);
    if (this.outputMode === "tf_idf")
      this.#idf = this.#padded(tokens.map((token) => this.#counter.inverseFrequency(token)));
    this.resetState();
  }

  /** Forgets what was counted. */
  resetState(): void {
    this.#counter = new TokenCounter();
  }

  /** Places of tokens; null for the mask where it does not count. */
  placesOf(values: readonly Token[]): readonly (number | null)[] {
    return values.map((token) => {
      if (token === this.maskToken) return this.outputMode === "int" ? 0 : null;
      return this.#places.get(token) ?? this.#unknown(token);
    });
  }

  #unknown(token: Token): number {
    if (this.numOovIndices === 0) {
      throw new OptionError(
        `${this.where}: unknown token ${JSON.stringify(token)}. Set numOovIndices: 1 to give unknown tokens a place.`,
      );
    }
    if (this.numOovIndices === 1) return this.#oovStart;
    const count = this.numOovIndices;
    if (typeof token === "number" && this.oovMethod === "floormod")
      return this.#oovStart + (((token % count) + count) % count);
    const hash =
      this.salt === null
        ? fingerprint64(String(token))
        : sipHash64(String(token), [BigInt(this.salt[0]), BigInt(this.salt[1])]);
    return this.#oovStart + Number(hash % BigInt(count));
  }

  protected override process({ values, shape }: Tokens): unknown {
    if (this.invert) return this.tokensAt(values, shape);
    const places = this.placesOf(values);
    if (this.outputMode === "int")
      return Tensor.fromData(
        Int32Array.from(places, (place) => place ?? 0),
        shape,
        "int32",
      );
    return this.encode(places, shape);
  }

  /** Places as rows of the output mode. */
  encode(places: readonly (number | null)[], shape: readonly number[]): Tensor {
    if (this.outputMode === "int") throw new OptionError(`${this.where}: places are the output already.`);
    const depth = this.padToMaxTokens ? (this.maxTokens ?? 0) : this.vocabularySize();
    return encodePlaces(
      places,
      shape,
      this.outputMode,
      depth,
      this.outputMode === "tf_idf" ? this.#idf : null,
    );
  }

  /** The tokens at places, nested as these. */
  protected tokensAt(places: readonly Token[], shape: readonly number[]): unknown {
    const vocabulary = this.getVocabulary();
    const tokens = places.map((place) => vocabulary[Number(place)] ?? this.oovToken);
    if (tokens.some((token) => typeof token === "string")) return nest(tokens, shape);
    return Tensor.fromData(Int32Array.from(tokens, Number), shape, "int32");
  }

  /** The vocabulary is written also where `adapt` found it, so that nothing else need be kept. */
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      vocabularySize: this.#tokens.length === 0 ? null : this.vocabularySize(),
      oovMethod: this.oovMethod,
    };
  }

  override saveOwnVariables(store: VariableStore): void {
    if (this.#idf !== null) store.set("idf_weights", Float32Array.from(this.#idf));
  }

  override loadOwnVariables(store: StoredVariables): void {
    const weights = store.get("idf_weights");
    if (weights !== undefined) this.#idf = Array.from(weights.dataSync(), Number);
  }

  /** A vocabulary that was learnt or set later is a file of its own, one token a line. */
  override saveAssets(files: AssetStore): void {
    if (this.#isGiven || this.#tokens.length === 0) return;
    const lines = this.getVocabulary().map(String);
    const broken = lines.find((line) => /[\r\n]/.test(line));
    if (broken !== undefined) {
      throw new OptionError(
        `${this.where}: the token ${JSON.stringify(broken)} cannot stand on one line of a file. Give the vocabulary to the constructor, then the configuration keeps it.`,
      );
    }
    files.set(vocabularyFile, lines.join("\n"));
  }

  override loadAssets(files: StoredAssets): void {
    const file = files.get(vocabularyFile);
    if (this.#isGiven || file === undefined) return;
    const lines = new TextDecoder("utf-8", { fatal: true }).decode(file).split(/\r?\n/);
    while (lines.at(-1) === "") lines.pop();
    const idf = this.#idf;
    this.setVocabulary(
      lines.map((line) => this.readToken(line)),
      this.outputMode === "tf_idf" ? idf : null,
    );
  }

  /** The token that a line of a vocabulary's file stands for. */
  protected abstract readToken(line: string): T;
}
