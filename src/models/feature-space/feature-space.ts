import type { CallArguments } from "../../graph/call-arguments.ts";
import type { KerasTensor } from "../../graph/keras-tensor.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import { toDType } from "../../ir/dtypes.ts";
import type { CategoryEncoding } from "../../layers/preprocessing/category-encoding.ts";
import { HashedCrossing } from "../../layers/preprocessing/hashed-crossing.ts";
import { IndexLookup } from "../../layers/preprocessing/index-lookup.ts";
import { TokenLayer } from "../../layers/preprocessing/token-layer.ts";
import { Input } from "../../layers/core/input-layer.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { Value } from "../../ops/core/value.ts";
import { concatenate } from "../../ops/joining.ts";
import { squeeze } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { AntlerError, OptionError } from "../../util/errors.ts";
import { bindArguments, checkOptions, didYouMean, isPlainObject, oneOf } from "../../util/options.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { ModelClass } from "../model.ts";
import { adaptFeatures, isAdaptable } from "./adapting.ts";
import { columnOf } from "./columns.ts";
import { encoderFor } from "./encoding.ts";
import { Cross, Feature } from "./feature.ts";
import { FeatureMakers } from "./feature-makers.ts";
import {
  type FeatureData,
  type FeatureSpaceOptions,
  type FeatureSpaceOutput,
  featureSpaceOutputs,
  featureSpaceParameters,
  type FeatureSpaceResult,
} from "./options.ts";
import * as kinds from "./kinds.ts";

export class FeatureSpaceClass extends FeatureMakers {
  static readonly className: string = "FeatureSpace";
  static readonly module: string = "keras.utils";
  static readonly callArguments: CallArguments = { tensors: ["data"], options: [] };

  readonly features: Readonly<Record<string, Feature>>;
  readonly outputMode: FeatureSpaceOutput;
  readonly crosses: readonly Cross[];
  readonly crossingDim: number;
  readonly hashingDim: number;
  readonly numDiscretizationBins: number;
  /** The layer of each feature, by its name. */
  readonly preprocessors: Readonly<Record<string, LayerBase>>;
  /** The layer of each cross, by its name: `city_X_age`. */
  readonly crossers: Readonly<Record<string, HashedCrossing>>;
  /** The layers that make rows of whole numbers, by the names of features and crosses. */
  readonly oneHotEncoders: Record<string, CategoryEncoding> = {};
  #isAdapted = false;
  #inputs: Readonly<Record<string, KerasTensor>> | null = null;
  #encoded: KerasTensor | Readonly<Record<string, KerasTensor>> | null = null;

  constructor(...args: readonly unknown[]) {
    const given = bindArguments(
      "FeatureSpace",
      Object.keys(featureSpaceParameters),
      args,
      [],
      (name) => name === "features",
    );
    // SAFETY: each is checked below.
    const bound = { ...featureSpaceParameters, ...given } as unknown as Required<FeatureSpaceOptions>;
    super({ name: bound.name ?? undefined });
    const { features, crossingDim, hashingDim, numDiscretizationBins } = bound;
    if (!isPlainObject(features) || Object.keys(features).length === 0)
      throw new OptionError("FeatureSpace: expected `features` to be an object of features by name.");
    this.crossingDim = crossingDim ?? 32;
    this.hashingDim = hashingDim ?? 32;
    this.numDiscretizationBins = numDiscretizationBins ?? 32;
    this.outputMode = oneOf("FeatureSpace", "outputMode", bound.outputMode, featureSpaceOutputs);
    this.features = Object.fromEntries(
      Object.entries(features).map(([name, feature]) => [name, this.#featureOf(name, feature)]),
    );
    this.crosses = (bound.crosses ?? []).map((cross) => this.#crossOf(cross));
    this.preprocessors = Object.fromEntries(
      Object.entries(this.features).map(([name, feature]) => [name, feature.preprocessor]),
    );
    this.crossers = Object.fromEntries(
      this.crosses.map(({ name, crossingDim: numBins }) => [name, HashedCrossing(numBins, { name })]),
    );
    this.#isAdapted = this.#adaptable().size === 0;
  }

  #featureOf(name: string, given: unknown): Feature {
    if (given instanceof Feature) return given;
    const kind = oneOf("FeatureSpace", `features.${name}`, given, kinds.featureKinds);
    return kinds.featureOf(kind, name, this);
  }

  #crossOf(given: Cross | readonly string[]): Cross {
    const cross =
      given instanceof Cross ? given : new Cross({ featureNames: given, crossingDim: this.crossingDim });
    const unknown = cross.featureNames.find((name) => !Object.hasOwn(this.features, name));
    if (unknown === undefined) return cross;
    throw new OptionError(
      `FeatureSpace: a cross: there is no feature ${JSON.stringify(unknown)}. Features: ${Object.keys(this.features).join(", ")}.`,
    );
  }

  #adaptable(): ReadonlyMap<string, Feature> {
    return new Map(Object.entries(this.features).filter(([, { preprocessor }]) => isAdaptable(preprocessor)));
  }

