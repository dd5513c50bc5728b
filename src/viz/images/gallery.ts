import { writePng } from "../../codec/png-write.ts";
import type { PixelMode } from "../../codec/pixels.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { positiveInteger } from "../../util/parameters.ts";
import { paintSvg, writeFileAtomic } from "../../util/platform/index.ts";
import { checkColor, type Color } from "./pictures.ts";
import { base64, escapeXml } from "./svg.ts";

/** A line of a legend. */
export interface LegendHandle {
  readonly color: Color;
  readonly label: string;
}

/** How and where a gallery is drawn. */
export interface GalleryOptions {
  /** Size of an image's longer side in inches. Default 2. */
  readonly scale?: number | undefined;
  /** A file to write, `.png` or `.svg`. Default null: the picture is only returned. */
  readonly path?: string | null | undefined;
  /** Only false or null: there is no window to show pictures in. */
  readonly show?: boolean | null | undefined;
  /** Whether what is between the images is transparent; else white. Default true. */
  readonly transparent?: boolean | undefined;
  /** Pixels of an inch. Default 60. */
  readonly dpi?: number | undefined;
  /** Colours and what they stand for, below the images. Default null. */
  readonly legendHandles?: readonly LegendHandle[] | null | undefined;
}

/** The names of these options, and their defaults. */
export const galleryDefaults = {
  scale: 2,
  path: null,
  show: null,
  transparent: true,
  dpi: 60,
  legendHandles: null,
} as const;

export interface Gallery extends Required<{
  readonly [K in keyof GalleryOptions]: Exclude<GalleryOptions[K], undefined>;
}> {
  /** uint8, channels last. */
  readonly images: Tensor;
  readonly rows: number | null;
  readonly cols: number | null;
  /** One for each image, or none. */
  readonly titles: readonly string[];
}

const modes: Readonly<Record<number, PixelMode>> = { 1: "L", 3: "RGB", 4: "RGBA" };

/**
 * Draws images side by side, row by row, and writes them.
 *
 * @returns the bytes of the picture, PNG or, with a path that ends so, SVG.
 */
export async function drawGallery(where: string, gallery: Gallery): Promise<Uint8Array> {
  const { path, show, transparent } = gallery;
  if (show === true)
    throw new OptionError(
      `${where}: there is no window to show pictures in. Give a \`path\`, or use the bytes of the picture that come back.`,
    );
  const ending = path === null ? "png" : (/\.(\w+)$/.exec(path)?.[1] ?? "").toLowerCase();
  if (ending !== "png" && ending !== "svg")
    throw new OptionError(`${where}: expected a path that ends in .png or .svg, received "${path ?? ""}".`);
  const svg = await gallerySvg(where, gallery, ending === "svg" && !transparent);
  const bytes =
    ending === "svg"
      ? new TextEncoder().encode(svg)
      : new Uint8Array(await paintSvg(svg, 1, transparent ? null : "white"));
  if (path !== null) await writeFileAtomic(path, bytes);
  return bytes;
}

async function gallerySvg(where: string, gallery: Gallery, hasPaper: boolean): Promise<string> {
  const { images, scale, dpi, titles, legendHandles } = gallery;
  const [batch = 0, height = 0, width = 0] = images.dims;
  for (const [name, value] of [["scale", scale], ["dpi", dpi]] as const)
    if (!(value > 0)) throw new OptionError(`${where}: expected \`${name}\` above 0, received ${JSON.stringify(value)}.`); // prettier-ignore
  const rows = count(where, "rows", gallery.rows) ?? Math.ceil(gallery.cols === null ? Math.sqrt(batch) : batch / gallery.cols); // prettier-ignore
  const cols = count(where, "cols", gallery.cols) ?? Math.ceil(batch / rows);
  const side = (scale * dpi) / Math.max(height, width);
  const [cellWidth, imageHeight] = [
    Math.max(1, Math.round(width * side)),
    Math.max(1, Math.round(height * side)),
  ];
  // Titles are of 8 points, as in Keras, or as small as their cell asks for.
  const font = (8 / 72) * dpi;
  const cellHeight = imageHeight + (titles.length === 0 ? 0 : Math.ceil(1.5 * font));
  const shown = Math.min(batch, rows * cols);
  const cells: string[] = [];
  for (let i = 0; i < shown; i++) {
    const [x, y] = [(i % cols) * cellWidth, Math.floor(i / cols) * cellHeight];
    const title = titles[i] ?? "";
    const size = Math.min(font, cellWidth / (0.6 * Math.max(1, title.length)));
    if (title !== "")
      cells.push(`<text x="${x + cellWidth / 2}" y="${y + 1.1 * font}" font-size="${size}" text-anchor="middle">${escapeXml(title)}</text>`); // prettier-ignore
    cells.push(
      `<image x="${x}" y="${y + cellHeight - imageHeight}" width="${cellWidth}" height="${imageHeight}" preserveAspectRatio="none" image-rendering="${cellWidth < width ? "optimizeQuality" : "optimizeSpeed"}" xlink:href="data:image/png;base64,${base64(await pngOf(where, images, i))}"/>`,
    );
  }
  const [total, bottom] = [cols * cellWidth, rows * cellHeight];
  const legend = legendOf(where, legendHandles ?? [], total, bottom, font);
  const paper = hasPaper ? `<rect width="100%" height="100%" fill="white"/>` : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${total}" height="${bottom + legend.height}" font-family="Helvetica, Arial, sans-serif">${paper}${cells.join("")}${legend.svg}</svg>`;
}

function count(where: string, name: string, value: number | null): number | null {
  return value === null ? null : positiveInteger(where, name, value);
}

/** Squares of the colours with their names, side by side in the middle. */
function legendOf(
  where: string,
  handles: readonly LegendHandle[],
  width: number,
  top: number,
  font: number,
): { readonly svg: string; readonly height: number } {
  if (handles.length === 0) return { svg: "", height: 0 };
  const lengths = handles.map(({ label }) => (0.6 * String(label).length + 2.5) * font);
  const all = lengths.reduce((a, b) => a + b, 0);
  const size = Math.min(1, width / all);
  let x = (width - all * size) / 2;
  const parts = handles.map(({ color, label }, i) => {
    const [red = 0, green = red, blue = red] = checkColor(where, "legendHandles color", color);
    const [at, middle] = [x, top + font];
    x += (lengths[i] ?? 0) * size;
    return `<rect x="${at}" y="${middle - 0.45 * font * size}" width="${1.6 * font * size}" height="${0.8 * font * size}" fill="rgb(${red},${green},${blue})"/><text x="${at + 1.9 * font * size}" y="${middle + 0.3 * font * size}" font-size="${font * size}">${escapeXml(String(label))}</text>`;
  });
  return { svg: parts.join(""), height: Math.ceil(2 * font) };
}

async function pngOf(where: string, images: Tensor, i: number): Promise<Uint8Array> {
  const [, height = 0, width = 0, channels = 0] = images.dims;
  const mode = modes[channels];
  if (mode === undefined)
    throw new ShapeError(`${where}: expected images of 1, 3 or 4 channels, received ${channels}.`);
  const size = height * width * channels;
  const data = images.dataSync() as Uint8Array; // SAFETY: made of bytes
  return writePng({ mode, width, height, data: data.subarray(i * size, (i + 1) * size) });
}
