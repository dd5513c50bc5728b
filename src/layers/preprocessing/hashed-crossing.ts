import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { containsSymbolic } from "../../ops/core/value.ts";
import { callable } from "../../util/callable.ts";
import { AntlerError, ShapeError } from "../../util/errors.ts";
import { fingerprint64, joinFingerprints } from "../../util/farm-hash.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { refuseSparse } from "./sparse.ts";
import { encodePlaces } from "./token-layer.ts";
import { readTokens, type Token, type TokenInput } from "./tokens.ts";

export interface HashedCrossingOptions extends LayerOptions {
  readonly numBins?: number | undefined;
  /** Default `"int"`. */
  readonly outputMode?: "int" | "one_hot" | undefined;
  /** Only false: there are no sparse tensors. */
  readonly sparse?: boolean | undefined;
}

/** What TensorFlow begins such hashes with. */
const start = 0xdecafcaffen;

class HashedCrossingLayer extends LayerBase {
  static readonly className = "HashedCrossing";
  static readonly parameters: ParameterTable = { numBins: required, outputMode: "int", sparse: false };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: [] };

  readonly numBins: number;
  readonly outputMode: "int" | "one_hot";
  readonly sparse: false;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<HashedCrossingOptions>(
      "HashedCrossing",
      HashedCrossingLayer.parameters,
      args,
    );
    super(given);
    this.numBins = positiveInteger("HashedCrossing", "numBins", given.numBins);
    this.outputMode = oneOf("HashedCrossing", "outputMode", given.outputMode, ["int", "one_hot"]);
    this.sparse = refuseSparse("HashedCrossing", given.sparse);
  }

  override invoke(...given: readonly unknown[]): unknown {
    if (containsSymbolic(given)) {
      throw new AntlerError(
        `${this.where}: it reads strings, which graphs cannot hold. Apply it to the data before they reach the model.`,
      );
    }
    return this.call(given[0]);
  }

  override call(inputs: unknown): Tensor {
    const features = Array.isArray(inputs) ? inputs.map((feature) => readTokens(this.where, feature)) : [];
    const [first] = features;
    if (first === undefined || features.length < 2)
      throw new ShapeError(
        `${this.where}: expected a list of at least two features, received ${features.length}.`,
      );
    const odd = features.find(({ shape }) => shape.join() !== first.shape.join());
    const isColumn = first.shape.length <= 1 || (first.shape.length === 2 && first.shape[1] === 1);
    if (odd !== undefined || !isColumn) {
      throw new ShapeError(
        `${this.where}: expected features of one shape, [batch] or [batch, 1]; received ${features.map(({ shape }) => `[${shape.join(", ")}]`).join(", ")}.`,
      );
    }
    const bins = first.values.map((_, i) => {
      const hash = features.reduce(
        (joined, { values }) => joinFingerprints(joined, hashOf(values[i] ?? 0)),
        start,
      );
      return Number(hash % BigInt(this.numBins));
    });
    if (this.outputMode === "int") return Tensor.fromData(Int32Array.from(bins), first.shape, "int32");
    return encodePlaces(bins, first.shape, "one_hot", this.numBins);
  }

  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, dtype: this.dtypePolicy.name };
  }
}

function hashOf(token: Token): bigint {
  return typeof token === "string" ? fingerprint64(token) : BigInt.asUintN(64, BigInt(Math.trunc(token)));
}

export interface HashedCrossing extends HashedCrossingLayer {
  (inputs: readonly TokenInput[]): Tensor;
}

export interface HashedCrossingConstructor extends LayerConstructorOf<
  Fixed<HashedCrossing>,
  { readonly numBins: number },
  [numBins: "numBins"],
  HashedCrossingOptions,
  [outputMode: "outputMode", sparse: "sparse"]
> {}

/**
 * Combinations of several features as bins, by their hash.
 *
 * Shapes: features `[batch]` or `[batch, 1]` → the same for `"int"`, `[batch, numBins]` for `"one_hot"`.
 *
 * @param numBins - Number of bins.
 * @see Keras `layers/preprocessing/hashed_crossing.py`
 */
export const HashedCrossing: HashedCrossingConstructor = callable<
  typeof HashedCrossingLayer,
  HashedCrossingConstructor
>(HashedCrossingLayer);
