import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { DTypeError, ShapeError } from "../util/errors.ts";
import { floorRemainder } from "./arithmetic.ts";
import { onImages } from "./core/images.ts";
import { castTo } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import type { DataFormat } from "./core/windows.ts";

type ColorOp = Op1<[{ readonly dataFormat?: DataFormat | null }]>;

function colorOp(
  name: string,
  className: string,
  wantsFloat: boolean,
  f: (where: string, x: Var) => Var,
): ColorOp {
  const where = `ops.image.${name}`;
  return defineOp(
    { name, className, module: "image", args: { images: "tensor", dataFormat: opt(null) } },
    ({ images, dataFormat }: { readonly images: Tensor; readonly dataFormat: DataFormat | null }) => {
      if (wantsFloat && !isFloat(images.dtype))
        throw new DTypeError(`${where}: expected images of floats, received ${images.dtype}.`);
      return onImages(where, images, dataFormat, (x) => f(where, x));
    },
  );
}

/** The three planes of channels-last images. */
function planes(where: string, x: Var): [Var, Var, Var] {
  if (x.shape.at(-1) !== 3)
    throw new ShapeError(
      `${where}: expected three channels, received images of shape ${formatShape(x.shape)}.`,
    );
  const rest = x.shape.slice(0, -1);
  const plane = (k: number): Var => p.reshape(p.slice(x, [...rest.map(() => 0), k], [...rest, k + 1]), rest);
  return [plane(0), plane(1), plane(2)];
}

function join(parts: readonly Var[]): Var {
  return p.concat(
    parts.map((x) => p.reshape(x, [...x.shape, 1])),
    parts[0]?.shape.length ?? 0,
  );
}

/** Brightness of red, green and blue: 0.2989, 0.587 and 0.114 of each. @see Keras `ops.image.rgb_to_grayscale` */
export const rgbToGrayscale: ColorOp = colorOp("rgbToGrayscale", "RGBToGrayscale", false, (where, x) => {
  if (x.shape.at(-1) === 1) return x;
  const value = isFloat(x.dtype) ? x : castTo(x, "float32");
  const [red, green, blue] = planes(where, value);
  return castTo(
    join([p.add(p.add(p.scale(red, 0.2989), p.scale(green, 0.587)), p.scale(blue, 0.114))]),
    x.dtype,
  );
});

const zeroOr = (condition: Var, x: Var): Var => p.select(condition, x, p.zerosLike(x));
const oneOr = (condition: Var, x: Var): Var => p.select(condition, x, p.fullLike(x, 1));

/** Red, green and blue to hue, saturation and value, all in `[0, 1]`. @see Keras `ops.image.rgb_to_hsv` */
export const rgbToHsv: ColorOp = colorOp("rgbToHsv", "RGBToHSV", true, (where, x) => {
  const tiny = { float16: 2 ** -10, bfloat16: 2 ** -7, float64: 2 ** -52 }[String(x.dtype)] ?? 2 ** -23;
  const clean = p.select(p.lt(p.abs(x), p.fullLike(x, tiny)), p.zerosLike(x), x);
  const [r, g, b] = planes(where, clean);
  const value = p.max(p.max(r, g), b);
  const spread = p.sub(value, p.min(p.min(r, g), b));
  const zero = p.zerosLike(value);
  const [isLit, isColored] = [p.gt(value, zero), p.gt(spread, zero)];
  const saturation = zeroOr(isLit, p.div(spread, oneOr(isLit, value)));
  const norm = p.div(p.fullLike(value, 1 / 6), oneOr(isColored, spread));
  const sector = (a: Var, c: Var, turn: number): Var => p.offset(p.mul(norm, p.sub(a, c)), turn);
  const hue = zeroOr(
    isColored,
    p.select(
      p.eq(value, r),
      sector(g, b, 0),
      p.select(p.eq(value, g), sector(b, r, 2 / 6), sector(r, g, 4 / 6)),
    ),
  );
  return join([p.add(hue, p.cast(p.lt(hue, zero), hue.dtype)), saturation, value]);
});

/** Hue, saturation and value to red, green and blue. @see Keras `ops.image.hsv_to_rgb` */
export const hsvToRgb: ColorOp = colorOp("hsvToRgb", "HSVToRGB", true, (where, x) => {
  const [hue, saturation, value] = planes(where, x);
  const turn = p.scale(floorRemainder(hue, p.fullLike(hue, 1)), 6);
  const limit = (v: Var): Var => p.clamp(v, p.fullLike(v, 0), p.fullLike(v, 1));
  const dip = (at: number): Var => limit(p.sub(p.fullLike(turn, 2), p.abs(p.offset(turn, -at))));
  const red = limit(p.offset(p.abs(p.offset(turn, -3)), -1));
  const pale = p.sub(p.fullLike(saturation, 1), saturation);
  return join([red, dip(2), dip(4)].map((d) => p.mul(value, p.add(pale, p.mul(saturation, d)))));
});
