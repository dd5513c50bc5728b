import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { einsum } from "../../ops/einsum.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import type { MainWeight } from "../core/adaptable-layer.ts";
import { EinsumDense } from "../core/einsum-dense.ts";
import { parseEquation } from "../core/einsum-shapes.ts";
import { addEncoded, type EncodedWeight, type Encoding, int8Encoding } from "./encoding.ts";
import { int4Encoding } from "./int4-encoding.ts";
import { roundedInputs, weightQuantizerOf } from "./rounded-inputs.ts";
import { blockSizeOf, configOf } from "./settings.ts";

/**
 * An `EinsumDense` whose kernel is kept as integers, under the same name in files.
 *
 * @see Keras `layers/core/einsum_dense.py`
 */
export class QuantizedEinsumDense extends EinsumDense {
  static readonly className = "EinsumDense";
  declare encoded: EncodedWeight;
  declare kernelScale: Variable;
  /** How many axes the equation leaves out. */
  declare hiddenAxes: number;

  override get isQuantizedForm(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    this.hiddenAxes = inputShape.length - parseEquation(this.where, this.equation).inputs.length;
    super.build(inputShape);
  }

  override addWeight(options: WeightOptions = {}): Variable {
    if (options.name !== "kernel") return super.addWeight(options);
    const shape = (options.shape ?? []).map((size) => size ?? 0);
    const encoding = this.quantizationMode === "int4" ? int4For(this, shape) : int8For(this, shape);
    this.encoded = addEncoded(this, encoding, (part) => super.addWeight(part));
    return this.kernel;
  }

  override get mainWeight(): MainWeight {
    return { ...super.mainWeight, shape: this.encoded.encoding.shape };
  }

  override call(inputs: Tensor): Tensor {
    const { inputs: letters, left } = parseEquation(this.where, this.equation);
    const first = left ? inputs.dims.length - letters.length : 0;
    const axes = summed(this, letters).map((axis) => axis + first);
    const x = roundedInputs(inputs, axes, configOf(this));
    const product: Tensor = einsum(this.equation, x, this.encoded.value);
    const adapted = this.withLowRank(product, (a) => einsum(this.equation, inputs, a) as Tensor); // SAFETY: tensors in, tensors out
    return this.activation(this.bias === null ? adapted : (add(adapted, this.bias.value) as Tensor)); // SAFETY: as above
  }

  protected override mergedWeight(): ReadonlyMap<Variable, Tensor> {
    return this.encoded.encoded(this.adapted(this.encoded.value));
  }

  override get storedVariables(): readonly Variable[] {
    return this.encoded.variablesWith(this.bias);
  }
}

/** Scales lie along the output's axes, 1 on those that the kernel lacks. */
function int8For(layer: QuantizedEinsumDense, shape: readonly number[]): Encoding {
  const { kernel, outputs, left } = parseEquation(layer.where, layer.equation);
  const sizeOf = (letter: string): number => shape[kernel.indexOf(letter)] ?? 1;
  const hidden = new Array<number>(layer.hiddenAxes).fill(1);
  const named = [...outputs].map(sizeOf);
  const scaleShape = left ? [...hidden, ...named] : [...named, ...hidden];
  // The axes that both have, in the output's order and in the kernel's.
  const kept = [...outputs].filter((letter) => kernel.includes(letter));
  const own = [...kernel].filter((letter) => outputs.includes(letter));
  const turned = (scale: Tensor, from: readonly string[], to: readonly string[]): Tensor =>
    transpose(reshape(scale, from.map(sizeOf)), {
      axes: to.map((letter) => from.indexOf(letter)),
    }) as Tensor; // SAFETY: tensors in, tensors out
  return int8Encoding({
    name: "kernel",
    shape,
    axes: summed(layer, kernel),
    scaleShape,
    toStored: (scale) => reshape(turned(scale, own, kept), scaleShape) as Tensor, // SAFETY: as above
    fromStored: (scale) =>
      reshape(
        turned(scale, kept, own),
        [...kernel].map((letter) => (outputs.includes(letter) ? sizeOf(letter) : 1)),
      ) as Tensor, // SAFETY: as above
    quantizer: weightQuantizerOf(layer),
  });
}

/** The kernel as a matrix: the axes that are summed, and the others. */
function int4For(layer: QuantizedEinsumDense, shape: readonly number[]): Encoding {
  const { kernel } = parseEquation(layer.where, layer.equation);
  const rowAxes = new Set(summed(layer, kernel));
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  const [rows, columns] = [
    product(shape.filter((_, i) => rowAxes.has(i))),
    product(shape.filter((_, i) => !rowAxes.has(i))),
  ];
  const matrix = int4Encoding({
    name: "kernel",
    shape: [rows, columns],
    axis: 0,
    packAxis: -1,
    blockSize: blockSizeOf(layer),
    // Keras takes its own here, whatever the configuration says.
    quantizer: null,
  });
  return {
    ...matrix,
    shape,
    encode: (weight) => matrix.encode(reshape(weight, [rows, columns]) as Tensor), // SAFETY: tensors in, tensors out
    decode: (parts) => reshape(matrix.decode(parts), shape) as Tensor, // SAFETY: as above
  };
}

/** Places of the letters that the output lacks. */
function summed(layer: QuantizedEinsumDense, letters: string): readonly number[] {
  const { outputs } = parseEquation(layer.where, layer.equation);
  return [...letters].flatMap((letter, i) => (outputs.includes(letter) ? [] : [i]));
}
