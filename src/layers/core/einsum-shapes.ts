import type { Dim, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";

/** Shapes that an equation implies. */
export interface EinsumShapes {
  readonly kernel: Shape;
  /** Null without bias axes. */
  readonly bias: Shape | null;
  readonly output: Shape;
}

/**
 * Shapes of kernel, bias and output for an equation `ab,bc->ac`, `...x,xy->...y` or `ab...,bc->ac...`, an input shape,
 * and the sizes of the output that were given (without the batch axis and without elided ones).
 *
 * @see Keras `layers/core/einsum_dense.py`
 */
export function einsumShapes(
  where: string,
  equation: string,
  biasAxes: string | null,
  inputShape: Shape,
  outputShape: Shape,
): EinsumShapes {
  const refuse = (why: string): never => {
    throw new ShapeError(
      `${where}: the equation "${equation}" does not fit the input ${formatShape(inputShape)}: ${why}.`,
    );
  };
  const { left, inputs, kernel, outputs } = parseEquation(where, equation);
  const elided = inputShape.length - inputs.length;
  if (elided < 0) refuse(`it names ${inputs.length} axes`);
  const [batch = null] = inputShape;
  const hidden = left ? inputShape.slice(1, elided) : inputShape.slice(inputShape.length - elided);
  const output: Shape = left ? [batch, ...hidden, ...outputShape] : [batch, ...outputShape, ...hidden];
  const inputAt = (i: number): Dim => inputShape[left ? i + elided : i] ?? null;
  const outputAt = (i: number): Dim => output[left ? i + elided : i] ?? null;

  for (const letter of outputs) {
    if (!inputs.includes(letter) && !kernel.includes(letter))
      refuse(`"${letter}" of the output is in neither input nor kernel`);
  }
  [...inputs].forEach((letter, i) => {
    const at = outputs.indexOf(letter);
    if (at < 0) return;
    const [given, wanted] = [inputAt(i), outputAt(at)];
    if (wanted !== null && wanted !== given)
      refuse(`"${letter}" is ${String(given)} in the input and ${wanted} in outputShape`);
  });
  const kernelShape = [...kernel].map((letter): Dim => {
    if (outputs.includes(letter)) return outputAt(outputs.indexOf(letter));
    if (inputs.includes(letter)) return inputAt(inputs.indexOf(letter));
    return refuse(`"${letter}" of the kernel is in neither input nor output`);
  });
  if (biasAxes === null) return { kernel: kernelShape, bias: null, output };
  const strange = [...biasAxes].find((letter) => !outputs.includes(letter));
  if (strange !== undefined)
    throw new OptionError(`${where}: expected \`biasAxes\` among "${outputs}", received "${strange}".`);
  const first = Math.min(...[...biasAxes].map((letter) => outputs.indexOf(letter)));
  const bias = [...outputs]
    .map((letter, i): Dim => (biasAxes.includes(letter) ? outputAt(i) : 1))
    .slice(first);
  return { kernel: kernelShape, bias: left ? bias : [...bias, ...hidden.map(() => 1)], output };
}

/** The parts of an equation, and whether axes are elided on the left. */
export function parseEquation(
  where: string,
  equation: string,
): { left: boolean; inputs: string; kernel: string; outputs: string } {
  const forms = [
    /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/,
    /^\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)$/,
    /^([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.$/,
  ];
  for (const [i, form] of forms.entries()) {
    const [, inputs, kernel, outputs] = form.exec(equation) ?? [];
    if (inputs !== undefined && kernel !== undefined && outputs !== undefined)
      return { left: i === 1, inputs, kernel, outputs };
  }
  throw new OptionError(
    `${where}: expected an equation such as "ab,bc->ac", "...x,xy->...y" or "ab...,bc->ac...", received "${equation}".`,
  );
}
