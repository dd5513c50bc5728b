import type { Operand, Rest } from "../../../ops/core/signatures.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { exp, log } from "../../../ops/unary-math.ts";
import { epsilon } from "../../../util/epsilon.ts";
import { OptionError, ShapeError } from "../../../util/errors.ts";
import { formatShape } from "../../../ir/shape.ts";
import { isPlainObject, oneOf } from "../../../util/options.ts";
import { bindParameters, required } from "../../../util/parameters.ts";
import { convertBoxes } from "./convert.ts";
import { type BoxFormat, joinParts, partsOf } from "./formats.ts";
import { larger, minus, over, plus, times, toTensor } from "./math.ts";

const encodings = ["center_xywh", "center_yxhw"] as const;

/** Options of both functions behind the formats. */
type DeltaRest<Name extends string> = Rest<
  [
    { readonly [_ in Name]?: (typeof encodings)[number] | undefined },
    { readonly variance?: Operand | null | undefined },
    { readonly imageShape?: readonly number[] | null | undefined },
  ]
>;

/** The height and width of `[height, width, channels]`. */
export function sizesOf(
  where: string,
  imageShape: readonly number[] | null,
): { readonly height: number | null; readonly width: number | null } {
  if (imageShape === null) return { height: null, width: null };
  const [height, width] = imageShape;
  if (imageShape.length !== 3 || height === undefined || width === undefined)
    throw new OptionError(
      `${where}: expected \`imageShape\` as [height, width, channels], received ${JSON.stringify(imageShape)}.`,
    );
  return { height, width };
}

function varianceOf(where: string, given: Operand | null): Tensor | null {
  if (given === null) return null;
  const variance = toTensor(given);
  if (variance.shape.at(-1) === 4) return variance;
  throw new ShapeError(
    `${where}: expected \`variance\` to be four numbers, received ${formatShape(variance.shape)}.`,
  );
}

interface Given {
  readonly anchors: Operand | Readonly<Record<string, Operand>>;
  readonly boxes: Operand | Readonly<Record<string, Operand>>;
  readonly anchorFormat: BoxFormat;
  readonly boxFormat: BoxFormat;
  readonly encoding: (typeof encodings)[number];
  readonly variance: Operand | null;
  readonly imageShape: readonly number[] | null;
}

/**
 * What leads from anchors to boxes: `(middle of box − middle of anchor) / size of anchor`, and `log(size of box / size of
 * anchor)`.
 *
 * @param anchors - `[n, 4]`.
 * @param boxes - `[n, 4]` or `[batch, n, 4]`.
 * @param rest - `encodingFormat`: `"center_yxhw"` (the default) or `"center_xywh"`; `variance`: four numbers by which the
 *   results are divided; `imageShape` `[height, width, channels]`, for relative formats.
 * @throws {OptionError} for an unknown format, or a relative one without `imageShape`.
 * @throws {ShapeError} when last axes have not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function encodeBoxToDeltas(
  anchors: Operand,
  boxes: Operand,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  ...rest: DeltaRest<"encodingFormat">
): Tensor;
export function encodeBoxToDeltas(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.encodeBoxToDeltas";
  const table = { anchors: required, boxes: required, anchorFormat: required, boxFormat: required, encodingFormat: "center_yxhw", variance: null, imageShape: null }; // prettier-ignore
  const given = bindParameters<Given & { readonly encodingFormat: unknown }>(where, table, args, []);
  const encoding = oneOf(where, "encodingFormat", given.encodingFormat, encodings);
  const variance = varianceOf(where, given.variance);
  const sizes = sizesOf(where, given.imageShape);
  const parts = (boxes: unknown, format: BoxFormat): readonly [Tensor, Tensor, Tensor, Tensor] =>
    partsOf(convertBoxes(where, boxes as Operand, format, encoding, sizes)); // SAFETY: `convertBoxes` checks it
  const [a1, a2, a3, a4] = parts(given.anchors, given.anchorFormat);
  const [b1, b2, b3, b4] = parts(given.boxes, given.boxFormat);
  // As in Keras, the third number goes with the first, in both encodings.
  const [size1, size2] = [larger(a3, epsilon()), larger(a4, epsilon())];
  const deltas = joinParts(
    over(minus(b1, a1), size1),
    over(minus(b2, a2), size2),
    log(over(larger(b3, epsilon()), size1)) as Tensor, // SAFETY: tensor in, tensor out
    log(over(larger(b4, epsilon()), size2)) as Tensor, // SAFETY: as above
  );
  return variance === null ? deltas : over(deltas, variance);
}

/** The type of decoded boxes: of each level, where there are levels. */
type Decoded<A> = A extends Operand ? Tensor : { readonly [K in keyof A]: Tensor };

