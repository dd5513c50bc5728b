/** How a pixel is stored: gray (of 16 bits), with opacity, or red, green and blue. As in Pillow. */
export type PixelMode = "L" | "I;16" | "LA" | "RGB" | "RGBA";

/** Numbers of a pixel, by mode. */
export const channelsOf: Readonly<Record<PixelMode, number>> = { L: 1, "I;16": 1, LA: 2, RGB: 3, RGBA: 4 };

/** An image in memory: rows from top to bottom, pixels from left to right, a pixel's numbers side by side. */
export interface Pixels {
  readonly mode: PixelMode;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
}
