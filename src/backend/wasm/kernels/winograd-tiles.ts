import {
  i32,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import type { AxisPhase } from "./convolution-geometry.ts";
import { copyWords, zeroWords } from "./slab.ts";

/** Square tiles over the results of a batch of images, counted image by image, row by row. */
export interface TileGrid {
  /** Results per tile side. */
  readonly outputs: number;
  readonly rows: number;
  readonly columns: number;
  readonly total: number;
}

/** The tiles that cover `[batch, y, x]` results. */
export function tileGrid(batch: number, y: AxisPhase, x: AxisPhase, outputs: number): TileGrid {
  const rows = Math.ceil(y.count / outputs);
  const columns = Math.ceil(x.count / outputs);
  return { outputs, rows, columns, total: batch * rows * columns };
}

/** The tile a loop is at: its number, image, and first result row and column. */
export interface TilePosition {
  readonly tile: Local<"i32">;
  readonly image: Local<"i32">;
  readonly row: Local<"i32">;
  readonly column: Local<"i32">;
}

/** Locals of a tile position. */
export function tilePosition(fn: FunctionBuilder): TilePosition {
  return { tile: fn.local("i32"), image: fn.local("i32"), row: fn.local("i32"), column: fn.local("i32") };
}

/** Sets the rest of a position from its tile number. */
export function emitLocate(fn: FunctionBuilder, grid: TileGrid, at: TilePosition): void {
  fn.set(at.column, i32.mul(i32.remU(at.tile, grid.columns), grid.outputs));
  fn.set(at.row, i32.divU(at.tile, grid.columns));
  fn.set(at.image, i32.divU(at.row, grid.rows));
  fn.set(at.row, i32.mul(i32.remU(at.row, grid.rows), grid.outputs));
}

/** An NHWC image batch, as tiles see it: tile rows begin at `row − pad`. */
export interface TiledImage {
  readonly address: Local<"i32">;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly padRow: number;
  readonly padColumn: number;
  /** Side of the square read or written. */
  readonly side: number;
}

/**
 * Calls `visit(address, rowBytes)` with a square of the image at a tile: in place where it lies inside the image, else
 * (`outside` at most a border's share of tiles) in a zero-padded copy at `patch`. Channels `[low, low + bytes / 4)`.
 */
export function emitReadTile(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  image: TiledImage,
  at: TilePosition,
  patch: Expr<"i32">,
  visit: (address: Local<"i32">, rowBytes: Local<"i32">) => void,
): void {
  const { height, width, side } = image;
  const pixelBytes = image.channels * 4;
  const [row, column, address, rowBytes] = fn.locals("i32", 4);
  const [index, target, low, high] = fn.locals("i32", 4);
  fn.set(row, i32.sub(at.row, image.padRow));
  fn.set(column, i32.sub(at.column, image.padColumn));
  const pixel = i32.add(i32.mul(i32.add(i32.mul(at.image, height), row), width), column);
  fn.set(address, i32.add(image.address, i32.mul(pixel, pixelBytes)));
  fn.set(rowBytes, width * pixelBytes);
  // Unsigned comparisons: a negative start is a very large one.
  const insideRows = height >= side ? i32.leU(row, height - side) : i32.const(0);
  const insideColumns = width >= side ? i32.leU(column, width - side) : i32.const(0);
  fn.if(i32.eqz(i32.and(insideRows, insideColumns)), () => {
    fn.set(target, patch);
    fn.set(low, 0);
    fn.if(i32.ltS(column, 0), () => fn.set(low, i32.sub(0, column)));
    fn.set(high, i32.sub(width, column));
    fn.if(i32.gtS(high, side), () => fn.set(high, side));
    fn.forRange(index, 0, side, 1, () => {
      fn.call(zeroWords(module), target, side * pixelBytes);
      fn.if(i32.and(i32.ltU(row, height), i32.gtS(high, low)), () => {
        const from = i32.add(address, i32.mul(low, pixelBytes));
        const bytes = i32.mul(i32.sub(high, low), pixelBytes);
        fn.call(copyWords(module), i32.add(target, i32.mul(low, pixelBytes)), from, bytes);
      });
      fn.increment(row, 1);
      fn.increment(address, width * pixelBytes);
      fn.increment(target, side * pixelBytes);
    });
    fn.set(address, patch);
    fn.set(rowBytes, side * pixelBytes);
  });
  visit(address, rowBytes);
}

/**
 * Calls `visit(address, rowBytes)` for writing a square of results at a tile: in place where the tile is whole, else
 * at `patch`, of which the part inside the image is copied afterwards. Then calls `strip`, if any, on each row
 * of results: `(address, rows, row, column, columnEnd, batch, …params)`.
 */
export function emitWriteTile(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  image: TiledImage,
  at: TilePosition,
  patch: Expr<"i32">,
  visit: (address: Local<"i32">, rowBytes: Local<"i32">) => void,
  strip: FunctionHandle | undefined,
  stripParams: readonly Expr<"i32">[],
): void {
  const { height, width, side } = image;
  const pixelBytes = image.channels * 4;
  const [address, rowBytes, pixel, counter] = fn.locals("i32", 4);
  const [source, rows, columns] = fn.locals("i32", 3);
  fn.set(pixel, i32.add(i32.mul(i32.add(i32.mul(at.image, height), at.row), width), at.column));
  fn.set(rows, i32.sub(height, at.row));
  fn.if(i32.gtS(rows, side), () => fn.set(rows, side));
  fn.set(columns, i32.sub(width, at.column));
  fn.if(i32.gtS(columns, side), () => fn.set(columns, side));
  const whole = i32.and(i32.eq(rows, side), i32.eq(columns, side));
  const inPlace = i32.add(image.address, i32.mul(pixel, pixelBytes));
  fn.set(address, inPlace);
  fn.set(rowBytes, width * pixelBytes);
  fn.if(i32.eqz(whole), () => {
    fn.set(address, patch);
    fn.set(rowBytes, side * pixelBytes);
  });
  visit(address, rowBytes);
  fn.if(i32.eqz(whole), () => {
    fn.set(source, patch);
    fn.set(address, inPlace);
    fn.repeat(counter, rows, () => {
      fn.call(copyWords(module), address, source, i32.mul(columns, pixelBytes));
      fn.increment(source, side * pixelBytes);
      fn.increment(address, width * pixelBytes);
    });
  });
  if (strip === undefined) return;
  fn.set(address, inPlace);
  fn.repeat(counter, rows, () => {
    fn.call(strip, address, columns, pixel, 0, image.channels, 0, ...stripParams);
    fn.increment(pixel, width);
    fn.increment(address, width * pixelBytes);
  });
}