  /**
   * Lets the features' layers learn from data: vocabularies, means and variances, bins. What they had learnt is forgotten.
   *
   * @param data - Columns by the names of features; or a `Dataset` of such objects, one row or a batch each.
   * @param options - `verbose`: whether progress is shown, as in `fit`. Default 1.
   * @returns For a `Dataset`, a promise to be awaited.
   */
  adapt(data: AsyncIterable<unknown>, options?: { readonly verbose?: 0 | 1 | 2 }): Promise<void>;
  adapt(data: FeatureData | Iterable<FeatureData>, options?: { readonly verbose?: 0 | 1 | 2 }): void;
  adapt(
    data: FeatureData | Dataset<unknown> | AsyncIterable<unknown> | Iterable<FeatureData>,
    options: { readonly verbose?: 0 | 1 | 2 } = {},
  ): Promise<void> | void {
    checkOptions(`${this.where}: adapt`, options, ["verbose"]);
    const adaptable = this.#adaptable();
    if (adaptable.size === 0) return this.#finish();
    const done = adaptFeatures(this.where, adaptable, data, options.verbose ?? 1);
    return done instanceof Promise ? done.then(() => this.#finish()) : this.#finish();
  }

  #finish(): void {
    this.#isAdapted = true;
    for (const name of Object.keys(this.oneHotEncoders)) delete this.oneHotEncoders[name];
    this.#encoded = null;
    // Finds what cannot be encoded, and makes the encoders.
    this.#process(this.#example());
    this.built = true;
  }

  #ensureAdapted(): void {
    if (!this.#isAdapted)
      throw new AntlerError(
        `${this.where}: call adapt(data) before it is used: its features learn from data.`,
      );
    if (!this.built) this.#finish();
  }

