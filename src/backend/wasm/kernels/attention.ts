import {
  f32x4,
  i32,
  v128,
  type Argument,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
} from "../assembler/index.ts";
import type { ModuleScope } from "../math/scope.ts";
import { finishRows, gradientRows, softmaxRows } from "./attention-rows.ts";
import {
  HeadRows,
  packedTileBytes,
  packRowsAsColumns,
  skipsHidden,
  smaller,
  tileBytes,
  tileRowBytes,
  tilesOf,
  zeroRows,
  type AttentionDescriptor,
} from "./attention-tiles.ts";
import { i32ParamLocals, i32Params, type StructuredKernel } from "./kernel.ts";
import { shareOf } from "./partition.ts";
import { packPanels, tileProduct } from "./tile-product.ts";
import { columnPanels } from "./tiling.ts";

// Attention by tiles of queries and keys, so that no array of all pairs is kept.
// Dao et al. (2022), "FlashAttention", algorithms 1 and 4.

/** A matrix of which rows are a number of bytes apart. */
type Rows = readonly [Argument, number];

/** Products `C[rows, columns] (+)= A[rows, k] · B[k, columns]` with a B in panels. */
function productWith(shared: ModuleScope, columns: number, walk: "rows" | "columns") {
  const { full, rest } = columnPanels(columns, 2);
  const handle = tileProduct(shared.module, walk, rest, shared);
  return (
    fn: FunctionBuilder,
    [a, aStride]: Rows,
    b: Local<"i32">,
    [c, cStride]: Rows,
    k: Argument,
    init: Argument,
    rows: Local<"i32">,
  ): void => fn.call(handle, a, aStride, b, c, cStride, k, init, rows, full);
}

/** The same for tiles of all pairs, of which columns behind the last key may be filled with anything. */
function tileOfPairs(shared: ModuleScope) {
  const handle = tileProduct(shared.module, "rows", undefined, shared);
  return (
    fn: FunctionBuilder,
    [a, aStride]: Rows,
    b: Local<"i32">,
    [c, cStride]: Rows,
    k: number,
    init: number,
    rows: Local<"i32">,
    columns: Local<"i32">,
  ): void => fn.call(handle, a, aStride, b, c, cStride, k, init, rows, i32.shrU(i32.add(columns, 7), 3));
}

/** Operands `(query, key, value, [mask], result, sums)`; threads share tiles of queries of all heads. */
export function attentionKernel(shared: ModuleScope, d: AttentionDescriptor): StructuredKernel {
  const { batch, heads, queries, keys, depth, width } = d.sizes;
  const [keyRow, valueRow] = [heads * depth * 4, heads * width * 4];
  const { queries: tileQueries, keys: tileKeys } = tilesOf(d.sizes);
  const blocks = Math.ceil(queries / tileQueries);
  const perThread = packedTileBytes(depth) + packedTileBytes(width) + tileBytes + 512;
  const operandCount = d.mask === null ? 5 : 6;
  const multiply = tileOfPairs(shared);
  const combine = productWith(shared, width, "rows");
  const phase = shared.module.function(i32Params(operandCount + 3), [], (fn) => {
    const [query, key, value] = i32ParamLocals(fn, 0, 3);
    const mask = d.mask === null ? null : fn.param("i32", 3);
    const [result, sums, scratch, tid, nthreads] = i32ParamLocals(fn, operandCount - 2, 5);
    const packedKeys = fn.local("i32", i32.add(scratch, i32.mul(tid, perThread)));
    const packedValues = fn.local("i32", i32.add(packedKeys, packedTileBytes(depth)));
    const tile = fn.local("i32", i32.add(packedValues, packedTileBytes(width)));
    const statistics = fn.local("i32", i32.add(tile, tileBytes));
    const empty = fn.local("v128", v128.const(emptyStatistics));
    const [from, to] = shareOf(fn, batch * heads * blocks, tid, nthreads);
    const [unit, block, rows, end] = fn.locals("i32", 4);
    const [pointer, firstKey, columns] = fn.locals("i32", 3);
    fn.forRange(unit, from, to, 1, () => {
      fn.set(block, i32.remU(unit, blocks));
      if (skipsHidden(d)) alternate(fn, block, blocks);
      const head = new HeadRows(fn, d, fn.local("i32", i32.divU(unit, blocks)));
      const first = fn.local("i32", i32.mul(block, tileQueries));
      fn.set(rows, smaller(i32.const(tileQueries), i32.sub(queries, first)));
      fn.set(end, skipsHidden(d) ? smaller(i32.const(keys), i32.add(first, rows)) : keys);
      const queryRows = head.at(query, "queries", depth, first);
      const resultRows = head.at(result, "queries", width, first);
      const keyRows = head.at(key, "keys", depth, 0);
      const valueRows = head.at(value, "keys", width, 0);
      fn.forRange(pointer, 0, tileQueries * 8, 16, () => fn.store(i32.add(statistics, pointer), empty));
      fn.forRange(firstKey, 0, end, tileKeys, () => {
        fn.set(columns, smaller(i32.const(tileKeys), i32.sub(end, firstKey)));
        fn.call(packRowsAsColumns(shared.module), keyRows, keyRow, packedKeys, depth, columns);
        fn.call(packPanels(shared.module, width), valueRows, valueRow, packedValues, columns);
        multiply(fn, [queryRows, keyRow], packedKeys, [tile, tileRowBytes], depth, 0, rows, columns);
        const place = [head.mask(mask, first, firstKey), first, firstKey, i32.eqz(firstKey)];
        fn.call(softmaxRows(shared, d), tile, rows, columns, statistics, resultRows, ...place);
        const isLater = i32.ne(firstKey, 0);
        combine(fn, [tile, tileRowBytes], packedValues, [resultRows, valueRow], columns, isLater, rows);
        fn.increment(keyRows, tileKeys * keyRow);
        fn.increment(valueRows, tileKeys * valueRow);
      });
      fn.call(finishRows(shared, d), statistics, rows, resultRows, head.at(sums, "queries", 1, first));
    });
  });
  return { phases: [phase], scratchBytes: (threads) => perThread * threads };
}

