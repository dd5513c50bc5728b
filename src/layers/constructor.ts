import type { DTypePolicyLike } from "../graph/dtype-policy.ts";
import type { DType } from "../ir/dtypes.ts";
import type { Cast, DataFormat } from "../ir/shape-types/index.ts";
import type { More, Tail, Values } from "../util/argument-types.ts";

export type { Tail, Values };

/**
 * What a constructor makes, as a function on types: a class's kind tells its `layer` from `this["settings"]`, the
 * literal types of what decides its output's shape, and `this["dtype"]`. Families of classes share constructor types so.
 *
 * @example
 * interface DropoutKind extends LayerKind {
 *   readonly layer: Dropout<DTypeIn<this>>;
 * }
 */
export interface LayerKind {
  readonly settings: unknown;
  readonly dtype: unknown;
  readonly layer: unknown;
}

/** The layer of kind K with settings S and dtype D. */
export type Made<K extends LayerKind, S, D> = (K & { readonly settings: S; readonly dtype: D })["layer"];

/** The settings that a kind was given; wide where it was given none. */
export type SettingsIn<K extends LayerKind, Limit> = Cast<K["settings"], Limit>;

/** The dtype that a kind was given. */
export type DTypeIn<K extends LayerKind> = Cast<K["dtype"], DType>;

/** Options O of a layer whose dtype is to be known. */
export type Typed<O, D extends DType> = O & { readonly dtype?: D | DTypePolicyLike };

/** The format that was chosen; `null` stands for the default. */
export type Format<F> = F extends DataFormat ? F : "channels_last";

/** Options O and the settings W, of choice. */
type Choice<S, W, O> = [W] extends [never]
  ? O
  : O & { readonly [X in Extract<W, keyof S>]?: S[X] | undefined };

/**
 * Arguments that tell settings S, of which R are required and W of choice: the settings P by position, then values V,
 * then options O with the other settings of choice, and those required that P leaves out. Where P is empty, all by name.
 */
export type Arguments<
  S,
  R extends PropertyKey,
  W extends PropertyKey,
  P extends readonly PropertyKey[],
  V extends readonly unknown[],
  O,
> = P extends readonly []
  ? [R] extends [never]
    ? readonly [options?: Choice<S, W, O>]
    : readonly [options: Choice<S, W, O> & { readonly [X in Extract<R, keyof S>]: S[X] }]
  : [Exclude<R, P[number]>] extends [never]
    ? readonly [...Values<P, S>, ...More<V, Choice<S, Exclude<W, P[number]>, O>>]
    : readonly [
        ...Values<P, S>,
        options: Choice<S, Exclude<W, P[number]>, O> & {
          readonly [X in Extract<Exclude<R, P[number]>, keyof S>]: S[X];
        },
      ];

/** All of N and O by name, or some of N by position, in the order P, and what is left of it by name. */
type ByName<N extends object, P extends readonly (keyof N)[], O> = P extends readonly [
  ...infer I extends readonly (keyof N)[],
  unknown,
]
  ? ByName<N, I, O> | readonly [...Values<I, N>, options: O & Omit<N, I[number]>]
  : never;

/** How a layer is restored from its configuration. */
export interface FromConfig<K extends LayerKind> {
  fromConfig(config: Readonly<Record<string, unknown>>): Made<K, unknown, DType>;
}

/**
 * How a layer is made that needs no argument: options O, of which any number come by position, in the order Q (its labels
 * are shown).
 *
 * @example
 * interface SoftmaxConstructor extends LayerConstructor<SoftmaxKind, SoftmaxOptions, [axis: "axis"]> {}
 */
export interface LayerConstructor<
  K extends LayerKind,
  O extends object,
  Q extends readonly (keyof O)[] = [],
> extends FromConfig<K> {
  <const D extends DType = "float32">(...args: Tail<Values<Q, O>, Typed<O, D>>): Made<K, unknown, D>;
  <const D extends DType = "float32">(options?: Typed<O, D>): Made<K, unknown, D>;
  new <const D extends DType = "float32">(...args: Tail<Values<Q, O>, Typed<O, D>>): Made<K, unknown, D>;
  new <const D extends DType = "float32">(options?: Typed<O, D>): Made<K, unknown, D>;
}

/**
 * How a layer is made that needs the arguments N, in the order P: by position, then options O, of which any number come
 * by position in the order Q; or by name, all or those at the end.
 */
export interface LayerConstructorOf<
  K extends LayerKind,
  N extends object,
  P extends readonly (keyof N)[],
  O extends object,
  Q extends readonly (keyof O)[] = [],
> extends FromConfig<K> {
  <const D extends DType = "float32">(
    ...args: readonly [...Values<P, N>, ...Tail<Values<Q, O>, Typed<O, D>>]
  ): Made<K, unknown, D>;
  <const D extends DType = "float32">(...args: ByName<N, P, Typed<O, D>>): Made<K, unknown, D>;
  <const D extends DType = "float32">(
    ...args: readonly [...Values<P, N>, options?: Typed<O, D>]
  ): Made<K, unknown, D>;
  new <const D extends DType = "float32">(
    ...args: readonly [...Values<P, N>, ...Tail<Values<Q, O>, Typed<O, D>>]
  ): Made<K, unknown, D>;
  new <const D extends DType = "float32">(...args: ByName<N, P, Typed<O, D>>): Made<K, unknown, D>;
  new <const D extends DType = "float32">(
    ...args: readonly [...Values<P, N>, options?: Typed<O, D>]
  ): Made<K, unknown, D>;
}

