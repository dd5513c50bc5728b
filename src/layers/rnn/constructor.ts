import type { DType } from "../../ir/dtypes.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type {
  Filters,
  Strides,
  StridesPadding,
  WindowForm,
  WindowName,
} from "../convolutional/constructor.ts";
import type {
  Arguments,
  FromConfig,
  LayerKind,
  Made,
  SettingsIn,
  Tail,
  Typed,
  Values,
} from "../constructor.ts";
import type { ConvLSTMOptions } from "./conv-lstm.ts";

/** Names between `units` and those of single cells, in Keras's order. */
export type KernelNames = [
  useBias: "useBias",
  kernelInitializer: "kernelInitializer",
  recurrentInitializer: "recurrentInitializer",
  biasInitializer: "biasInitializer",
];
export type RegularizerNames = [
  kernelRegularizer: "kernelRegularizer",
  recurrentRegularizer: "recurrentRegularizer",
  biasRegularizer: "biasRegularizer",
];
export type ConstraintNames = [
  kernelConstraint: "kernelConstraint",
  recurrentConstraint: "recurrentConstraint",
  biasConstraint: "biasConstraint",
];
export type DropoutNames = [dropout: "dropout", recurrentDropout: "recurrentDropout"];
export type ActivationNames = [activation: "activation", recurrentActivation: "recurrentActivation"];

interface RecurrentChoice<U = number, Q = boolean, R = boolean> {
  readonly units: U;
  readonly returnSequences: Q;
  readonly returnState: R;
}

/** The units of a kind of recurrent layer. */
export type UnitsIn<K extends LayerKind> = SettingsIn<K, { readonly units: number }>["units"];

/** What a kind of recurrent layer returns; its cell has N states. */
export interface ReturnsIn<K extends LayerKind, N extends 1 | 2> {
  returnSequences: SettingsIn<K, { readonly returnSequences: boolean }>["returnSequences"];
  returnState: SettingsIn<K, { readonly returnState: boolean }>["returnState"];
  states: N;
}

/** One form of making a recurrent layer of kind K, with options N among the settings; see `Arguments`. */
interface RecurrentForm<
  K extends LayerKind,
  O extends object,
  P extends readonly PropertyKey[],
  V extends readonly unknown[] = [],
  N extends object = NonNullable<unknown>,
> {
  <
    const U extends number = number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<RecurrentChoice<U, Q, R> & N, "units", Returns, P, V, Typed<O, D>>
  ): Made<K, RecurrentChoice<U, Q, R>, D>;
  new <
    _,
    const U extends number = number,
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<RecurrentChoice<U, Q, R> & N, "units", Returns, P, V, Typed<O, D>>
  ): Made<K, RecurrentChoice<U, Q, R>, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<RecurrentChoice & N, "units", Returns, P, V, Typed<O, "float32">>
  ): Made<K, RecurrentChoice<number, boolean, false>, "float32">;
}

type Returns = "returnSequences" | "returnState";

/** Names behind what a recurrent layer returns, in Keras's order. */
export type RunNames = [goBackwards: "goBackwards", stateful: "stateful", unroll: "unroll"];

/**
 * How a recurrent layer of kind K is made: the units, options N in their order, what it returns, options M in their order,
 * as far as one likes, then options; or by name.
 */
export interface RecurrentConstructor<
  K extends LayerKind,
  O extends object,
  N extends readonly (keyof O)[],
  M extends readonly (keyof O)[],
>
  extends
    RecurrentForm<K, O, [units: "units"], Values<N, O>>,
    RecurrentForm<K, O, []>,
    RecurrentForm<K, O, [units: "units"]>,
    RecurrentForm<K, O, [units: "units", ...N, returnSequences: "returnSequences"], [], Pick<O, N[number]>>,
    RecurrentForm<
      K,
      O,
      [units: "units", ...N, returnSequences: "returnSequences", returnState: "returnState"],
      Values<M, O>,
      Pick<O, N[number]>
    >,
    FromConfig<K> {}

/** The cell of kind K with U units. */
type CellOf<K extends LayerKind, U extends number> = Made<K, { readonly units: U }, DType>;

/** How a cell of kind K is made: the units, options of types V by position as far as one likes, then options; or by name. */
export interface CellConstructor<K extends LayerKind, O extends object, V extends readonly unknown[]> {
  <const U extends number>(units: U, ...args: Tail<V, O>): CellOf<K, U>;
  <const U extends number>(options: O & { readonly units: U }): CellOf<K, U>;
  <const U extends number>(units: U, options?: O): CellOf<K, U>;
  new <const U extends number = number>(units: U, ...args: Tail<V, O>): CellOf<K, U>;
  new <const U extends number = number>(options: O & { readonly units: U }): CellOf<K, U>;
  new <const U extends number = number>(units: U, options?: O): CellOf<K, U>;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): CellOf<K, number>;
}

type ConvForm<
  K extends LayerKind,
  P extends readonly (Filters[number] | WindowName)[],
  V extends readonly unknown[] = [],
> = WindowForm<K, ConvLSTMOptions, Filters[number], WindowName | Returns, P, V>;

/** How a convolutional LSTM of kind K is made. */
export interface ConvLSTMConstructor<K extends LayerKind>
  extends
    ConvForm<
      K,
      [...Filters, ...StridesPadding, dataFormat: "dataFormat", dilationRate: "dilationRate"],
      Values<ConvLSTMNames, ConvLSTMOptions>
    >,
    ConvForm<K, []>,
    ConvForm<K, [filters: "filters"]>,
    ConvForm<K, [...Filters, ...Strides]>,
    ConvForm<K, [...Filters, ...StridesPadding]>,
    ConvForm<K, [...Filters, ...StridesPadding, dataFormat: "dataFormat"]>,
    ConvForm<K, Filters>,
    FromConfig<K> {}

type ConvLSTMNames = [
  ...ActivationNames,
  ...KernelNames,
  unitForgetBias: "unitForgetBias",
  ...RegularizerNames,
  activityRegularizer: "activityRegularizer",
  ...ConstraintNames,
  ...DropoutNames,
  seed: "seed",
];
