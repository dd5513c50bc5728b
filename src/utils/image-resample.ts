import { channelsOf, type Pixels } from "../codec/pixels.ts";

/** How pixels between pixels are found. */
export const imageInterpolations = ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"] as const;
export type ImageInterpolation = (typeof imageInterpolations)[number];

/** A part of an image: the first column and row, and those behind the last. */
export type ImageBox = readonly [left: number, top: number, right: number, bottom: number];

interface Kernel {
  /** Beyond it the kernel is 0. */
  readonly support: number;
  readonly at: (x: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Pillow's kernels; the cubic's parameter is −0.5. @see Pillow `libImaging/Resample.c` */
const kernels: Readonly<Record<Exclude<ImageInterpolation, "nearest">, Kernel>> = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    at: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: {
    support: 2,
    at: (x) => {
      const [a, d] = [-0.5, Math.abs(x)];
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * An image in another size, smoothed where it becomes smaller, as Pillow's `Image.resize` does it.
 *
 * @param box - The part that is wanted. Default: all.
 */
export function resample(
  image: Pixels,
  [width, height]: readonly [number, number],
  interpolation: ImageInterpolation,
  box: ImageBox = [0, 0, image.width, image.height],
): Pixels {
  const [left, top, right, bottom] = box;
  if (interpolation === "nearest") return nearest(image, width, height, box);
  const kernel = kernels[interpolation];
  const hasOpacity = image.mode === "LA" || image.mode === "RGBA";
  const source = hasOpacity ? premultiplied(image) : image;
  const across =
    width === image.width && left === 0 && right === image.width
      ? source
      : resampleAxis(source, width, "x", weightsFor(image.width, left, right, width, kernel));
  const down =
    height === image.height && top === 0 && bottom === image.height
      ? across
      : resampleAxis(across, height, "y", weightsFor(image.height, top, bottom, height, kernel));
  return hasOpacity ? unmultiplied(down) : down;
}

function nearest(
  { mode, width: oldWidth, data }: Pixels,
  width: number,
  height: number,
  box: ImageBox,
): Pixels {
  const [left, top, right, bottom] = box;
  const channels = channelsOf[mode];
  const out = blank(data, width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(top + ((y + 0.5) * (bottom - top)) / height);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(left + ((x + 0.5) * (right - left)) / width);
      for (let c = 0; c < channels; c++)
        out[(y * width + x) * channels + c] = data[(row * oldWidth + column) * channels + c] ?? 0;
    }
  }
  return { mode, width, height, data: out };
}

function blank(like: Uint8Array | Uint16Array, length: number): Uint8Array | Uint16Array {
  return like instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** For each new place: the first old one that counts, and how much those from there on do. */
interface Weights {
  readonly first: number;
  readonly values: readonly number[];
}

/** Weights are multiples of 2^−22, as Pillow has them, so that sums are exact. */
const one = 2 ** 22;

function weightsFor(
  size: number,
  from: number,
  to: number,
  count: number,
  kernel: Kernel,
): readonly Weights[] {
  const scale = (to - from) / count;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  return Array.from({ length: count }, (_, i) => {
    const center = from + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(size, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: last - first }, (_w, k) =>
      kernel.at((k + first - center + 0.5) / stretch),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    const values = raw.map((value) => {
      const weight = (sum === 0 ? value : value / sum) * one;
      return Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    });
    return { first, values };
  });
}

function resampleAxis(image: Pixels, count: number, axis: "x" | "y", weights: readonly Weights[]): Pixels {
  const { mode, width, height, data } = image;
  const channels = channelsOf[mode];
  const size = axis === "x" ? { width: count, height } : { width, height: count };
  const out = blank(data, size.width * size.height * channels);
  const most = data instanceof Uint16Array ? 65_535 : 255;
  const step = (axis === "x" ? 1 : width) * channels;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const { first = 0, values = [] } = weights[axis === "x" ? x : y] ?? {};
      const start = (axis === "x" ? y * width + first : first * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = one / 2;
        for (let k = 0; k < values.length; k++) sum += (data[start + k * step + c] ?? 0) * (values[k] ?? 0);
        out[(y * size.width + x) * channels + c] = Math.min(most, Math.max(0, Math.floor(sum / one)));
      }
    }
  }
  return { mode, ...size, data: out };
}

/** Colours times opacity, so that what is transparent does not count. */
function premultiplied(image: Pixels): Pixels {
  return withOpacity(image, (value, opacity) => {
    const product = value * opacity + 128;
    return ((product >> 8) + product) >> 8;
  });
}

function unmultiplied(image: Pixels): Pixels {
  return withOpacity(image, (value, opacity) =>
    opacity === 0 || opacity === 255 ? value : Math.min(255, Math.floor((255 * value) / opacity)),
  );
}

function withOpacity(image: Pixels, f: (value: number, opacity: number) => number): Pixels {
  const channels = channelsOf[image.mode];
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const opacity = data[i + channels - 1] ?? 0;
    for (let c = 0; c < channels - 1; c++) data[i + c] = f(data[i + c] ?? 0, opacity);
  }
  return { ...image, data };
}
