import { type Glyph, glyphs, type Stroke } from "./digit-strokes.ts";

/** Width and height of an image. */
export const imageSize = 28;

/** A small generator (`sfc32`): 32 bits at a time, equal on every machine. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Two numbers choose the sequence. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** At least 0, below 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Near 0, with standard deviation `spread`; never beyond 3.5 of it (a sum of four draws). */
  around(spread: number): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * spread * Math.sqrt(3);
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }
}

/** Steps between two of a stroke's points. */
const steps = 4;

/** Draws one digit into `image` (28 × 28 bytes, black), as a hand would: shaken, slanted, thick or thin. */
export function drawDigit(digit: number, dice: Dice, image: Uint8Array): void {
  const ways = glyphs[digit] ?? [];
  const glyph: Glyph = ways[dice.below(ways.length)] ?? [];
  const place = placement(dice);
  const lines = glyph.map((stroke) => smooth(shake(stroke, dice), place));
  centre(lines, dice);
  const thickness = dice.between(0.75, 1.6);
  for (const line of lines) {
    const start = thickness * dice.between(0.85, 1.1);
    inkLine(image, line, start, thickness * dice.between(0.75, 1.1));
  }
  roughen(image, dice);
}

/** Moves each point a little. */
function shake(stroke: Stroke, dice: Dice): number[] {
  const spread = dice.between(1.5, 5);
  return stroke.map((value) => value + dice.around(spread));
}

type Transform = (x: number, y: number) => readonly [number, number];

/** Size, slant, rotation and a slow wave, from glyph units to pixels. */
function placement(dice: Dice): Transform {
  const size = 0.2 * dice.between(0.82, 1.07);
  const width = dice.between(0.7, 1.12);
  const slant = dice.around(0.19) - 0.08;
  const angle = dice.around(0.12);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const wave = dice.around(2.6);
  const phase = dice.between(0, 2 * Math.PI);
  return (x, y) => {
    const v = y - 50 + wave * Math.sin(x / 22 + phase);
    const u = (x - 50 + wave * Math.sin(y / 22 + phase)) * width + slant * v;
    return [size * (u * cos - v * sin), size * (u * sin + v * cos)];
  };
}

/** A Catmull–Rom curve through the points of a stroke, as points in pixels. */
function smooth(points: readonly number[], place: Transform): Float64Array {
  const count = points.length / 2;
  const out = new Float64Array(2 * ((count - 1) * steps + 1));
  const at = (index: number, axis: number): number =>
    points[2 * Math.min(count - 1, Math.max(0, index)) + axis] ?? 0;
  let to = 0;
  for (let i = 0; i < count; i++) {
    for (let step = 0; step < (i + 1 < count ? steps : 1); step++) {
      const t = step / steps;
      const curve = (axis: number): number => {
        const [p0, p1, p2, p3] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
        return p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
      };
      const [x, y] = place(curve(0), curve(1));
      out[to++] = x;
      out[to++] = y;
    }
  }
  return out;
}

/** Moves the ink's centre to the image's, give or take a pixel or two. */
function centre(lines: readonly Float64Array[], dice: Dice): void {
  let [x, y, count] = [0, 0, 0];
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      x += line[i] ?? 0;
      y += line[i + 1] ?? 0;
      count++;
    }
  }
  const dx = imageSize / 2 - x / count + dice.around(0.75);
  const dy = imageSize / 2 - y / count + dice.around(0.75);
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      line[i] = (line[i] ?? 0) + dx;
      line[i + 1] = (line[i + 1] ?? 0) + dy;
    }
  }
}

/** Inks a line with a round pen whose radius changes evenly from its start to its end; edges are anti-aliased. */
function inkLine(image: Uint8Array, line: Float64Array, startRadius: number, endRadius: number): void {
  const segments = line.length / 2 - 1;
  for (let i = 0; i < segments; i++) {
    const x0 = line[2 * i] ?? 0;
    const y0 = line[2 * i + 1] ?? 0;
    const dx = (line[2 * i + 2] ?? 0) - x0;
    const dy = (line[2 * i + 3] ?? 0) - y0;
    const radius = startRadius + ((endRadius - startRadius) * i) / segments;
    const reach = radius + 0.7;
    const squared = dx * dx + dy * dy || 1;
    const left = Math.max(0, Math.floor(Math.min(x0, x0 + dx) - reach));
    const right = Math.min(imageSize - 1, Math.ceil(Math.max(x0, x0 + dx) + reach));
    const top = Math.max(0, Math.floor(Math.min(y0, y0 + dy) - reach));
    const bottom = Math.min(imageSize - 1, Math.ceil(Math.max(y0, y0 + dy) + reach));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [px, py] = [x - x0, y - y0];
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
        const [ex, ey] = [px - t * dx, py - t * dy];
        const ink = 255 * (radius + 0.5 - Math.sqrt(ex * ex + ey * ey));
        const at = y * imageSize + x;
        if (ink > (image[at] ?? 0)) image[at] = Math.min(255, ink);
      }
    }
  }
}

/** Uneven ink: every inked pixel loses a little. */
function roughen(image: Uint8Array, dice: Dice): void {
  const strength = dice.between(0.8, 1);
  const grain = dice.between(0, 0.25);
  for (let i = 0; i < image.length; i++) {
    const ink = image[i] ?? 0;
    if (ink > 0) image[i] = Math.floor(ink * strength * (1 - grain * dice.next()));
  }
}