  /** Whether it can be a part of a graph, which holds no texts and no tables. */
  get #isGraph(): boolean {
    const layers = Object.values(this.preprocessors);
    return this.crosses.length === 0 && !layers.some((layer) => layer instanceof TokenLayer);
  }

  /**
   * Symbolic inputs by the names of features, `[batch, 1]` each, for a model that takes features as they are given.
   *
   * @throws {AntlerError} with features of texts, categories or hashes, or crosses, which graphs cannot hold: give a model
   * `getEncodedFeatures()` as its inputs, and the data through the feature space.
   */
  getInputs(): Readonly<Record<string, KerasTensor>> {
    this.#ensureAdapted();
    if (!this.#isGraph)
      throw new AntlerError(
        `${this.where}: texts, categories and hashes cannot be inputs of a model. Give it getEncodedFeatures() as inputs, and the data through the feature space.`,
      );
    this.#inputs ??= Object.fromEntries(
      Object.entries(this.features).map(([name, { dtype }]) => [
        name,
        Input({ shape: [1], dtype: toDType(dtype, this.where), name }),
      ]),
    );
    return this.#inputs;
  }

  /**
   * Symbolic tensors in the form of what the feature space gives for data: what a model computes from. They are made from
   * `getInputs()` where that is possible; else they are inputs themselves.
   *
   * @throws {AntlerError} before `adapt`.
   */
  getEncodedFeatures(): KerasTensor | Readonly<Record<string, KerasTensor>> {
    this.#ensureAdapted();
    if (this.#encoded === null && this.#isGraph)
      // SAFETY: symbolic inputs give symbolic results.
      this.#encoded = this.#process(this.getInputs()) as KerasTensor | Record<string, KerasTensor>;
    this.#encoded ??= this.#placeholders(this.#process(this.#example()));
    return this.#encoded;
  }

  #placeholders(result: unknown): KerasTensor | Readonly<Record<string, KerasTensor>> {
    const make = (value: Tensor, name: string): KerasTensor =>
      Input({ shape: value.dims.slice(1), dtype: value.dtype, name });
    // SAFETY: real data give tensors.
    if (result instanceof Tensor) return make(result, `${this.name}_encoded`);
    return Object.fromEntries(
      Object.entries(result as Record<string, Tensor>).map(([name, value]) => [name, make(value, name)]),
    );
  }

  /** One row of data, of known values where features have a vocabulary. */
  #example(): FeatureData {
    return Object.fromEntries(
      Object.entries(this.features).map(([name, { dtype, preprocessor }]) => {
        const known = preprocessor instanceof IndexLookup ? preprocessor.getVocabulary(false)[0] : undefined;
        return [name, [known ?? (dtype === "string" ? "" : 0)]];
      }),
    );
  }

  override invoke(data: unknown): unknown {
    this.#ensureAdapted();
    return this.#process(data);
  }

  override call(data: unknown): unknown {
    return this.invoke(data);
  }

  #process(data: unknown): unknown {
    if (!isPlainObject(data) || data instanceof Value)
      throw new OptionError(
        `${this.where}: expected an object of features by name, received ${Array.isArray(data) ? "an array" : typeof data}.`,
      );
    const extra = Object.keys(data).find((name) => !Object.hasOwn(this.features, name));
    if (extra !== undefined)
      throw new OptionError(
        `${this.where}: there is no feature ${JSON.stringify(extra)}.${didYouMean(extra, Object.keys(this.features))} Features: ${Object.keys(this.features).join(", ")}.`,
      );
    const columns = Object.entries(this.features).map(([name, feature]) => {
      if (!(name in data))
        throw new OptionError(
          `${this.where}: the data has no feature "${name}". It has: ${Object.keys(data).join(", ")}.`,
        );
      return { name, ...columnOf(`${this.where}: ${name}`, feature, data[name]) };
    });
    const encoded = new Map<string, Value>();
    for (const { name, values } of columns) encoded.set(name, this.#preprocess(name, values));
    const crossed = new Map(this.crosses.map((cross) => [cross.name, this.#cross(cross, encoded)]));
    const parts = [...sorted(encoded), ...sorted(crossed)].map(([name, value]): [string, Value] => [
      name,
      this.#encode(name, value),
    ]);
    const isOne = columns.some((column) => column.isOne);
    const finish = (value: Value): Value => (isOne ? (squeeze(value, 0) as Value) : value); // SAFETY: a value in, a value out
    if (this.outputMode === "dict")
      return Object.fromEntries(parts.map(([name, value]) => [name, finish(value)]));
    return finish(
      concatenate(
        parts.map(([name, value]) => this.#joinable(name, value)),
        -1,
      ),
    );
  }

  #preprocess(name: string, values: unknown): Value {
    const layer = this.preprocessors[name];
    const result = layer?.invoke(values);
    if (result instanceof Value) return result;
    throw new OptionError(`${this.where}: "${name}": expected its layer to give one tensor.`);
  }

  #cross({ name, featureNames }: Cross, values: ReadonlyMap<string, Value>): Value {
    const parts = featureNames.map((part) => {
      const value = values.get(part);
      if (value !== undefined && /^u?int/.test(value.dtype)) return value;
      throw new OptionError(
        `${this.where}: the cross ${name}: expected whole numbers of "${part}", received ${value?.dtype ?? "none"}. Cross categories, hashes or bins.`,
      );
    });
    return this.crossers[name]?.invoke(parts) as Value; // SAFETY: a crosser for each cross, which gives a tensor
  }

  #encode(name: string, value: Value): Value {
    const mode =
      this.features[name]?.outputMode ?? this.crosses.find((cross) => cross.name === name)?.outputMode;
    const layer = this.preprocessors[name] ?? this.crossers[name];
    if (mode !== "one_hot" || layer === undefined) return value;
    this.oneHotEncoders[name] ??= encoderFor(this.where, name, layer, value.dtype);
    return this.oneHotEncoders[name].invoke(value) as Value; // SAFETY: a tensor in, a tensor out
  }

  #joinable(name: string, value: Value): Value {
    if (!/^u?int|bool/.test(value.dtype)) return value;
    throw new OptionError(
      `${this.where}: "${name}" is not encoded: its values are ${value.dtype}, which are not joined with others. Give the feature outputMode "one_hot", or the feature space outputMode "dict".`,
    );
  }

  /** The constructor's arguments. */
  override getConfig(): Record<string, unknown> {
    const { features, outputMode, crosses, crossingDim, hashingDim, numDiscretizationBins, name } = this;
    return { features, outputMode, crosses, crossingDim, hashingDim, numDiscretizationBins, name };
  }

  /** What files keep of the shapes that features' layers were built for. */
  override getBuildConfig(): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.preprocessors).map(([name, { buildShapes }]) => {
        const shape = buildShapes?.[0];
        return [name, shape === undefined ? null : { input_shape: shape }];
      }),
    );
  }

  /** Takes the feature space as adapted: its layers are read from the same file. */
  override buildFromConfig(): void {
    this.#isAdapted = true;
  }

  /**
   * Writes it as a `.keras` file, which `models.loadModel` reads.
   *
   * @throws {AntlerError} before `adapt`.
   */
  async save(path: string, options: { readonly overwrite?: boolean } = {}): Promise<void> {
    this.#ensureAdapted();
    const { saveModel } = await import("../../saving/model-files.ts");
    await saveModel(this as unknown as ModelClass, path, options); // SAFETY: files are made of what all layers have
  }
}