/**
 * The boxes that deltas lead to from anchors: the inverse of `encodeBoxToDeltas`.
 *
 * @param anchors - `[n, 4]`, or an object of them by level.
 * @param boxesDelta - `[n, 4]` or `[batch, n, 4]`, or an object of them by level.
 * @param rest - `encodedFormat`: `"center_yxhw"` (the default) or `"center_xywh"`; `variance`: four numbers by which deltas are
 *   multiplied first; `imageShape` `[height, width, channels]`, for relative formats.
 * @throws {OptionError} for an unknown format, or a relative one without `imageShape`; for levels that differ.
 * @throws {ShapeError} when last axes have not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function decodeDeltasToBoxes<A extends Operand | Readonly<Record<string, Operand>>>(
  anchors: A,
  boxesDelta: A extends Operand ? Operand : Readonly<Record<keyof A, Operand>>,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  ...rest: DeltaRest<"encodedFormat">
): Decoded<A>;
export function decodeDeltasToBoxes(...args: readonly unknown[]): unknown {
  const where = "utils.boundingBoxes.decodeDeltasToBoxes";
  const table = { anchors: required, boxesDelta: required, anchorFormat: required, boxFormat: required, encodedFormat: "center_yxhw", variance: null, imageShape: null }; // prettier-ignore
  const given = bindParameters<
    Given & { readonly encodedFormat: unknown; readonly boxesDelta: Given["boxes"] }
  >(where, table, args, []);
  const encoding = oneOf(where, "encodedFormat", given.encodedFormat, encodings);
  const variance = varianceOf(where, given.variance);
  const sizes = sizesOf(where, given.imageShape);
  const decode = (anchors: unknown, delta: unknown): Tensor => {
    const [a1, a2, a3, a4] = partsOf(
      convertBoxes(where, anchors as Operand, given.anchorFormat, encoding, sizes),
    ); // SAFETY: checked there
    const plain = toTensor(delta as Operand); // SAFETY: as above
    const [d1, d2, d3, d4] = partsOf(variance === null ? plain : times(plain, variance));
    const box = joinParts(
      plus(times(d1, a3), a1),
      plus(times(d2, a4), a2),
      times(exp(d3) as Tensor, a3), // SAFETY: tensor in, tensor out
      times(exp(d4) as Tensor, a4), // SAFETY: as above
    );
    return convertBoxes(where, box, encoding, given.boxFormat, sizes);
  };
  const { anchors, boxesDelta } = given;
  if (!isPlainObject(anchors)) return decode(anchors, boxesDelta);
  const levels = Object.keys(anchors);
  const deltas = Object.entries(isPlainObject(boxesDelta) ? boxesDelta : {});
  if (deltas.length !== levels.length || !deltas.every(([level]) => levels.includes(level)))
    throw new OptionError(
      `${where}: expected deltas of the levels ${levels.join(", ")}, as there are anchors, received ${deltas.map(([level]) => level).join(", ") || "none"}.`,
    );
  return Object.fromEntries(
    deltas.map(([level, delta]) => [level, decode(Reflect.get(anchors, level), delta)]),
  );
}
