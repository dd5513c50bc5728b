import type { LayerBase, WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { divide } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { expandDims, reshape } from "../../ops/shape.ts";
import { AbsMaxQuantizer, type Axes } from "../../quantizers/abs-max.ts";
import { invariant } from "../../util/errors.ts";

/** How a float weight is kept as integers: which variables there are, and the way there and back. */
export interface Encoding {
  /** Shape of the weight. */
  readonly shape: readonly number[];
  /** The integers first. */
  readonly parts: readonly WeightOptions[];
  /** The variables' values for a weight; fewer than there are variables where the last ones stay as they are. */
  encode(weight: Tensor): readonly Tensor[];
  /** The weight (or, where integers lie along the last axis, some of its rows) again. */
  decode(parts: readonly Tensor[]): Tensor;
}

/** A layer's weight in an encoding: its variables, made by the layer. */
export class EncodedWeight {
  readonly encoding: Encoding;
  readonly variables: readonly Variable[];

  /** @param add - Makes a variable of the layer. */
  constructor(encoding: Encoding, add: (options: WeightOptions) => Variable) {
    this.encoding = encoding;
    this.variables = encoding.parts.map(add);
  }

  /** The weight as floats. */
  get value(): Tensor {
    return this.encoding.decode(this.variables.map((variable) => variable.value));
  }

  /** What the variables are for another weight. */
  encoded(weight: Tensor): ReadonlyMap<Variable, Tensor> {
    const values = this.encoding.encode(weight);
    return new Map(
      this.variables.flatMap((variable, i): [Variable, Tensor][] => {
        const value = values[i];
        return value === undefined ? [] : [[variable, value]];
      }),
    );
  }

  /** The variables in the order of files: a layer's bias follows the integers. */
  variablesWith(bias: Variable | null): readonly Variable[] {
    return this.variables.toSpliced(1, 0, ...(bias === null ? [] : [bias]));
  }

  assign(weight: Tensor): void {
    for (const [variable, value] of this.encoded(weight)) variable.assign(value);
  }

  /** The variable whose name ends so. */
  named(end: string): Variable | null {
    return this.variables.find(({ name }) => name.endsWith(end)) ?? null;
  }
}

/** Options of a weight that is not trained. */
export function fixedWeight(
  name: string,
  shape: readonly number[],
  options: Pick<WeightOptions, "dtype" | "initializer"> = {},
): WeightOptions {
  return { name, shape, initializer: "zeros", trainable: false, ...options };
}

export interface Int8Layout {
  readonly name: string;
  readonly shape: readonly number[];
  /** The axes that have one scale together. */
  readonly axes: Axes;
  readonly scaleShape: readonly number[];
  /** From scales with those axes of size 1 to those that are kept. Default: reshaped. */
  readonly toStored?: (scale: Tensor) => Tensor;
  /** From the scales that are kept to those by which integers are divided. Default: as they are. */
  readonly fromStored?: (scale: Tensor) => Tensor;
  readonly quantizer: AbsMaxQuantizer | null;
}

/**
 * Integers of 8 bits, `round(weight · scale)`, with scales along the axes of the output.
 *
 * @see Keras `layers/core/dense.py`, `_int8_build`
 */
export function int8Encoding(layout: Int8Layout): Encoding {
  const { name, shape, axes, scaleShape, fromStored = (scale) => scale } = layout;
  const toStored = layout.toStored ?? ((scale) => reshape(scale, scaleShape) as Tensor); // SAFETY: tensors in, tensors out
  const quantizer = layout.quantizer ?? AbsMaxQuantizer();
  return {
    shape,
    parts: [
      fixedWeight(name, shape, { dtype: "int8" }),
      fixedWeight(`${name}_scale`, scaleShape, { initializer: "ones" }),
    ],
    encode(weight) {
      const [integers, scale] = quantizer(weight, { axis: quantizer.axis ?? axes });
      return [integers, toStored(scale)];
    },
    decode([integers, scale]) {
      invariant(integers !== undefined && scale !== undefined, "integers come with their scales");
      return divide(cast(integers, scale.dtype), fromStored(scale)) as Tensor; // SAFETY: tensors in, tensors out
    },
  };
}

/** Scales beside integers that lie along the last axis. */
export function beside(scale: Tensor): Tensor {
  return expandDims(scale, -1) as Tensor; // SAFETY: tensors in, tensors out
}

/**
 * Makes a layer's weight in an encoding, and the layer's fields of the variables' names in camelCase, as `kernelScale`.
 *
 * @param add - Makes a variable of the layer.
 */
export function addEncoded(
  layer: LayerBase,
  encoding: Encoding,
  add: (options: WeightOptions) => Variable,
): EncodedWeight {
  const encoded = new EncodedWeight(encoding, add);
  for (const variable of encoded.variables)
    Reflect.set(
      layer,
      variable.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      variable,
    );
  return encoded;
}
