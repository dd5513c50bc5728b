import { formatShape } from "../../ir/shape.ts";
import { toNumbers } from "../../ir/numbers.ts";
import { isFloat } from "../../ir/dtypes.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { transpose } from "../../ops/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { imageDataFormat } from "../../util/image-data-format.ts";
import { oneOf } from "../../util/options.ts";

const dataFormats = ["channels_last", "channels_first"] as const;

export type ImageFormat = (typeof dataFormats)[number];

/** Red, green and blue, 0 … 255. */
export type Color = readonly [red: number, green: number, blue: number] | readonly number[];

/** Names of classes by their numbers. */
export type ClassNames = Readonly<Record<number, string>> | ReadonlyMap<number, string>;

/** The name of a class. */
export function nameOf(names: ClassNames | null, label: number): string | undefined {
  if (names === null) return undefined;
  return names instanceof Map
    ? (names.get(label) as string | undefined)
    : (Reflect.get(names, label) as string | undefined); // SAFETY: as declared
}

export function checkColor(where: string, name: string, color: unknown): Color {
  if (
    Array.isArray(color) &&
    color.length >= 1 &&
    color.length <= 4 &&
    color.every((part) => part >= 0 && part <= 255)
  )
    return color as number[]; // SAFETY: compared with numbers
  throw new OptionError(
    `${where}: expected \`${name}\` as [red, green, blue] of 0 … 255, received ${JSON.stringify(color)}.`,
  );
}

/** Where a number belongs in its colour: colours of three parts have full opacity. */
export function partOf(color: Color, channel: number): number {
  return color[channel] ?? 255;
}

/** The order of axes that is given, or the usual one. */
export function formatOf(where: string, dataFormat: unknown): ImageFormat {
  return oneOf(where, "dataFormat", (dataFormat as ImageFormat | null) ?? imageDataFormat(), dataFormats); // SAFETY: checked there
}

/** A batch of images with the channels last. */
export function batchOf(where: string, images: TensorInput, format: ImageFormat): Tensor {
  const given = toValue(images) as Tensor; // SAFETY: images that are drawn are no symbolic tensors
  if (given.dims.length !== 4)
    throw new ShapeError(
      `${where}: expected a batch of images [batch, height, width, channels], received ${formatShape(given.dims)}.`,
    );
  return format === "channels_last" ? given : (transpose(given, [0, 2, 3, 1]) as Tensor); // SAFETY: tensor in, tensor out
}

/** Values as bytes: fractions up to 1 become 0 … 255, others are kept within. */
export function bytesOf(images: Tensor): Tensor {
  const values = Array.from(toNumbers(images.dataSync(), images.dtype), Number);
  if (!isFloat(images.dtype)) return Tensor.fromData(Uint8Array.from(values), images.dims, "uint8");
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const factor = most <= 1 ? 255 : 1;
  const limit = most <= 1 ? 1 : 255;
  const bytes = Uint8Array.from(values, (value) =>
    Math.trunc(Math.fround(Math.min(Math.max(value, 0), limit) * factor)),
  );
  return Tensor.fromData(bytes, images.dims, "uint8");
}

/** Values of a range brought to 0 … 255. */
export function inRange(where: string, images: Tensor, range: readonly number[]): Tensor {
  const [least, most] = range;
  if (range.length !== 2 || least === undefined || most === undefined || !(least < most))
    throw new OptionError(
      `${where}: expected \`valueRange\` to be two numbers, the lesser first, received ${JSON.stringify(range)}.`,
    );
  const values = Array.from(toNumbers(images.dataSync(), images.dtype), Number);
  const bytes = Uint8Array.from(values, (value) => {
    const scaled =
      least === 0 && most === 255 ? value : Math.fround(Math.fround((value - least) / (most - least)) * 255);
    return Math.trunc(Math.min(255, Math.max(0, scaled)));
  });
  return Tensor.fromData(bytes, images.dims, "uint8");
}
