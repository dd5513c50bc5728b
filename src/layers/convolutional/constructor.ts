import type { LayerOptions } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, Padding, PerAxis } from "../../ir/shape-types/index.ts";
import type { Arguments, Format, LayerKind, Made, Typed } from "../constructor.ts";
import type { KernelOptions, WindowOptions } from "./kernel-options.ts";

/** What decides the shape of a convolution's output; a layer has some of it. */
export interface WindowSettings<N, K, S, P, F, L, O, M, Q, R> {
  readonly filters: N;
  readonly kernelSize: K;
  readonly strides: S;
  readonly padding: P;
  readonly dataFormat: F;
  readonly dilationRate: L;
  readonly outputPadding: O;
  readonly depthMultiplier: M;
  readonly returnSequences: Q;
  readonly returnState: R;
}

type SettingName = keyof WindowSettings<0, 0, 0, 0, 0, 0, 0, 0, 0, 0>;

/**
 * One form of making a convolution of kind T with required settings R and settings W of choice: the settings P by
 * position (their labels are shown), any number of the values V, and options O at the end.
 */
export interface WindowForm<
  T extends LayerKind,
  O extends object,
  R extends SettingName,
  W extends SettingName,
  P extends readonly SettingName[],
  V extends readonly unknown[] = [],
> {
  <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const B extends Padding = "valid",
    const F extends DataFormat | null = null,
    const L extends PerAxis = 1,
    const U extends PerAxis | null = null,
    const M extends number = 1,
    const Z extends boolean = false,
    const Y extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<WindowSettings<N, K, S, B, F, L, U, M, Z, Y>, R, W, P, V, Typed<O, D>>
  ): Made<T, { [X in R | W]: WindowSettings<N, K, S, B, Format<F>, L, U, M, Z, Y>[X] }, D>;
  new <
    _,
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const B extends Padding = "valid",
    const F extends DataFormat | null = null,
    const L extends PerAxis = 1,
    const U extends PerAxis | null = null,
    const M extends number = 1,
    const Z extends boolean = false,
    const Y extends boolean = false,
    const D extends DType = "float32",
  >(
    ...args: Arguments<WindowSettings<N, K, S, B, F, L, U, M, Z, Y>, R, W, P, V, Typed<O, D>>
  ): Made<T, { [X in R | W]: WindowSettings<N, K, S, B, Format<F>, L, U, M, Z, Y>[X] }, D>;
  /** For classes that extend it, and make it with any settings. (`_` keeps the signature above out of their bases.) */
  new (
    ...args: Arguments<AnyWindow<DataFormat | null, boolean>, R, W, P, V, Typed<O, "float32">>
  ): Made<T, { [X in R | W]: AnyWindow<DataFormat, false>[X] }, "float32">;
}

/** Whatever settings a convolution may have; Y: what is known of `returnState`. */
type AnyWindow<F, Y> = WindowSettings<
  number,
  PerAxis,
  PerAxis,
  Padding,
  F,
  PerAxis,
  PerAxis | null,
  number,
  boolean,
  Y
>;

/** The names of the settings that every convolution lets choose. */
export type WindowName = "strides" | "padding" | "dataFormat" | "dilationRate";

/** How many output channels, and the size of the window. */
export type Filters = [filters: "filters", kernelSize: "kernelSize"];

/** What follows in every convolution. */
export type Strides = [strides: "strides"];
export type StridesPadding = [strides: "strides", padding: "padding"];

/** The values that follow a convolution's own, in Keras's order. */
export type KernelValues<O extends KernelOptions & WeightOptions> = [
  activation: O["activation"],
  useBias: O["useBias"],
  kernelInitializer: O["kernelInitializer"],
  biasInitializer: O["biasInitializer"],
  kernelRegularizer: O["kernelRegularizer"],
  biasRegularizer: O["biasRegularizer"],
  activityRegularizer: O["activityRegularizer"],
  kernelConstraint: O["kernelConstraint"],
  biasConstraint: O["biasConstraint"],
];

interface WeightOptions
  extends
    Pick<WindowOptions, "activation" | "useBias" | "biasInitializer" | "biasRegularizer" | "biasConstraint">,
    Pick<LayerOptions, "activityRegularizer"> {}
