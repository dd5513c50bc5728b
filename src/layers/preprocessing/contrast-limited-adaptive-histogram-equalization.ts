import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, minimum, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { getItem } from "../../ops/get-item.ts";
import { oneHot, where } from "../../ops/indexing.ts";
import { take } from "../../ops/taking.ts";
import { equal } from "../../ops/comparison.ts";
import { pad } from "../../ops/rearranging.ts";
import { min, sum } from "../../ops/reductions.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { clip } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { bindImage, type ColorOptions, ImageLayer, rangeOf, type Transformation } from "./image-layer.ts";

export interface ContrastLimitedAdaptiveHistogramEqualizationOptions extends Omit<ColorOptions, "seed"> {
  /** How far contrast may be raised; 0 for no limit. Default 4. */
  readonly clipLimit?: number | undefined;
  /** Number of tiles along height and width. Default `[8, 8]`. */
  readonly tileGridSize?: readonly [number, number] | readonly number[] | undefined;
}

/** Where a pixel lies between the tables of two tiles (with one repeated at each end). */
interface Between {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly weight: readonly number[];
}

class ClaheLayer extends ImageLayer {
  static readonly className = "ContrastLimitedAdaptiveHistogramEqualization";
  static readonly parameters: ParameterTable = {
    valueRange: [0, 255],
    clipLimit: 4,
    tileGridSize: [8, 8],
    dataFormat: null,
  };

  readonly valueRange: readonly [number, number];
  readonly clipLimit: number;
  readonly tileGridSize: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const name = "ContrastLimitedAdaptiveHistogramEqualization";
    const given = bindImage<ContrastLimitedAdaptiveHistogramEqualizationOptions>(
      name,
      ClaheLayer.parameters,
      args,
    );
    super(given);
    this.valueRange = rangeOf(name, given.valueRange);
    this.clipLimit = given.clipLimit ?? 4;
    const [rows, columns] = given.tileGridSize ?? [8, 8];
    this.tileGridSize = [
      positiveInteger(name, "tileGridSize", rows),
      positiveInteger(name, "tileGridSize", columns),
    ];
    if (!(this.clipLimit >= 0))
      throw new OptionError(`${name}: expected \`clipLimit\` not below 0, received ${this.clipLimit}.`);
  }

  override transformImages(images: Tensor, _transformation: Transformation): Tensor {
    const isLast = this.dataFormat === "channels_last";
    const [least, most] = this.valueRange;
    // SAFETY (all below): tensors in, tensor out.
    const x = (isLast ? images : transpose(images, [0, 2, 3, 1])) as Tensor; // SAFETY: as above
    const bytes = multiply(divide(subtract(x, least), most - least), 255) as Tensor; // SAFETY: as above
    const spread = add(multiply(divide(this.#equalize(bytes), 255), most - least), least);
    return cast(isLast ? spread : transpose(spread as Tensor, [0, 3, 1, 2]), images.dtype) as Tensor; // SAFETY: as above
  }

  #equalize(images: Tensor): Tensor {
    const [batch = 1, height = 1, width = 1, channels = 1] = images.dims;
    const [rows, columns] = this.tileGridSize;
    const [tileHeight, tileWidth] = [Math.ceil(height / rows), Math.ceil(width / columns)];
    const filled = [tileHeight * rows, tileWidth * columns] as const;
    const padding = [
      [0, 0],
      [0, filled[0] - height],
      [0, filled[1] - width],
      [0, 0],
    ] as const;
    const whole = (
      filled[0] === height && filled[1] === width ? images : pad(images, padding, { mode: "symmetric" })
    ) as Tensor; // SAFETY: as above
    const pixels = cast(clip(whole, 0, 255), "int32") as Tensor; // SAFETY: as above
    const tiles = transpose(
      reshape(pixels, [batch, rows, tileHeight, columns, tileWidth, channels]),
      [0, 1, 3, 5, 2, 4],
    );
    const tables = this.#tables(
      reshape(tiles, [batch, rows, columns, channels, tileHeight * tileWidth]) as Tensor,
    ); // SAFETY: as above
    // Each pixel between the tables of the four tiles around it.
    const [down, across] = [between(filled[0], tileHeight, rows), between(filled[1], tileWidth, columns)];
    const at = (vertical: readonly number[], horizontal: readonly number[]): Tensor =>
      lookUp(tables, pixels, vertical, horizontal);
    const along = (weight: readonly number[], axis: 1 | 2): Tensor =>
      reshape(makeTensor(weight, { dtype: "float32" }), axis === 1 ? [1, -1, 1, 1] : [1, 1, -1, 1]) as Tensor; // SAFETY: as above
    const mix = (a: Tensor, b: Tensor, weight: Tensor): Tensor =>
      add(a, multiply(subtract(b, a), weight)) as Tensor; // SAFETY: as above
    const top = mix(at(down.low, across.low), at(down.low, across.high), along(across.weight, 2));
    const bottom = mix(at(down.high, across.low), at(down.high, across.high), along(across.weight, 2));
    return getItem(mix(top, bottom, along(down.weight, 1)), [":", `:${height}`, `:${width}`]) as Tensor; // SAFETY: as above
  }

  /** What each value becomes in each tile: `[batch, rows, columns, channels, 256]`. */
  #tables(tiles: Tensor): Tensor {
    const size = tiles.dims.at(-1) ?? 1;
    const counted = sum(oneHot(tiles, 256, { dtype: "float32" }), { axis: -2 }) as Tensor; // SAFETY: tensors in, tensor out
    const limited = this.clipLimit > 0 ? redistribute(counted, (this.clipLimit * size) / 256) : counted;
    const reached = cumsum(limited, { axis: -1 }) as Tensor; // SAFETY: as above
    const first = min(reached, { axis: -1, keepdims: true });
    const room = subtract(size, first);
    const scaled = divide(multiply(subtract(reached, first), 255), where(equal(room, 0), 1, room));
    return clip(scaled, 0, 255) as Tensor; // SAFETY: as above
  }
}

