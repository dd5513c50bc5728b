import type { CallInput, Guard, Output } from "./call-signature.ts";
import type { ConcatenateRule } from "./concatenate.ts";
import type { DotAxes, DotRule } from "./dot.ts";
import type { MergeRule } from "./merge.ts";
import type { TensorFamily } from "./tensor-like.ts";

/** A lower-case merging function: `add([a, b], options)`. O are the layer's options. */
export interface MergeFunction<Name extends string, C extends TensorFamily, O> {
  <const I extends CallInput>(
    inputs: I & Guard<MergeRule<Name>, I>,
    options?: O,
  ): Output<MergeRule<Name>, I, C>;
}

/** `concatenate([a, b])`, `concatenate([a, b], 1)`, `concatenate([a, b], { axis: 1 })`. */
export interface ConcatenateFunction<C extends TensorFamily, O> {
  <const I extends CallInput, const A extends number = -1>(
    inputs: I & Guard<ConcatenateRule<"concatenate", A>, I>,
    options?: O & { readonly axis?: A },
  ): Output<ConcatenateRule<"concatenate", A>, I, C>;
  <const I extends CallInput, const A extends number>(
    inputs: I & Guard<ConcatenateRule<"concatenate", A>, I>,
    axis: A,
    options?: O,
  ): Output<ConcatenateRule<"concatenate", A>, I, C>;
}

/** `dot([a, b], 1)`, `dot([a, b], { axes: [1, 2] })`. */
export interface DotFunction<C extends TensorFamily, O> {
  <const I extends CallInput, const A extends DotAxes = -1>(
    inputs: I & Guard<DotRule<A>, I>,
    options?: O & { readonly axes?: A },
  ): Output<DotRule<A>, I, C>;
  <const I extends CallInput, const A extends DotAxes>(
    inputs: I & Guard<DotRule<A>, I>,
    axes: A,
    options?: O,
  ): Output<DotRule<A>, I, C>;
}
