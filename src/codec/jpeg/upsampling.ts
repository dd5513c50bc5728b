import type { Component, Frame } from "./frame.ts";

/** Gives a row of a channel in the size of the image. */
export type RowReader = (row: number) => Uint8Array;

/**
 * Rows of a channel, in the size of the image. Where it has half the columns or rows, values between its own are weighed
 * three to one, as libjpeg does by default; else they are repeated.
 *
 * @see libjpeg `jdsample.c`, "fancy upsampling"
 */
export function rowsOf(component: Component, { across, down }: Frame): RowReader {
  const { pixels, width, height } = component;
  const stride = 8 * component.stride;
  const wider = across / component.across;
  const higher = down / component.down;
  const out = new Uint8Array(wider * width + 2);
  const at = (row: number): number => stride * Math.min(Math.max(row, 0), height - 1);
  if (wider === 1 && higher === 1) return (row) => pixels.subarray(at(row), at(row) + width);
  // Rows between those of the channel belong three parts to the nearer one.
  const other = (row: number): number => at((row >> 1) + (row % 2 === 0 ? -1 : 1));
  if (wider === 2 && width > 2 && higher === 1) {
    return (row) => {
      const from = at(row);
      widen(out, width, 2, [1, 2], (x) => pixels[from + x] ?? 0);
      return out;
    };
  }
  if (wider === 2 && width > 2 && higher === 2) {
    return (row) => {
      const [near, far] = [at(row >> 1), other(row)];
      widen(out, width, 4, [8, 7], (x) => 3 * (pixels[near + x] ?? 0) + (pixels[far + x] ?? 0));
      return out;
    };
  }
  if (wider === 1 && higher === 2) {
    return (row) => {
      const [near, far, bias] = [at(row >> 1), other(row), row % 2 === 0 ? 1 : 2];
      for (let x = 0; x < width; x++)
        out[x] = (3 * (pixels[near + x] ?? 0) + (pixels[far + x] ?? 0) + bias) >> 2;
      return out;
    };
  }
  return (row) => {
    const from = at(Math.floor(row / higher));
    for (let x = 0; x < width; x++) out.fill(pixels[from + x] ?? 0, wider * x, wider * (x + 1));
    return out;
  };
}

/** Twice as many columns; the values have been weighed with four for rows already where `shift` is 4. */
function widen(
  out: Uint8Array,
  width: number,
  shift: 2 | 4,
  [even, odd]: readonly [number, number],
  value: (x: number) => number,
): void {
  let before = value(0);
  let own = before;
  for (let x = 0; x < width; x++) {
    const after = x + 1 < width ? value(x + 1) : own;
    out[2 * x] = (3 * own + before + even) >> shift;
    out[2 * x + 1] = (3 * own + after + odd) >> shift;
    before = own;
    own = after;
  }
}
