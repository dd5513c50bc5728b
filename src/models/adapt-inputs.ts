import type { KerasTensor } from "../graph/keras-tensor.ts";
import { maskOf, setMask } from "../graph/masks.ts";
import { valuesIn } from "../graph/call-arguments.ts";
import { symbolicIn } from "../graph/node.ts";
import { formatShape } from "../ir/shape.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { cast } from "../ops/cast.ts";
import type { Value } from "../ops/core/value.ts";
import { expandDims, squeeze } from "../ops/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";

/**
 * Brings what a functional model is called on into the order of its inputs: objects by name, arrays by position,
 * ranks adjusted where an axis of size 1 is missing or too many, dtypes those of the inputs.
 *
 * @param where - The model, as errors name it.
 * @param checksSizes - Whether sizes must be those of the inputs; else the layers that get them check them.
 * @throws {ShapeError} when an input is missing or does not fit.
 * @see Keras `Functional._standardize_inputs`
 */
export function adaptInputs(
  where: string,
  structure: unknown,
  given: unknown,
  checksSizes: boolean,
): Value[] {
  const expected = symbolicIn(structure);
  const values = pick(where, structure, expected, given);
  if (values.length !== expected.length) {
    throw new ShapeError(
      `${where}: expected ${expected.length} input${expected.length === 1 ? "" : "s"} (${names(expected)}), received ${values.length}.`,
    );
  }
  return values.map((value, i) => {
    const like = expected[i];
    return like === undefined ? value : adapt(where, value, like, checksSizes);
  });
}

function names(tensors: readonly KerasTensor[]): string {
  return tensors.map(({ name }) => name).join(", ");
}

/** The values in the order of the inputs. */
function pick(where: string, structure: unknown, expected: readonly KerasTensor[], given: unknown): Value[] {
  if (!isPlainObject(given)) return valuesIn(given);
  const keys = isPlainObject(structure) ? Object.keys(structure).sort() : expected.map(({ name }) => name);
  return keys.flatMap((key) => {
    if (key in given) return valuesIn(given[key]);
    throw new ShapeError(
      `${where}: the input "${key}" is missing. Received: ${Object.keys(given).join(", ")}.`,
    );
  });
}

function adapt(where: string, value: Value, like: KerasTensor, checksSizes: boolean): Value {
  const mask = maskOf(value);
  let adapted = value;
  if (adapted.shape.length === like.shape.length - 1 && like.shape.at(-1) === 1)
    adapted = expandDims(adapted, -1) as Value; // SAFETY: value in, value out
  else if (adapted.shape.length === like.shape.length + 1 && adapted.shape.at(-1) === 1)
    adapted = squeeze(adapted, -1) as Value; // SAFETY: value in, value out
  // As in Keras, a batch size that was given to Input binds the layers that rely on it, not the model.
  const fits =
    adapted.shape.length === like.shape.length &&
    like.shape.every(
      (dim, i) =>
        i === 0 || !checksSizes || dim === null || adapted.shape[i] === null || adapted.shape[i] === dim,
    );
  if (!fits) {
    throw new ShapeError(
      `${where}: expected ${formatShape(like.shape)} for the input "${like.name}", received ${formatShape(value.shape)}.${hintFor(value.shape, like.shape)}`,
    );
  }
  if (adapted.dtype !== like.dtype) adapted = cast(adapted, like.dtype);
  if (mask !== null && adapted !== value) setMask(adapted, mask);
  return adapted;
}

/** How to bring a value into the shape of an input, where that can be told. */
function hintFor([, ...sizes]: Shape, [, ...wanted]: Shape): string {
  if (sizes.length === wanted.length - 1)
    return " Is the batch axis missing? Add it with ops.expandDims(x, 0).";
  const count = (dims: Shape): number => dims.reduce<number>((product, dim) => product * (dim ?? 0), 1);
  return count(wanted) > 0 && count(sizes) === count(wanted)
    ? ` Bring it there with ops.reshape(x, ${formatShape([-1, ...wanted])}).`
    : "";
}