/** Maximum and sum of two rows that no key has been added to. */
const emptyStatistics = new Uint8Array(Float32Array.of(-Infinity, 0, -Infinity, 0).buffer);

/** From both ends by turns, so that neighbours together have as much to do as any others. */
function alternate(fn: Parameters<typeof shareOf>[0], block: Local<"i32">, blocks: number): void {
  fn.if(
    i32.and(block, 1),
    () => fn.set(block, i32.sub(blocks - 1, i32.shrU(block, 1))),
    () => fn.set(block, i32.shrU(block, 1)),
  );
}

/** Heads, or parts of them, among which the gradient is shared out where there are as many keys. */
const mostUnits = 8;

/**
 * Operands `(query, key, value, cotangent, sums, shift, [mask], forQuery, forKey, forValue)`. Threads share heads; of
 * few heads, interleaved parts of the keys, whose gradients of the queries are added up afterwards.
 */
export function attentionGradKernel(shared: ModuleScope, d: AttentionDescriptor): StructuredKernel {
  const { batch, heads, queries, keys, depth } = d.sizes;
  const blocks = Math.ceil(keys / tilesOf(d.sizes).keys);
  const parts = Math.min(blocks, Math.ceil(mostUnits / (batch * heads)));
  const partBytes = queries * depth * 4;
  const partialBytes = parts === 1 ? 0 : batch * heads * parts * partBytes;
  // Keys, values, queries and cotangents, each once as columns or rows, and keys as both.
  const perThread = 3 * packedTileBytes(depth) + 2 * packedTileBytes(d.sizes.width) + 2 * tileBytes;
  const phases = [gradientPhase(shared, d, { blocks, parts, partialBytes, perThread })];
  if (parts > 1) phases.push(sumPhase(shared, d, parts));
  return { phases, scratchBytes: (threads) => partialBytes + perThread * threads };
}

interface GradientPlan {
  readonly blocks: number;
  /** Parts of the keys of each head. */
  readonly parts: number;
  readonly partialBytes: number;
  readonly perThread: number;
}