function sorted<T>(values: ReadonlyMap<string, T>): [string, T][] {
  return [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What takes features by name; see the constructor. */
export interface FeatureSpace<M extends FeatureSpaceOutput = "concat"> extends FeatureSpaceClass {
  (data: FeatureData): FeatureSpaceResult<M, Tensor>;
  getEncodedFeatures(): FeatureSpaceResult<M, KerasTensor>;
}

type Rest<M extends FeatureSpaceOutput> = Omit<FeatureSpaceOptions<M>, "features">;

export interface FeatureSpaceConstructor extends Pick<
  typeof FeatureSpaceClass,
  | "className"
  | "cross"
  | "feature"
  | "float"
  | "floatDiscretized"
  | "floatNormalized"
  | "floatRescaled"
  | "integerCategorical"
  | "integerHashed"
  | "stringCategorical"
  | "stringHashed"
> {
  <const M extends FeatureSpaceOutput = "concat">(options: FeatureSpaceOptions<M>): FeatureSpace<M>;
  <const M extends FeatureSpaceOutput = "concat">(
    features: FeatureSpaceOptions["features"],
    options?: Rest<M>,
  ): FeatureSpace<M>;
  new <const M extends FeatureSpaceOutput = "concat">(options: FeatureSpaceOptions<M>): FeatureSpace<M>;
  new <const M extends FeatureSpaceOutput = "concat">(
    features: FeatureSpaceOptions["features"],
    options?: Rest<M>,
  ): FeatureSpace<M>;
  fromConfig(config: Readonly<Record<string, unknown>>): FeatureSpaceClass;
}

/**
 * Makes tensors of tables: each column is a feature of a kind of its own, learnt from data by `adapt`, and encoded for a
 * model. Call it on an object of columns, or of one value each.
 *
 * Shapes: columns `[batch]` or `[batch, 1]` → `[batch, n]`, all features side by side in the order of their names, then
 * the crosses; with outputMode `"dict"` an object of `[batch, …]` by name. Single values give the same without the batch.
 *
 * Texts and tables cannot be in a graph: use it on data before they reach a model, by `dataset.map` or by itself.
 *
 * @throws {OptionError} for unknown kinds, and features that cannot be encoded as is asked.
 * @example
 * const space = utils.FeatureSpace({
 *   features: { age: "float_normalized", city: "string_categorical", rooms: utils.FeatureSpace.integerHashed(8) },
 *   crosses: [["city", "rooms"]],
 * });
 * space.adapt({ age: [20, 40, 60], city: ["Rome", "Oslo", "Rome"], rooms: [1, 2, 3] }, { verbose: 0 });
 * space({ age: [50], city: ["Oslo"], rooms: [2] }).shape; // [1, 1 + 3 + 8 + 32]
 * const outputs = layers.Dense(1)(space.getEncodedFeatures());
 * @see Keras `layers/preprocessing/feature_space.py`
 */
export const FeatureSpace: FeatureSpaceConstructor = /* @__PURE__ */ callable<
  typeof FeatureSpaceClass,
  FeatureSpaceConstructor
>(FeatureSpaceClass);
