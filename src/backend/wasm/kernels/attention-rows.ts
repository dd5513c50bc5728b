import { hiddenLogit } from "../../../ir/attention.ts";
import { f32, f32x4, i32, i32x4, shuffle32, v128 } from "../assembler/index.ts";
import type { FunctionHandle, Local } from "../assembler/index.ts";
import { loadVector } from "../loops/memory.ts";
import { expOfWeight, log } from "../math/exponential.ts";
import { type ModuleScope, Scope, type Vector, type VectorExpr } from "../math/scope.ts";
import type { AttentionDescriptor } from "./attention-tiles.ts";
import { tileRowBytes } from "./attention-tiles.ts";
import { i32ParamLocals, i32Params, sharedFunction } from "./kernel.ts";

// What happens to a tile of logits between its two products, row by row: a row is a query, a column a key.

/** Where a tile lies among all pairs: parameters that both functions have. */
interface TilePlace {
  readonly columns: Local<"i32">;
  /** Address of the mask's element for the tile's first row and column. */
  readonly mask: Local<"i32">;
  readonly firstQuery: Local<"i32">;
  readonly firstKey: Local<"i32">;
}

/** Tells which pairs of a row are visible, four at a time; null: all. */
class Visibility {
  readonly #s: Scope;
  readonly #d: AttentionDescriptor;
  readonly #at: TilePlace;
  readonly #row: Vector;
  readonly #query: Vector;
  readonly #pointer: Local<"i32">;

