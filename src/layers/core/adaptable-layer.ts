import type { Constraint } from "../../constraints/constraint.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { withNameScopes } from "../../graph/naming.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { zerosLike } from "../../ops/creation.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import type { QuantizationConfig } from "../../quantizers/configs.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { AntlerError, OptionError } from "../../util/errors.ts";
import { bindArguments } from "../../util/options.ts";
import { positiveInteger } from "../../util/parameters.ts";

export interface AdaptationOptions {
  /** Rank of a part that is trained beside the layer's weight, which then stands still (LoRA). Default none. */
  readonly loraRank?: number | null | undefined;
  /** The part counts `loraAlpha / loraRank`. Default: the rank. */
  readonly loraAlpha?: number | null | undefined;
  /** How the layer's weight is quantized, as `quantize` leaves it. Default none. */
  readonly quantizationConfig?: QuantizationConfig | null | undefined;
}

export interface EnableLoraOptions {
  /** The part counts `loraAlpha / rank`. Default: the rank. */
  readonly loraAlpha?: number | null | undefined;
  /** Of the part's factor at the inputs. Default `"he_uniform"`. */
  readonly aInitializer?: InitializerLike | undefined;
  /** Of the part's factor at the outputs. Default `"zeros"`: the layer then begins as it was. */
  readonly bInitializer?: InitializerLike | undefined;
}

/** A layer's largest weight, and what the layer was told of it. */
export interface MainWeight {
  readonly variable: Variable;
  readonly shape: readonly number[];
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
}

/** The names of the options, for tables of layers whose own do not have them. */
export const adaptationNames = ["loraRank", "loraAlpha", "quantizationConfig"] as const;

/**
 * A layer with one large weight, which can stand still while a part of low rank is trained beside it: `weight +
 * loraAlpha / rank · a @ b`. Files have the sum.
 *
 * @see "LoRA: low-rank adaptation of large language models", Hu et al. 2021
 */
export abstract class AdaptableLayer extends LayerBase {
  loraRank: number | null;
  loraAlpha: number | null;
  loraEnabled = false;
  quantizationConfig: QuantizationConfig | null;
  /** `a` and `b`. */
  #factors: readonly [a: Variable, b: Variable] | null = null;

  constructor(given: LayerOptions & AdaptationOptions) {
    super(given);
    const { loraRank = null, loraAlpha = null, quantizationConfig = null } = given;
    this.loraRank = loraRank === null ? null : positiveInteger(this.className, "loraRank", loraRank);
    this.loraAlpha = loraAlpha ?? loraRank;
    this.quantizationConfig = quantizationConfig;
    if (this.quantizationMode !== null && !this.isQuantizedForm)
      throw new OptionError(
        `${this.where}: a quantized layer is made by quantize("${this.quantizationMode}"), or read by layers.deserialize and models.loadModel, not with the dtype "${this.dtypePolicy.name}".`,
      );
  }

  /** The weight that low-rank parts are added to, and that is quantized. */
  abstract get mainWeight(): MainWeight;

  /** Whether the class keeps its weight in a quantized form. */
  get isQuantizedForm(): boolean {
    return false;
  }

  /**
   * Takes the weight out of training, and trains a part of low rank beside it instead. Compile the model afterwards.
   *
   * @throws {AntlerError} when the layer is not built yet, has a part already, or keeps its weight within a constraint.
   */
  enableLora(
    rank: number,
    ...options: readonly (EnableLoraOptions | Initializer | number | string | null | undefined)[]
  ): void {
    const names = ["rank", "loraAlpha", "aInitializer", "bInitializer"];
    const args = [rank, ...options];
    const bound = bindArguments(`${this.where}: enableLora`, names, args, [], () => false);
    const given = bound as EnableLoraOptions; // SAFETY: names are checked
    if (!this.built)
      throw new AntlerError(
        `${this.where}: it has no weights yet. Call it, or its model, once before enableLora.`,
      );
    if (this.loraEnabled)
      throw new AntlerError(`${this.where}: it has a low-rank part already, of rank ${this.loraRank}.`);
    this.addLowRank(positiveInteger(`${this.where}: enableLora`, "rank", rank), given);
  }

