import type { WeightOptions } from "../../graph/layer-base.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import type { EinsumOutput, Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { einsum } from "../../ops/einsum.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { EinsumDense, type EinsumDenseOptions } from "../core/einsum-dense.ts";
import { parseEquation } from "../core/einsum-shapes.ts";
import {
  asInt8,
  dequantized,
  loadInOrder,
  type QuantizationConfig,
  quantizationConfig,
  roundedInputs,
  saveInOrder,
} from "./int8.ts";

interface Options extends EinsumDenseOptions {
  readonly equation: string;
  readonly outputShape: EinsumOutput;
  readonly quantizationConfig?: unknown;
}

/**
 * An `EinsumDense` whose kernel is kept as 8-bit integers, as files of quantized models have it.
 *
 * @see Keras `layers/core/einsum_dense.py`
 */
export class Int8EinsumDense extends EinsumDense {
  static readonly className = "EinsumDense";
  readonly quantizationMode = "int8";
  readonly quantizationConfig: QuantizationConfig;
  declare kernelScale: Variable;

  constructor({ quantizationConfig: given, ...options }: Options) {
    super(options);
    this.quantizationConfig = quantizationConfig(this.where, given);
  }

  override addWeight(options: WeightOptions = {}): Variable {
    return super.addWeight(options.name === "kernel" ? asInt8(options) : options);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    // The scales lie along the output's axes: 1 on those that the kernel lacks.
    const { inputs, kernel, outputs, left } = parseEquation(this.where, this.equation);
    const hidden = new Array<number>(inputShape.length - inputs.length).fill(1);
    const named = [...outputs].map((letter) => this.kernel.shape[kernel.indexOf(letter)] ?? 1);
    this.kernelScale = this.addWeight({
      name: "kernel_scale",
      shape: left ? [...hidden, ...named] : [...named, ...hidden],
      initializer: "ones",
      trainable: false,
    });
  }

  override call(inputs: Tensor): unknown {
    const x = roundedInputs(inputs, this.#summedAxes(inputs.dims.length), this.quantizationConfig);
    const product: Tensor = einsum(this.equation, x, dequantized(this.kernel, this.#scale()));
    return this.activation(this.bias === null ? product : (add(product, this.bias.value) as Tensor)); // SAFETY: tensors in, tensors out
  }

  /** Axes of the input that the output lacks. */
  #summedAxes(rank: number): readonly number[] {
    const { inputs, outputs, left } = parseEquation(this.where, this.equation);
    const first = left ? rank - inputs.length : 0;
    return [...inputs].flatMap((letter, i) => (outputs.includes(letter) ? [] : [first + i]));
  }

  /** The scales along the kernel's axes: 1 on those that are summed. */
  #scale(): Tensor {
    const { kernel, outputs } = parseEquation(this.where, this.equation);
    const kept = [...outputs].filter((letter) => kernel.includes(letter));
    const order = [...kernel]
      .filter((letter) => outputs.includes(letter))
      .map((letter) => kept.indexOf(letter));
    const sizeOf = (letter: string): number => this.kernel.shape[kernel.indexOf(letter)] ?? 1;
    const compact = reshape(this.kernelScale.value, kept.map(sizeOf)) as Tensor; // SAFETY: tensors in, tensors out
    const turned = transpose(compact, { axes: order }) as Tensor; // SAFETY: as above
    return reshape(
      turned,
      [...kernel].map((letter) => (outputs.includes(letter) ? sizeOf(letter) : 1)),
    ) as Tensor; // SAFETY: as above
  }

  override saveOwnVariables(store: VariableStore): void {
    saveInOrder([this.kernel, this.bias, this.kernelScale], store);
  }

  override loadOwnVariables(store: StoredVariables): void {
    loadInOrder(this, [this.kernel, this.bias, this.kernelScale], store);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), quantizationConfig: this.quantizationConfig };
  }
}
