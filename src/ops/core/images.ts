import * as p from "./primitives/index.ts";
import type { Var } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import { ShapeError } from "../../util/errors.ts";
import { wrap } from "./lift.ts";
import type { Tensor } from "./tensor.ts";
import { channelsLast, type DataFormat, dataFormatOf, fromChannelsLast } from "./windows.ts";

/** Applies `f` to a batch of channels-last images, whatever form the images came in, and gives them back in that form. */
export function onImages(
  where: string,
  images: Tensor,
  dataFormat: DataFormat | null,
  f: (x: Var) => Var,
  spatial = 2,
): Tensor {
  const format = dataFormatOf(where, dataFormat);
  const isSingle = images.dims.length === spatial + 1;
  if (!isSingle && images.dims.length !== spatial + 2) {
    throw new ShapeError(
      `${where}: expected one image of rank ${spatial + 1} or a batch of rank ${spatial + 2}, received shape ${formatShape(images.shape)}.`,
    );
  }
  const batch = isSingle ? p.reshape(images.traced, [1, ...images.dims]) : images.traced;
  const y = fromChannelsLast(f(channelsLast(batch, format)), format);
  return wrap(isSingle ? p.reshape(y, y.shape.slice(1)) : y);
}