/** What exceeds the limit is shared among all values. */
function redistribute(histograms: Tensor, limit: number): Tensor {
  const clipped = minimum(histograms, limit);
  const excess = sum(subtract(histograms, clipped), { axis: -1, keepdims: true });
  return add(clipped, divide(excess, 256)) as Tensor; // SAFETY: tensors in, tensor out
}

/** For every pixel of an axis the two tiles whose middles it lies between; before the first and behind the last, this one. */
function between(length: number, tile: number, count: number): Between {
  const places = Array.from({ length }, (_, i) => (i - tile / 2) / tile);
  const inside = (at: number): number => Math.min(Math.max(at, 0), count - 1);
  return {
    low: places.map((place) => inside(Math.floor(place))),
    high: places.map((place) => inside(Math.floor(place) + 1)),
    weight: places.map((place) => place - Math.floor(place)),
  };
}

/** The entries for the pixels in the tables of the given tile rows and columns. */
function lookUp(tables: Tensor, pixels: Tensor, rows: readonly number[], columns: readonly number[]): Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = pixels.dims;
  const [, , tileColumns = 1] = tables.dims;
  const [perRow, perImage] = [tileColumns * channels * 256, tables.size / batch];
  const offsets = new Int32Array(height * width * channels);
  let next = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let c = 0; c < channels; c++) offsets[next++] = row * perRow + (column * channels + c) * 256;
    }
  }
  const inImage = add(pixels, makeTensor(offsets, { shape: [1, height, width, channels] }));
  const images = reshape(arange(batch, { dtype: "int32" }), [batch, 1, 1, 1]);
  const index = add(inImage, multiply(images, perImage));
  return take(reshape(tables, [-1]), index) as Tensor; // SAFETY: tensors in, tensor out
}

export interface ContrastLimitedAdaptiveHistogramEqualization extends ClaheLayer, LayerCall<SameRule> {}

export interface ContrastLimitedAdaptiveHistogramEqualizationConstructor extends LayerConstructor<
  Fixed<ContrastLimitedAdaptiveHistogramEqualization>,
  ContrastLimitedAdaptiveHistogramEqualizationOptions,
  [valueRange: "valueRange", clipLimit: "clipLimit", tileGridSize: "tileGridSize", dataFormat: "dataFormat"]
> {}

/**
 * Spreads the values of images tile by tile, so that contrast is raised everywhere, but not beyond a limit.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/clahe.py`, and Zuiderveld, "Contrast limited adaptive histogram
 * equalization" (1994)
 */
export const ContrastLimitedAdaptiveHistogramEqualization: ContrastLimitedAdaptiveHistogramEqualizationConstructor =
  callable<typeof ClaheLayer, ContrastLimitedAdaptiveHistogramEqualizationConstructor>(ClaheLayer);