  constructor(s: Scope, d: AttentionDescriptor, at: TilePlace) {
    this.#s = s;
    this.#d = d;
    this.#at = at;
    [this.#row, this.#query] = [s.fn.local("v128"), s.fn.local("v128")];
    this.#pointer = s.fn.local("i32");
  }

  /** Called at the start of each row. */
  startRow(row: Local<"i32">): void {
    const { fn } = this.#s;
    const { mask, isCausal } = this.#d;
    if (isCausal) fn.set(this.#query, i32x4.splat(i32.add(this.#at.firstQuery, row)));
    if (mask === null) return;
    fn.set(this.#pointer, i32.add(this.#at.mask, i32.mul(row, mask.query)));
    if (mask.key === 0) fn.set(this.#row, i32x4.splat(i32.sub(0, i32.ne(i32.load8U(this.#pointer), 0))));
  }

  lanes(column: Local<"i32">): VectorExpr | null {
    const s = this.#s;
    const { mask, isCausal } = this.#d;
    const position = i32x4.add(i32x4.splat(i32.add(this.#at.firstKey, column)), s.bytes(laneNumbers));
    const causal = isCausal ? i32x4.leS(position, this.#query) : null;
    if (mask === null) return causal;
    const given = mask.key === 0 ? this.#row : loadVector(s, i32.add(this.#pointer, column), 0, "bool", 4);
    return causal === null ? given : v128.and(given, causal);
  }
}

const laneNumbers = new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer);

/** Combines the lanes of a vector, so that each holds the result. */
function acrossLanes(s: Scope, x: Vector, combine: (a: VectorExpr, b: VectorExpr) => VectorExpr): void {
  s.fn.set(x, combine(x, shuffle32(x, x, [2, 3, 0, 1])));
  s.fn.set(x, combine(x, shuffle32(x, x, [1, 0, 3, 2])));
}

/**
 * Turns rows of products into exponentials, and brings what the rows before have summed up to the new maximum:
 * `(tile, rows, columns, statistics, result, mask, firstQuery, firstKey, isFirst)`. Statistics are, for each row, the
 * maximum so far and the sum of exponentials.
 */
export function softmaxRows(shared: ModuleScope, d: AttentionDescriptor): FunctionHandle {
  return sharedFunction(shared.module, `softmaxRows ${JSON.stringify(d)}`, () =>
    shared.module.function(i32Params(9), [], (fn) => {
      const s = new Scope(fn, shared);
      const [tile, rows, columns] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const [statistics, result] = [fn.param("i32", 3), fn.param("i32", 4)];
      const [mask, firstQuery, firstKey] = [fn.param("i32", 5), fn.param("i32", 6), fn.param("i32", 7)];
      const visibility = new Visibility(s, d, { columns, mask, firstQuery, firstKey });
      const [row, column, pointer] = fn.locals("i32", 3);
      const [top, before, sum, x] = fn.locals("v128", 4);
      const scale = s.f32(d.scale);
      // Columns past the last key are there when their number is no multiple of four.
      const hasTail = d.sizes.keys % 4 !== 0 || d.isCausal;
      fn.forRange(row, 0, rows, 1, () => {
        visibility.startRow(row);
        fn.set(top, s.f32(-Infinity));
        fn.set(pointer, tile);
        fn.forRange(column, 0, columns, 4, () => {
          s.temporaries(() => {
            fn.set(x, f32x4.mul(v128.load(pointer), scale));
            const visible = visibility.lanes(column);
            if (visible !== null) fn.set(x, v128.bitselect(x, s.f32(hiddenLogit), visible));
            if (hasTail) {
              const position = i32x4.add(i32x4.splat(column), s.bytes(laneNumbers));
              const isKey = i32x4.ltS(position, i32x4.splat(columns));
              fn.set(x, v128.bitselect(x, s.f32(-Infinity), isKey));
            }
            fn.store(pointer, x);
            fn.set(top, f32x4.pmax(top, x));
          });
          fn.increment(pointer, 16);
        });
        acrossLanes(s, top, (a, b) => f32x4.pmax(a, b));
        fn.set(before, v128.load32Splat(statistics));
        fn.set(top, f32x4.pmax(before, top));
        fn.set(before, f32x4.sub(before, top));
        s.temporaries(() => fn.set(before, expOfWeight(s, before)));
        fn.set(sum, s.f32(0));
        fn.set(pointer, tile);
        fn.forRange(column, 0, columns, 4, () => {
          s.temporaries(() => {
            fn.set(x, f32x4.sub(v128.load(pointer), top));
            fn.set(x, expOfWeight(s, x));
            fn.store(pointer, x);
            fn.set(sum, f32x4.add(sum, x));
          });
          fn.increment(pointer, 16);
        });
        acrossLanes(s, sum, (a, b) => f32x4.add(a, b));
        fn.set(sum, s.madd(v128.load32Splat(statistics, 4), before, sum));
        fn.storeLane(statistics, top, 2, 0, 0);
        fn.storeLane(statistics, sum, 2, 0, 4);
        // The first tile's product overwrites the result; mostly the maximum stays what it was.
        const isSame = f32.eq(f32x4.extractLane(before, 0), 1);
        fn.if(i32.eqz(i32.or(fn.param("i32", 8), isSame)), () =>
          forVectors(d.sizes.width, (offset, lanes) => {
            fn.set(x, f32x4.mul(v128.load(result, offset), before));
            fn.storeLanes32(result, x, lanes, offset);
          }),
        );
        fn.increment(tile, tileRowBytes);
        fn.increment(statistics, 8);
        fn.increment(result, d.sizes.heads * d.sizes.width * 4);
      });
    }),
  );
}

/** `(statistics, rows, result, sums)`: divides by the sums, whose logarithms, maxima added, are results too. */
export function finishRows(shared: ModuleScope, d: AttentionDescriptor): FunctionHandle {
  return sharedFunction(shared.module, `finishRows ${JSON.stringify(d.sizes)}`, () =>
    shared.module.function(i32Params(4), [], (fn) => {
      const s = new Scope(fn, shared);
      const [statistics, result, sums] = [fn.param("i32", 0), fn.param("i32", 2), fn.param("i32", 3)];
      const [row, total, x] = [fn.local("i32"), fn.local("v128"), fn.local("v128")];
      fn.forRange(row, 0, fn.param("i32", 1), 1, () => {
        fn.set(total, v128.load32Splat(statistics, 4));
        s.temporaries(() => fn.set(x, f32x4.add(log(s, total), v128.load32Splat(statistics))));
        fn.storeLane(sums, x, 2, 0);
        fn.set(total, f32x4.div(s.f32(1), total));
        forVectors(d.sizes.width, (offset, lanes) => {
          fn.set(x, f32x4.mul(v128.load(result, offset), total));
          fn.storeLanes32(result, x, lanes, offset);
        });
        fn.increment(statistics, 8);
        fn.increment(result, d.sizes.heads * d.sizes.width * 4);
        fn.increment(sums, d.sizes.heads * 4);
      });
    }),
  );
}

/**
 * Turns rows of products into weights, and rows of cotangents' products with values into cotangents of the products:
 * `(tile, inner, rows, columns, sums, shift, mask, firstQuery, firstKey)`.
 */
export function gradientRows(shared: ModuleScope, d: AttentionDescriptor): FunctionHandle {
  return sharedFunction(shared.module, `gradientRows ${JSON.stringify(d)}`, () =>
    shared.module.function(i32Params(9), [], (fn) => {
      const s = new Scope(fn, shared);
      const [tile, inner, rows, columns, sums, shift, mask, firstQuery, firstKey] = i32ParamLocals(fn, 0, 9);
      const visibility = new Visibility(s, d, { columns, mask, firstQuery, firstKey });
      const [row, column, offset] = fn.locals("i32", 3);
      const [sum, taken, unseen] = fn.locals("v128", 3);
      const [weight, visible] = fn.locals("v128", 2);
      const [scale, uniform] = [s.f32(d.scale), s.f32(1 / d.sizes.keys)];
      fn.forRange(row, 0, rows, 1, () => {
        visibility.startRow(row);
        fn.set(sum, v128.load32Splat(sums));
        fn.set(taken, v128.load32Splat(shift));
        // A query that sees nothing weighs all values alike.
        if (d.mask !== null) fn.set(unseen, v128.and(uniform, f32x4.lt(sum, s.f32(hiddenLogit / 2))));
        fn.set(offset, 0);
        fn.forRange(column, 0, columns, 4, () => {
          s.temporaries(() => {
            const [at, into] = [i32.add(tile, offset), i32.add(inner, offset)];
            fn.set(weight, f32x4.sub(f32x4.mul(v128.load(at), scale), sum));
            fn.set(weight, expOfWeight(s, weight));
            const difference = f32x4.mul(f32x4.sub(v128.load(into), taken), scale);
            const cotangent = s.temp(f32x4.mul(weight, difference));
            const seen = visibility.lanes(column);
            if (seen !== null) {
              fn.set(visible, seen);
              fn.set(weight, v128.bitselect(weight, unseen, visible));
              fn.set(cotangent, v128.and(cotangent, visible));
            }
            fn.store(at, weight);
            fn.store(into, cotangent);
          });
          fn.increment(offset, 16);
        });
        fn.increment(tile, tileRowBytes);
        fn.increment(inner, tileRowBytes);
        fn.increment(sums, d.sizes.heads * 4);
        fn.increment(shift, d.sizes.heads * 4);
      });
    }),
  );
}

/** Visits the vectors of a row of `count` floats. */
function forVectors(count: number, visit: (offset: number, lanes: number) => void): void {
  for (let at = 0; at < count; at += 4) visit(at * 4, Math.min(4, count - at));
}
