/**
 * Shapes in types: what a layer author needs.
 *
 * 1. A layer's rule is an interface with `out` made from `this["in"]`, and `outDtype`; take one from here or write one:
 *
 *    interface DenseRule<U extends number, D extends DType> extends ShapeRule {
 *      readonly out: this["in"] extends infer S extends Shape ? ReplaceLast<S, U> : Expected<"Dense", "one tensor">;
 *      readonly outDtype: D;
 *    }
 *
 * 2. Every option that decides the output shape gets its own `const` type parameter with the option's default, so that
 *    misspelt options are still found and what is not given is still known. `src/layers/constructor.ts` has such
 *    signatures for one setting and for two, and families have their own (`convolutional/constructor.ts`, …): a class
 *    gives its kind, and its parameters in Keras's order:
 *
 *    interface DenseKind extends LayerKind {
 *      readonly layer: Dense<SettingsIn<this, number>, DTypeIn<this>>;
 *    }
 *    export interface DenseConstructor
 *      extends SettingConstructor<DenseKind, DenseOptions, [units: "units"], number, KernelValues<DenseOptions>> {}
 *
 *    Type parameters need defaults, or `class X extends Dense` does not compile. Overloads stand with the usual form
 *    last, since the compiler explains a mistake by the last one.
 *
 * 3. The type of the layer has the call signature; the class that implements it does not:
 *
 *    export interface Dense<U extends number = number, D extends DType = DType> extends DenseLayer, LayerCall<DenseRule<U, D>> {}
 *    export const Dense: DenseConstructor = callable(DenseLayer);
 *
 * The forms of convolution, pooling, recurrent, wrapping, attention and merging layers stand in
 * `test/types/stub-layers.ts`.
 *
 * Rules are total: `null` stays `null`, wide sizes give `number`, wide shapes give wide shapes, and only what is certain
 * to fail is a `ShapeMismatch`. A rule never gives `never`.
 */
export type * from "./arithmetic/add.ts";
export type * from "./arithmetic/compare.ts";
export type * from "./arithmetic/divide.ts";
export type * from "./arithmetic/multiply.ts";
export type * from "./arithmetic/subtract.ts";
export type * from "./attention.ts";
export type * from "./axes-ops.ts";
export type * from "./axis.ts";
export type * from "./broadcast.ts";
export type * from "./call-signature.ts";
export type * from "./concatenate.ts";
export type * from "./convolution-transpose.ts";
export type * from "./convolution.ts";
export type * from "./depthwise.ts";
export type * from "./dot.ts";
export type * from "./einsum-dense.ts";
export type * from "./embedding.ts";
export type * from "./flatten.ts";
export type * from "./indexing.ts";
export type * from "./matmul.ts";
export type * from "./merge-functions.ts";
export type * from "./merge.ts";
export type * from "./mismatch.ts";
export type * from "./model-rules.ts";
export type * from "./permute.ts";
export type * from "./pooling.ts";
export type * from "./recurrent.ts";
export type * from "./reduce.ts";
export type * from "./repeat-vector.ts";
export type * from "./replace-last.ts";
export type * from "./reshape.ts";
export type * from "./resize.ts";
export type * from "./rule.ts";
export type * from "./shape.ts";
export type * from "./spatial.ts";
export type * from "./tensor-like.ts";
export type * from "./window.ts";
