import { formatShape } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { ShapeError } from "../../util/errors.ts";

/** Size of the last axis, which weights depend on. */
export function lastSize(where: string, shape: Shape): number {
  const size = shape.at(-1);
  if (typeof size === "number") return size;
  throw new ShapeError(
    `${where}: expected an input whose last axis is known, received ${formatShape(shape)}. Give Input a size there.`,
  );
}
