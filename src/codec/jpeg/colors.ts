import type { Frame } from "./frame.ts";
import { rowsOf } from "./upsampling.ts";
import type { Pixels } from "../pixels.ts";

/** How channels are to be understood, besides by their number. */
export interface ColorHints {
  /** The file is marked as JFIF. */
  readonly isJfif: boolean;
  /** The transform that Adobe's marker names; null without one. */
  readonly adobe: number | null;
}

/** Whether channels are a brightness and two differences of colours (and a black), by libjpeg's rules. */
function isTransformed({ components }: Frame, { isJfif, adobe }: ColorHints): boolean {
  const ids = components.map(({ id }) => id).join();
  if (components.length === 4) return adobe !== null && adobe !== 0;
  if (isJfif) return true;
  return adobe === null ? ids !== "82,71,66" : adobe !== 0;
}

/** Brightness and colours to red, green and blue (JFIF 1.02), times 2^16. */
const [redOfCr, blueOfCb, greenOfCr, greenOfCb] = [91_881, 116_130, -46_802, -22_554];
const half = 1 << 15;

/** Red, green and blue, or gray, of a decoded frame. Inks become colours as in Pillow. */
export function pixelsOf(frame: Frame, hints: ColorHints): Pixels {
  const { width, height, components } = frame;
  const [first, second, third, fourth] = components.map((component) => rowsOf(component, frame));
  if (first === undefined || second === undefined || third === undefined) {
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) data.set(first?.(y).subarray(0, width) ?? [], y * width);
    return { mode: "L", width, height, data };
  }
  const data = new Uint8ClampedArray(width * height * 3);
  const toColors = isTransformed(frame, hints) ? transform : fourth === undefined ? join : joinInverted;
  for (let y = 0; y < height; y++) {
    const line = data.subarray(y * width * 3, (y + 1) * width * 3);
    toColors(line, first(y), second(y), third(y));
    if (fourth !== undefined) mixInks(line, fourth(y));
  }
  return { mode: "RGB", width, height, data: new Uint8Array(data.buffer) };
}

type ToColors = (line: Uint8ClampedArray, a: Uint8Array, b: Uint8Array, c: Uint8Array) => void;

const transform: ToColors = (line, a, b, c) => {
  for (let i = 0, x = 0; i < line.length; i += 3, x++) {
    const [luma, cb, cr] = [a[x] ?? 0, (b[x] ?? 0) - 128, (c[x] ?? 0) - 128];
    line[i] = luma + ((redOfCr * cr + half) >> 16);
    line[i + 1] = luma + ((greenOfCb * cb + greenOfCr * cr + half) >> 16);
    line[i + 2] = luma + ((blueOfCb * cb + half) >> 16);
  }
};

const join: ToColors = (line, a, b, c) => {
  for (let i = 0, x = 0; i < line.length; i += 3, x++) {
    line[i] = a[x] ?? 0;
    line[i + 1] = b[x] ?? 0;
    line[i + 2] = c[x] ?? 0;
  }
};

/** Inks are kept as what they leave of the light, by a convention of Adobe's. */
const joinInverted: ToColors = (line, a, b, c) => {
  join(line, a, b, c);
  for (let i = 0; i < line.length; i++) line[i] = 255 - (line[i] ?? 0);
};

/** Cyan, magenta and yellow on black: the light that they leave. */
function mixInks(line: Uint8ClampedArray, light: Uint8Array): void {
  for (let i = 0; i < line.length; i++) {
    const left = light[Math.floor(i / 3)] ?? 0;
    const product = (line[i] ?? 0) * left + 128;
    line[i] = left - (((product >> 8) + product) >> 8);
  }
}
