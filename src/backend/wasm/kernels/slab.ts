import {
  i32,
  v128,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { sourceExtent, type AxisPhase } from "./convolution-geometry.ts";
import { i32Params, sharedFunction } from "./kernel.ts";

/** `(target, source, bytes)`: copies a multiple of 4 bytes forward. For short rows cheaper than `memory.copy`. */
export function copyWords(module: ModuleBuilder): FunctionHandle {
  return sharedFunction(module, "copyWords", () =>
    module.function(i32Params(3), [], (fn) => {
      const [target, source, bytes] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const count = fn.local("i32");
      const copy = (vectors: number): void => {
        for (let i = 0; i < vectors; i++) fn.store(target, v128.load(source, i * 16), i * 16);
        fn.increment(target, vectors * 16);
        fn.increment(source, vectors * 16);
      };
      fn.repeat(count, i32.shrU(bytes, 6), () => copy(4));
      fn.repeat(count, i32.and(i32.shrU(bytes, 4), 3), () => copy(1));
      fn.repeat(count, i32.and(i32.shrU(bytes, 2), 3), () => {
        fn.store(target, i32.load(source));
        fn.increment(target, 4);
        fn.increment(source, 4);
      });
    }),
  );
}

/** `(target, bytes)`: sets a multiple of 4 bytes to zero. */
export function zeroWords(module: ModuleBuilder): FunctionHandle {
  return sharedFunction(module, "zeroWords", () =>
    module.function(i32Params(2), [], (fn) => {
      const [target, bytes] = [fn.param("i32", 0), fn.param("i32", 1)];
      const count = fn.local("i32");
      const zero = fn.local("v128");
      fn.repeat(count, i32.shrU(bytes, 4), () => {
        fn.store(target, zero);
        fn.increment(target, 16);
      });
      fn.repeat(count, i32.and(i32.shrU(bytes, 2), 3), () => {
        fn.store(target, i32.const(0));
        fn.increment(target, 4);
      });
    }),
  );
}

/**
 * A copy of the part of one image that a block of result rows reads, padding included: so that the kernels read
 * without looking where the image ends. Small enough to stay in the L2 cache.
 */
export interface Slab {
  readonly planes: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowBytes: number;
  readonly planeBytes: number;
  readonly bytes: number;
}

/** The slab for one result plane and `blockRows` result rows. */
export function slabOf(
  phases: readonly [AxisPhase, AxisPhase, AxisPhase],
  blockRows: number,
  channels: number,
): Slab {
  const [z, y, x] = phases;
  const planes = sourceExtent(z, 1);
  const rows = sourceExtent(y, blockRows);
  const columns = sourceExtent(x, x.count);
  const rowBytes = columns * channels * 4;
  return { planes, rows, columns, rowBytes, planeBytes: rows * rowBytes, bytes: planes * rows * rowBytes };
}

/**
 * Fills a slab at `target` for result plane `plane` and rows from `row` on, from the image at `source`.
 * Rows of the slab past the padded image are zeroed too.
 */
export function emitFillSlab(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  phases: readonly [AxisPhase, AxisPhase, AxisPhase],
  slab: Slab,
  channels: number,
  at: {
    readonly target: Expr<"i32">;
    readonly source: Expr<"i32">;
    readonly plane: Expr<"i32">;
    readonly row: Expr<"i32">;
  },
): void {
  const [z, y, x] = phases;
  const pixelBytes = channels * 4;
  const left = Math.min(Math.max(x.pad, 0), slab.columns);
  const right = Math.max(left, Math.min(slab.columns, x.pad + x.sourceSize));
  const scratch = (body: (local: Local<"i32">) => void): void => fn.scratch("i32", body);
  scratch((planeIndex) =>
    scratch((rowIndex) =>
      scratch((target) =>
        scratch((sourcePlane) =>
          scratch((sourceRow) => {
            fn.set(target, at.target);
            fn.forRange(planeIndex, 0, slab.planes, 1, () => {
              fn.set(sourcePlane, i32.add(i32.sub(i32.mul(at.plane, z.sourceStep), z.pad), planeIndex));
              fn.forRange(rowIndex, 0, slab.rows, 1, () => {
                fn.set(sourceRow, i32.add(i32.sub(i32.mul(at.row, y.sourceStep), y.pad), rowIndex));
                const inside = i32.and(i32.ltU(sourcePlane, z.sourceSize), i32.ltU(sourceRow, y.sourceSize));
                fn.if(
                  inside,
                  () => {
                    if (left > 0) fn.call(zeroWords(module), target, left * pixelBytes);
                    const line = i32.add(i32.mul(sourcePlane, y.sourceSize), sourceRow);
                    const from = i32.add(at.source, i32.mul(line, x.sourceSize * pixelBytes));
                    const skip = (left - x.pad) * pixelBytes;
                    const into = i32.add(target, left * pixelBytes);
                    if (right > left)
                      fn.call(copyWords(module), into, i32.add(from, skip), (right - left) * pixelBytes);
                    const rest = (slab.columns - right) * pixelBytes;
                    if (rest > 0) fn.call(zeroWords(module), i32.add(target, right * pixelBytes), rest);
                  },
                  () => fn.call(zeroWords(module), target, slab.rowBytes),
                );
                fn.increment(target, slab.rowBytes);
              });
            });
          }),
        ),
      ),
    ),
  );
}
