import type { DType } from "../dtypes.ts";
import type { OutputTree } from "./call-signature.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Apply, ApplyDType, ShapeRule } from "./rule.ts";
import type { TensorFamily, TensorOf } from "./tensor-like.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/**
 * A functional model, from the shapes of its inputs and outputs (one, or arrays and objects of them): what it is called
 * on must agree with its inputs, and an unknown batch size of its outputs becomes that of the call. Other sizes that are
 * unknown in the outputs may become known by the call; which ones, types do not tell: they are wide then.
 */
export interface FunctionalRule<In, Out, D extends DType = DType> extends ShapeRule {
  readonly out: unknown extends Out
    ? Shape
    : Agreement<In, this["in"]> extends infer M
      ? [M] extends [never]
        ? [this["in"]] extends [In]
          ? Out
          : Adapted<Out, BatchOf<In>, BatchOf<this["in"]>, true extends HasOpen<In> ? true : false>
        : M
      : never;
  readonly outDtype: D;
}

/** The tensors of family C, nested as the outputs are, that a model with rule R gives for data of any number of samples. */
export type Predicted<R, C extends TensorFamily> =
  R extends FunctionalRule<infer _, infer Out>
    ? unknown extends Out
      ? TensorOf<C, Shape, DType>
      : OutputTree<Known<Out>, DType, C>
    : TensorOf<C, Shape, DType>;

/** Shapes of tensors with elements: what is unknown of them is some number. */
type Known<Out> = Out extends Shape
  ? IsWide<Out> extends true
    ? Out
    : { readonly [K in keyof Out]: Out[K] extends number ? Out[K] : number }
  : { readonly [K in keyof Out]: Known<Out[K]> };

/** `never` when inputs G can be what a model declares as D; else the first mismatches. */
type Agreement<D, G> = D extends Shape
  ? G extends Shape
    ? Agrees<D, G> extends true
      ? never
      : ShapeMismatch<`Model: expected an input of shape ${Show<D>}, received ${Show<G>}`>
    : G extends readonly [infer One]
      ? Agreement<D, One>
      : G extends readonly unknown[]
        ? ShapeMismatch<"Model: expected one input tensor">
        : never
  : D extends readonly unknown[]
    ? G extends Shape
      ? D extends readonly [infer One]
        ? Agreement<One, G>
        : number extends D["length"]
          ? never
          : ShapeMismatch<`Model: expected ${D["length"]} input tensors`>
      : G extends readonly unknown[]
        ? number extends G["length"] | D["length"]
          ? never
          : G["length"] extends D["length"]
            ? { [K in keyof D]: Agreement<D[K], K extends keyof G ? G[K] : unknown> }[number]
            : ShapeMismatch<`Model: expected ${D["length"]} input tensors`>
        : never
    : G extends readonly unknown[]
      ? never
      : {
          [K in keyof D]: K extends keyof G
            ? Agreement<D[K], G[K]>
            : ShapeMismatch<`Model: input ${K & string} is missing`>;
        }[keyof D];

type Agrees<D extends Shape, G extends Shape> =
  IsWide<D> extends true
    ? true
    : IsWide<G> extends true
      ? true
      : D["length"] extends G["length"]
        ? true extends {
            [K in keyof D]: K extends keyof G ? Differ<AsDim<D[K]>, AsDim<G[K]>> : false;
          }[number]
          ? false
          : true
        : false;

type AsDim<T> = T extends Dim ? T : Dim;

/** The batch size of the first tensor. */
type BatchOf<T> = T extends Shape
  ? T extends readonly [infer B extends Dim, ...Shape]
    ? B
    : Dim
  : T extends readonly [infer H, ...unknown[]]
    ? BatchOf<H>
    : T extends readonly unknown[]
      ? Dim
      : BatchOf<T[keyof T]>;

/** True when a size other than the batch's is unknown. */
type HasOpen<T> = T extends Shape
  ? T extends readonly [Dim, ...infer Rest extends Shape]
    ? null extends Rest[number]
      ? true
      : false
    : false
  : T extends readonly unknown[]
    ? HasOpen<T[number]>
    : HasOpen<T[keyof T]>;

/** Outputs at the batch size of a call. */
type Adapted<Out, Declared, Given, Open extends boolean> = Out extends Shape
  ? Out extends readonly [infer B extends Dim, ...infer Rest extends Shape]
    ? readonly [
        [B] extends [null] ? ([Declared] extends [null] ? Given : B) : B,
        ...(Open extends true ? Loose<Rest> : Rest),
      ]
    : Out
  : { readonly [K in keyof Out]: Adapted<Out[K], Declared, Given, Open> };

type Loose<S extends Shape> = { readonly [K in keyof S]: S[K] extends null ? Dim : S[K] };

/** Layers one after the other: what each gives is the next one's input; the first mismatch is the result. */
export interface ChainRule<Rules extends readonly ShapeRule[]> extends ShapeRule {
  readonly out: Chain<Rules, this["in"]>;
  readonly outDtype: ChainDType<Rules, this["inDtype"]>;
}

type Chain<Rules extends readonly ShapeRule[], S> = number extends Rules["length"]
  ? Shape
  : Rules extends readonly [infer R extends ShapeRule, ...infer Rest extends readonly ShapeRule[]]
    ? Apply<R, S> extends infer Y
      ? Y extends ShapeMismatch
        ? Y
        : Chain<Rest, Y>
      : never
    : S;

type ChainDType<Rules extends readonly ShapeRule[], D> = number extends Rules["length"]
  ? DType
  : Rules extends readonly [infer R extends ShapeRule, ...infer Rest extends readonly ShapeRule[]]
    ? ChainDType<Rest, ApplyDType<R, D>>
    : D;
