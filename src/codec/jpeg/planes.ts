import type { Pixels } from "../pixels.ts";

/** A channel that is written: its samples, and how many of them each of the image's pixels stands for. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Samples of a row in memory, which may be more. */
  readonly stride: number;
  readonly data: Uint8Array;
  /** Blocks of a group, across and down. */
  readonly blocks: 1 | 2;
}

const half = 1 << 15;
/** 128, and a rounding that brings halves down, times 2^16. */
const middle = (128 << 16) + half - 1;

/** Brightness, and of colours two differences from it at half the size (JFIF 1.02, ITU-R BT.601). */
export function planesOf({ mode, width, height, data }: Pixels): readonly Plane[] {
  if (mode === "L") return [{ width, height, stride: width, data: Uint8Array.from(data), blocks: 1 }];
  const size = width * height;
  const [luma, cb, cr] = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)];
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0];
    luma[i] = (19_595 * r + 38_470 * g + 7471 * b + half) >> 16;
    cb[i] = (-11_059 * r - 21_709 * g + 32_768 * b + middle) >> 16;
    cr[i] = (32_768 * r - 27_439 * g - 5329 * b + middle) >> 16;
  }
  return [
    { width, height, stride: width, data: luma, blocks: 2 },
    halved(cb, width, height),
    halved(cr, width, height),
  ];
}

/** Means of four, to the end of the last block; halves go up in every other column. */
function halved(from: Uint8Array, width: number, height: number): Plane {
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const stride = 8 * Math.ceil(columns / 8);
  const data = new Uint8Array(stride * rows);
  for (let y = 0; y < rows; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < stride; x++) {
      const [left, right] = [Math.min(2 * x, width - 1), Math.min(2 * x + 1, width - 1)];
      const sum =
        (from[upper + left] ?? 0) +
        (from[upper + right] ?? 0) +
        (from[lower + left] ?? 0) +
        (from[lower + right] ?? 0);
      data[y * stride + x] = (sum + 1 + (x % 2)) >> 2;
    }
  }
  return { width: columns, height: rows, stride, data, blocks: 1 };
}