/**
 * One form of making a layer whose output's shape one setting decides, X, within A and by default I; R and N have to be
 * given. See `Arguments`.
 */
export interface SettingForm<
  K extends LayerKind,
  O extends object,
  X extends string,
  A,
  I extends A,
  R extends X,
  P extends readonly PropertyKey[],
  V extends readonly unknown[] = [],
  N extends object = NonNullable<unknown>,
> {
  <const S extends A = I, const D extends DType = "float32">(
    ...args: Arguments<{ readonly [Y in X]: S } & N, R | keyof N, X, P, V, Typed<O, D>>
  ): Made<K, S, D>;
  new <_, const S extends A = I, const D extends DType = "float32">(
    ...args: Arguments<{ readonly [Y in X]: S } & N, R | keyof N, X, P, V, Typed<O, D>>
  ): Made<K, S, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<{ readonly [Y in X]: A } & N, R | keyof N, X, P, V, Typed<O, "float32">>
  ): Made<K, A, "float32">;
}

/**
 * As `SettingForm`, with two settings: X within A, which has to be given, and Y within B, which has to be where R names
 * it and is J by default. N has to be given, whatever it is.
 */
export interface PairForm<
  K extends LayerKind,
  O extends object,
  X extends string,
  A,
  Y extends string,
  B,
  J extends B,
  R extends Y,
  P extends readonly PropertyKey[],
  V extends readonly unknown[] = [],
  N extends object = NonNullable<unknown>,
> {
  <const S extends A = A, const T extends B = J, const D extends DType = "float32">(
    ...args: Arguments<Pair<X, S, Y, T> & N, X | R | keyof N, Y, P, V, Typed<O, D>>
  ): Made<K, Pair<X, S, Y, T>, D>;
  new <_, const S extends A = A, const T extends B = J, const D extends DType = "float32">(
    ...args: Arguments<Pair<X, S, Y, T> & N, X | R | keyof N, Y, P, V, Typed<O, D>>
  ): Made<K, Pair<X, S, Y, T>, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<Pair<X, A, Y, B> & N, X | R | keyof N, Y, P, V, Typed<O, "float32">>
  ): Made<K, Pair<X, A, Y, B>, "float32">;
}

type Pair<X extends string, S, Y extends string, T> = { readonly [_ in X]: S } & { readonly [_ in Y]: T };

/** How a layer is made that needs one setting, X, within A: by position, then values V, then options; or by name. */
export interface SettingConstructor<
  K extends LayerKind,
  O extends object,
  P extends readonly [string],
  A,
  V extends readonly unknown[] = [],
>
  extends
    SettingForm<K, O, P[0], A, A, P[0], P, V>,
    SettingForm<K, O, P[0], A, A, P[0], []>,
    SettingForm<K, O, P[0], A, A, P[0], P>,
    FromConfig<K> {}

/** As `SettingConstructor`, for a setting that is I by default. */
export interface ChoiceConstructor<
  K extends LayerKind,
  O extends object,
  P extends readonly [string],
  A,
  I extends A,
  V extends readonly unknown[] = [],
>
  extends
    SettingForm<K, O, P[0], A, I, never, P, V>,
    SettingForm<K, O, P[0], A, I, never, P>,
    SettingForm<K, O, P[0], A, I, never, []>,
    FromConfig<K> {}

/**
 * One form of making a layer that resizes images (or other grids) by X, within A and by default I, in a data format;
 * see `Arguments`.
 */
export interface SizingForm<
  K extends LayerKind,
  O extends object,
  X extends string,
  A,
  I extends A,
  R extends X,
  P extends readonly PropertyKey[],
  V extends readonly unknown[] = [],
> {
  <const S extends A = I, const F extends DataFormat | null = null, const D extends DType = "float32">(
    ...args: Arguments<
      { readonly [Y in X]: S } & { readonly dataFormat: F },
      R,
      X | "dataFormat",
      P,
      V,
      Typed<O, D>
    >
  ): Made<K, { amount: S; dataFormat: Format<F> }, D>;
  new <_, const S extends A = I, const F extends DataFormat | null = null, const D extends DType = "float32">(
    ...args: Arguments<
      { readonly [Y in X]: S } & { readonly dataFormat: F },
      R,
      X | "dataFormat",
      P,
      V,
      Typed<O, D>
    >
  ): Made<K, { amount: S; dataFormat: Format<F> }, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<
      { readonly [Y in X]: A } & { readonly dataFormat: DataFormat | null },
      R,
      X | "dataFormat",
      P,
      V,
      Typed<O, "float32">
    >
  ): Made<K, { amount: A; dataFormat: DataFormat }, "float32">;
}

/** How a layer is made that resizes by P, within A and by default I; what is in R has to be given. */
export interface SizingConstructor<
  K extends LayerKind,
  O extends object,
  P extends readonly [string],
  A,
  I extends A,
  R extends P[0] = never,
  V extends readonly unknown[] = [],
>
  extends
    SizingForm<K, O, P[0], A, I, R, [...P, dataFormat: "dataFormat"], V>,
    SizingForm<K, O, P[0], A, I, R, []>,
    SizingForm<K, O, P[0], A, I, R, P>,
    FromConfig<K> {}

/** The amount of a kind that resizes. */
export type AmountIn<K extends LayerKind, A> = SettingsIn<K, { readonly amount: A }>["amount"];

/** The data format of a kind that resizes. */
export type FormatIn<K extends LayerKind> = SettingsIn<K, { readonly dataFormat: DataFormat }>["dataFormat"];

/** The kind of a layer whose type says nothing of its settings. */
export interface Fixed<L> extends LayerKind {
  readonly layer: L;
}