function gradientPhase(
  shared: ModuleScope,
  d: AttentionDescriptor,
  { blocks, parts, partialBytes, perThread }: GradientPlan,
): FunctionHandle {
  const { batch, heads, queries, keys, depth, width } = d.sizes;
  const { module } = shared;
  const { queries: tileQueries, keys: tileKeys } = tilesOf(d.sizes);
  const [keyRow, valueRow] = [heads * depth * 4, heads * width * 4];
  const operandCount = d.mask === null ? 9 : 10;
  const multiply = tileOfPairs(shared);
  const addToQueries = productWith(shared, depth, "rows");
  const addToKeys = productWith(shared, depth, "columns");
  const addToValues = productWith(shared, width, "columns");
  const changeRow = parts === 1 ? keyRow : depth * 4;
  return module.function(i32Params(operandCount + 3), [], (fn) => {
    const [query, key, value, cotangent, sums, shift] = i32ParamLocals(fn, 0, 6);
    const mask = d.mask === null ? null : fn.param("i32", 6);
    const [forQuery, forKey, forValue, scratch, tid, nthreads] = i32ParamLocals(fn, operandCount - 3, 6);
    const own = i32.add(i32.add(scratch, partialBytes), i32.mul(tid, perThread));
    const packedKeys = fn.local("i32", own);
    const packedValues = fn.local("i32", i32.add(packedKeys, packedTileBytes(depth)));
    const keyPanels = fn.local("i32", i32.add(packedValues, packedTileBytes(width)));
    const queryPanels = fn.local("i32", i32.add(keyPanels, packedTileBytes(depth)));
    const cotangentPanels = fn.local("i32", i32.add(queryPanels, packedTileBytes(depth)));
    const tile = fn.local("i32", i32.add(cotangentPanels, packedTileBytes(width)));
    const inner = fn.local("i32", i32.add(tile, tileBytes));
    const [from, to] = shareOf(fn, batch * heads * parts, tid, nthreads);
    const [unit, part, firstKey, firstQuery, rows, columns, start] = fn.locals("i32", 7);
    fn.forRange(unit, from, to, 1, () => {
      fn.set(part, i32.remU(unit, parts));
      const head = new HeadRows(fn, d, fn.local("i32", i32.divU(unit, parts)));
      const change =
        parts === 1
          ? head.at(forQuery, "queries", depth, 0)
          : fn.local("i32", i32.add(scratch, i32.mul(unit, queries * depth * 4)));
      fn.call(zeroRows(module, depth * 4), change, changeRow, queries);
      fn.forRange(firstKey, i32.mul(part, tileKeys), blocks * tileKeys, parts * tileKeys, () => {
        fn.set(columns, smaller(i32.const(tileKeys), i32.sub(keys, firstKey)));
        const keyRows = head.at(key, "keys", depth, firstKey);
        const [keyChange, valueChange] = [
          head.at(forKey, "keys", depth, firstKey),
          head.at(forValue, "keys", width, firstKey),
        ];
        fn.call(packRowsAsColumns(module), keyRows, keyRow, packedKeys, depth, columns);
        fn.call(packPanels(module, depth), keyRows, keyRow, keyPanels, columns);
        const valueRows = head.at(value, "keys", width, firstKey);
        fn.call(packRowsAsColumns(module), valueRows, valueRow, packedValues, width, columns);
        fn.call(zeroRows(module, depth * 4), keyChange, keyRow, columns);
        fn.call(zeroRows(module, width * 4), valueChange, valueRow, columns);
        fn.set(start, skipsHidden(d) ? i32.mul(i32.divU(firstKey, tileQueries), tileQueries) : 0);
        fn.forRange(firstQuery, start, queries, tileQueries, () => {
          fn.set(rows, smaller(i32.const(tileQueries), i32.sub(queries, firstQuery)));
          const queryRows = head.at(query, "queries", depth, firstQuery);
          const cotangentRows = head.at(cotangent, "queries", width, firstQuery);
          multiply(fn, [queryRows, keyRow], packedKeys, [tile, tileRowBytes], depth, 0, rows, columns);
          multiply(
            fn,
            [cotangentRows, valueRow],
            packedValues,
            [inner, tileRowBytes],
            width,
            0,
            rows,
            columns,
          );
          fn.call(
            gradientRows(shared, d),
            tile,
            inner,
            rows,
            columns,
            head.at(sums, "queries", 1, firstQuery),
            head.at(shift, "queries", 1, firstQuery),
            head.mask(mask, firstQuery, firstKey),
            firstQuery,
            firstKey,
          );
          fn.call(packPanels(module, width), cotangentRows, valueRow, cotangentPanels, rows);
          addToValues(fn, [tile, tileRowBytes], cotangentPanels, [valueChange, valueRow], rows, 1, columns);
          fn.call(packPanels(module, depth), queryRows, keyRow, queryPanels, rows);
          addToKeys(fn, [inner, tileRowBytes], queryPanels, [keyChange, keyRow], rows, 1, columns);
          const changeRows = i32.add(change, i32.mul(firstQuery, changeRow));
          addToQueries(fn, [inner, tileRowBytes], keyPanels, [changeRows, changeRow], columns, 1, rows);
        });
      });
    });
  });
}

/** Adds up the gradients of the queries that parts of the keys gave. */
function sumPhase(shared: ModuleScope, d: AttentionDescriptor, parts: number): FunctionHandle {
  const { batch, heads, queries, depth } = d.sizes;
  const operandCount = d.mask === null ? 9 : 10;
  return shared.module.function(i32Params(operandCount + 3), [], (fn) => {
    const [forQuery, scratch] = [fn.param("i32", operandCount - 3), fn.param("i32", operandCount)];
    const [tid, nthreads] = [fn.param("i32", operandCount + 1), fn.param("i32", operandCount + 2)];
    const [from, to] = shareOf(fn, batch * heads * queries, tid, nthreads);
    const [unit, sum] = [fn.local("i32"), fn.local("v128")];
    const partBytes = queries * depth * 4;
    fn.forRange(unit, from, to, 1, () => {
      const index = fn.local("i32", i32.divU(unit, queries));
      const row = fn.local("i32", i32.remU(unit, queries));
      const target = new HeadRows(fn, d, index).at(forQuery, "queries", depth, row);
      const offset = i32.add(i32.mul(index, parts * partBytes), i32.mul(row, depth * 4));
      const source = fn.local("i32", i32.add(scratch, offset));
      for (let at = 0; at < depth; at += 4) {
        fn.set(sum, v128.load(source, at * 4));
        for (let part = 1; part < parts; part++)
          fn.set(sum, f32x4.add(sum, v128.load(source, part * partBytes + at * 4)));
        fn.storeLanes32(target, sum, Math.min(4, depth - at), at * 4);
      }
    });
  });
}
