import { FormatError } from "../util/errors.ts";
import { decodeInPage } from "../util/platform/index.ts";
import { isBmp, readBmp } from "./bmp-read.ts";
import { isGif, readGif } from "./gif-read.ts";
import { readJpeg } from "./jpeg/read-jpeg.ts";
import { writeJpeg } from "./jpeg/write-jpeg.ts";
import type { Pixels } from "./pixels.ts";

/** Formats that are known by name alone: what their files begin with, from which byte on. */
const strangers: readonly (readonly [name: string, at: number, text: string])[] = [
  ["WebP", 8, "WEBP"],
  ["AVIF", 4, "ftypavif"],
  ["HEIC", 4, "ftyphei"],
  ["TIFF", 0, "II*\0"],
  ["TIFF", 0, "MM\0*"],
];

/**
 * The image in the bytes of a file of a format other than PNG. JPEG, GIF and BMP are read here, so that pixels are the same
 * everywhere; a page's browser reads others.
 *
 * @throws {FormatError} for formats that are not known, and damaged files.
 */
export async function readOtherImage(bytes: Uint8Array, where: string): Promise<Pixels> {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes, where);
  if (isGif(bytes)) return readGif(bytes, where);
  if (isBmp(bytes)) return readBmp(bytes, where);
  const inPage = await decodeInPage(bytes);
  if (inPage !== undefined) return { mode: "RGBA", ...inPage };
  const begins = (at: number, text: string): boolean =>
    [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  const stranger = strangers.find(([, at, text]) => begins(at, text));
  throw new FormatError(
    `${where}: expected a PNG, JPEG, GIF or BMP file, received ${stranger === undefined ? "another format" : `a ${stranger[0]} file`}. Save the image as PNG or JPEG.`,
  );
}

export { writeJpeg };
