import { InputSpec as InputSpecClass, type InputSpecOptions } from "../graph/input-spec.ts";
import { callable } from "../util/callable.ts";

export type InputSpec = InputSpecClass;

/**
 * What a layer expects of an input. A layer's `inputSpec` (one, or one for each input) is checked at every call.
 *
 * @param options - `dtype`, `shape` (null: any size), `ndim`, `minNdim`, `maxNdim`, `axes` (`{ [axis]: size }`),
 *   `allowLastAxisSqueeze` (a last axis of size 1 may be there or not), `name` (key in an object of inputs), `optional`.
 * @throws {OptionError} for an unknown option, or an axis beyond the rank.
 * @example
 * class Frames extends Layer {
 *   constructor(options = {}) {
 *     super(options);
 *     this.inputSpec = InputSpec({ ndim: 3 }); // [batch, time, features]
 *   }
 *   …
 * }
 * @see Keras `layers/input_spec.py`
 */
export const InputSpec: typeof InputSpecClass & ((options?: InputSpecOptions) => InputSpecClass) =
  /* @__PURE__ */ callable(InputSpecClass);
