import type { AttentionSizes } from "../../../ir/attention.ts";
import {
  i32,
  select,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { i32Params, sharedFunction } from "./kernel.ts";
import { packColumns } from "./packing.ts";

/** What an attention kernel computes. */
export interface AttentionDescriptor {
  readonly sizes: AttentionSizes;
  readonly scale: number;
  readonly isCausal: boolean;
  /** Bytes from one element of the mask to the next along each axis; 0 where it is the same for all. */
  readonly mask: {
    readonly batch: number;
    readonly head: number;
    readonly query: number;
    readonly key: number;
  } | null;
}

/** Most queries, and most keys, worked on at once: what is multiplied stays in the L2 cache. */
const mostRows = 64;
export const tileRowBytes: number = mostRows * 4;
export const tileBytes: number = mostRows * tileRowBytes;

/** Queries and keys of a tile: as many in the last one as in the others, where that can be. */
export function tilesOf({ queries, keys }: AttentionSizes): {
  readonly queries: number;
  readonly keys: number;
} {
  const even = (total: number): number => Math.ceil(total / Math.ceil(total / mostRows));
  return { queries: even(queries), keys: Math.ceil(even(keys) / 8) * 8 };
}

/** Bytes of a tile of keys, values or queries in panels of eight. */
export function packedTileBytes(depth: number): number {
  return Math.ceil(depth / 8) * 8 * tileRowBytes;
}

/** Whether tiles behind the diagonal are left out; with a mask, a query may see nothing and weigh them all. */
export function skipsHidden({ isCausal, mask }: AttentionDescriptor): boolean {
  return isCausal && mask === null;
}

/** `(source, rowBytes, target, depth, count)`: rows as columns of panels of eight; `count` up to the keys of a tile. */
export function packRowsAsColumns(module: ModuleBuilder): FunctionHandle {
  return sharedFunction(module, "packRowsAsColumns", () =>
    module.function(i32Params(5), [], (fn) => {
      const [source, rowBytes, target] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const [depth, left] = [fn.param("i32", 3), fn.param("i32", 4)];
      const half = fn.local("i32");
      fn.while(i32.gtS(left, 0), () => {
        const valid = select(left, i32.const(4), i32.ltS(left, 4));
        fn.call(packColumns(module), source, rowBytes, 4, i32.add(target, half), 32, depth, valid);
        fn.increment(source, i32.mul(rowBytes, 4));
        fn.increment(left, -4);
        // The second vector of a panel lies beside the first one; then comes the next panel.
        fn.if(half, () => fn.increment(target, i32.mul(depth, 32)));
        fn.set(half, i32.xor(half, 16));
      });
    }),
  );
}

/** `(target, rowBytes, count)`: sets rows of `bytes` bytes to zero. */
export function zeroRows(module: ModuleBuilder, bytes: number): FunctionHandle {
  return sharedFunction(module, `zeroRows ${bytes}`, () =>
    module.function(i32Params(3), [], (fn) => {
      const [target, row] = [fn.param("i32", 0), fn.local("i32")];
      fn.repeat(row, fn.param("i32", 2), () => {
        fn.memoryFill(target, 0, bytes);
        fn.increment(target, fn.param("i32", 1));
      });
    }),
  );
}

/** `min(a, b)` of two numbers that are not negative. */
export function smaller(a: Expr<"i32">, b: Expr<"i32">): Expr<"i32"> {
  return select(a, b, i32.ltS(a, b));
}

/** Addresses of one head's rows in the arrays `[batch, rows, heads, size]`. */
export class HeadRows {
  readonly #fn: FunctionBuilder;
  readonly #d: AttentionDescriptor;
  readonly #batch: Local<"i32">;
  readonly #head: Local<"i32">;

  constructor(fn: FunctionBuilder, d: AttentionDescriptor, index: Local<"i32">) {
    this.#fn = fn;
    this.#d = d;
    this.#batch = fn.local("i32", i32.divU(index, d.sizes.heads));
    this.#head = fn.local("i32", i32.remU(index, d.sizes.heads));
  }

  /** The address of a row's first element. */
  at(base: Local<"i32">, rows: "queries" | "keys", size: number, row: Expr<"i32"> | number): Local<"i32"> {
    const { sizes } = this.#d;
    const line = i32.add(i32.mul(this.#batch, sizes[rows]), row);
    const element = i32.add(i32.mul(line, sizes.heads), this.#head);
    return this.#fn.local("i32", i32.add(base, i32.mul(element, size * 4)));
  }

  /** The address of the mask's element for a query and a key. */
  mask(base: Local<"i32"> | null, query: Expr<"i32">, key: Expr<"i32">): Expr<"i32"> {
    const { mask } = this.#d;
    if (mask === null || base === null) return i32.const(0);
    const steps = [
      i32.mul(this.#batch, mask.batch),
      i32.mul(this.#head, mask.head),
      i32.mul(query, mask.query),
      i32.mul(key, mask.key),
    ];
    return steps.reduce((sum: Expr<"i32">, step) => i32.add(sum, step), base);
  }
}