  /** Adds the part, at the end of building where the constructor was told to. */
  protected addLowRank(rank: number, options: EnableLoraOptions = {}): void {
    const { variable, shape, regularizer, constraint } = this.mainWeight;
    if (constraint !== null)
      throw new AntlerError(
        `${this.where}: a low-rank part does not go with a constraint on the weight. Leave the constraint out.`,
      );
    if (this.quantizationMode === "float8")
      throw new AntlerError(`${this.where}: a low-rank part does not go with the mode "float8".`);
    this.loraEnabled = true;
    this.loraRank = rank;
    this.loraAlpha = options.loraAlpha ?? rank;
    const factor = (end: "a" | "b", of: readonly number[], initializer: InitializerLike): Variable =>
      this.addWeight({
        name: `lora_${variable.name}_${end}`,
        shape: of,
        initializer: getInitializer(initializer),
        // Whatever the layer computes in: small steps must not be lost.
        dtype: "float32",
        regularizer,
      });
    const scopes = this.built ? variable.path.split("/").slice(0, -1) : [];
    withNameScopes(scopes, () => {
      const a = factor("a", [...shape.slice(0, -1), rank], options.aInitializer ?? "he_uniform");
      this.#factors = [a, factor("b", [rank, ...shape.slice(-1)], options.bInitializer ?? "zeros")];
    });
    this.fixWeight(variable);
  }

  /** The factors of the low-rank part; null without one. */
  get loraFactors(): readonly [a: Variable, b: Variable] | null {
    return this.#factors;
  }

  /** A value of the weight with the low-rank part added. */
  protected adapted(weight: Tensor): Tensor {
    return this.withLowRank(weight, (a) => a);
  }

  /** A product with the weight, and the same product with the low-rank part: `f(a) @ b`, as much as it counts. */
  protected withLowRank(product: Tensor, f: (a: Tensor) => Tensor): Tensor {
    if (this.#factors === null) return product;
    const [a, b] = this.#factors;
    const part = multiply(matmul(f(a.value), b), (this.loraAlpha ?? 1) / (this.loraRank ?? 1));
    return cast(add(product, part), product.dtype) as Tensor; // SAFETY: tensors in, tensors out
  }

  /** What files have for the weight's variables: the low-rank part is added. */
  protected mergedWeight(): ReadonlyMap<Variable, Tensor> {
    const { variable } = this.mainWeight;
    return new Map([[variable, this.adapted(variable.value)]]);
  }

  override get storedVariables(): readonly Variable[] {
    const factors = new Set<Variable>(this.#factors ?? []);
    return this.ownVariables.filter((variable) => !factors.has(variable));
  }

  override get storesItself(): boolean {
    const { saveOwnVariables, loadOwnVariables } = AdaptableLayer.prototype;
    return (
      this.loraEnabled ||
      this.saveOwnVariables !== saveOwnVariables ||
      this.loadOwnVariables !== loadOwnVariables
    );
  }

  override saveOwnVariables(store: VariableStore): void {
    super.saveOwnVariables(store);
    if (!this.loraEnabled) return;
    const merged = this.mergedWeight();
    this.storedVariables.forEach((variable, i) =>
      store.set(String(i), merged.get(variable) ?? variable.value),
    );
  }

  /** The file's weight has the part in it: as in Keras, nothing is left of the part itself. */
  override loadOwnVariables(store: StoredVariables): void {
    super.loadOwnVariables(store);
    this.clearLowRank();
  }

  /** Makes the low-rank part nothing, where the weight has it in it. */
  clearLowRank(): void {
    for (const factor of this.#factors ?? []) factor.assign(zerosLike(factor.value) as Tensor); // SAFETY: tensors in, tensors out
  }

  override getConfig(): Record<string, unknown> {
    const { loraRank, loraAlpha, quantizationConfig } = this;
    const { loraRank: _rank, loraAlpha: _alpha, ...config } = super.getConfig();
    return { ...config, quantizationConfig, ...(loraRank === null ? {} : { loraRank, loraAlpha }) };
  }
}
