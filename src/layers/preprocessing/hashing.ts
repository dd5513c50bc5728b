import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { fingerprint64 } from "../../util/farm-hash.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import { sipHash64 } from "../../util/sip-hash.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { type OutputMode, outputModes } from "./encode.ts";
import { type Salt, saltOf } from "./salt.ts";
import { refuseSparse } from "./sparse.ts";
import { encodePlaces, TokenLayer } from "./token-layer.ts";
import type { Token, TokenInput, Tokens } from "./tokens.ts";

export interface HashingOptions extends LayerOptions {
  readonly numBins?: number | undefined;
  /** What falls into bin 0, which then holds nothing else. */
  readonly maskValue?: Token | null | undefined;
  /** Key of a hash that nobody can foresee (SipHash); without it FarmHash is used. */
  readonly salt?: number | readonly [number, number] | null | undefined;
  /** Default `"int"`. */
  readonly outputMode?: OutputMode | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
}

class HashingLayer extends TokenLayer {
  static readonly className = "Hashing";
  static readonly parameters: ParameterTable = {
    numBins: required,
    maskValue: null,
    salt: null,
    outputMode: "int",
    sparse: false,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly numBins: number;
  readonly maskValue: Token | null;
  readonly salt: Salt | null;
  readonly outputMode: OutputMode;
  readonly sparse: false;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<HashingOptions>("Hashing", HashingLayer.parameters, args);
    super(given);
    this.numBins = positiveInteger("Hashing", "numBins", given.numBins);
    this.maskValue = given.maskValue ?? null;
    this.salt = saltOf("Hashing", given.salt);
    this.outputMode = oneOf("Hashing", "outputMode", given.outputMode, outputModes);
    this.sparse = refuseSparse("Hashing", given.sparse);
  }

  protected override process({ values, shape }: Tokens): Tensor {
    const bins = values.map((token) => this.#binOf(token));
    if (this.outputMode === "int") return Tensor.fromData(Int32Array.from(bins), shape, "int32");
    return encodePlaces(bins, shape, this.outputMode, this.numBins);
  }

  #binOf(token: Token): number {
    const isMasked = this.maskValue !== null && this.numBins > 1;
    if (isMasked && token === this.maskValue) return 0;
    const text = typeof token === "number" ? String(Math.trunc(token)) : token;
    const hash =
      this.salt === null
        ? fingerprint64(text)
        : sipHash64(text, [BigInt(this.salt[0]), BigInt(this.salt[1])]);
    return isMasked ? 1 + Number(hash % BigInt(this.numBins - 1)) : Number(hash % BigInt(this.numBins));
  }
}

export interface Hashing extends HashingLayer {
  (inputs: TokenInput): Tensor;
}

export interface HashingConstructor extends LayerConstructorOf<
  Fixed<Hashing>,
  { readonly numBins: number },
  [numBins: "numBins"],
  HashingOptions,
  [maskValue: "maskValue", salt: "salt", outputMode: "outputMode", sparse: "sparse"]
> {}

/**
 * Words or whole numbers as bins, by their hash: no vocabulary is needed, but different ones may share a bin.
 *
 * @param numBins - Number of bins.
 * @see Keras `layers/preprocessing/hashing.py`
 */
export const Hashing: HashingConstructor = callable<typeof HashingLayer, HashingConstructor>(HashingLayer);
