import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { invariant } from "../../../util/errors.ts";
import { batchCountOf } from "./batch-address.ts";
import { tileVectors } from "./micro-kernel.ts";
import {
  blockFloats,
  columnPanels,
  stripCount,
  stripGroups,
  type ColumnPanels,
  type StripGroup,
} from "./tiling.ts";

/**
 * Whether copying B into panels saves more than it costs. Reading B where it lies reaches the same speed as long as
 * a column of panels stays in the cache; measured with bench/kernels/matmul.ts.
 */
function gainsFromPackedB(d: MatmulDescriptor): boolean {
  if (d.b.column !== 1) return true;
  // Rows that lie a multiple of 4 KiB apart take each other's places in the cache.
  const collides = d.b.row % 1024 === 0 && d.k * d.n > 1_048_576 && batchCountOf(d) === 1;
  return (d.m >= (collides ? 16 : 48) && d.k >= 256 && d.n >= 256) || (d.m >= 256 && d.k * d.n > 65_536);
}

/**
 * Whether copying strips of a transposed A pays: with far-apart k-steps each step costs a TLB entry, again for every
 * panel of columns.
 */
function gainsFromPackedA(d: MatmulDescriptor): boolean {
  if (d.a.column === 1) return false;
  return d.a.row !== 1 || (d.a.column >= 400 && d.k >= 32 && d.n >= (d.k >= 512 ? 64 : 128));
}

/**
 * Whether each thread packs B by blocks, for its own columns: where there are enough of them to share, and B is larger than
 * a block and than A, which all threads read. Then a packed B stays in the cache, instead of passing the memory twice.
 */
function suitsBlocks(d: MatmulDescriptor, panels: ColumnPanels, batchCount: number): boolean {
  const isLarge = d.k * d.n > blockFloats && d.m <= d.n;
  return isLarge && panels.count >= 32 && batchCount === 1 && d.isPrepared !== true;
}

/** How one product is computed. */
export interface MatmulPlan {
  readonly strips: readonly StripGroup[];
  readonly panels: ColumnPanels;
  /** Whether A is copied strip by strip, because neither its rows nor its columns are contiguous or for speed. */
  readonly packA: boolean;
  /** What threads share out among them. */
  readonly split: "batch" | "rows" | "columns";
  readonly batchCount: number;
  /**
   * When B is packed: as a whole, in a phase of its own (`phase`); as a whole in each batch element, by the thread that
   * works on it (`element`); or block by block, each just before it is used (`block`), which takes little memory.
   */
  readonly packing: "phase" | "element" | "block" | null;
}

/** Chooses how a product is computed. */
export function planOf(d: MatmulDescriptor): MatmulPlan {
  const batchCount = batchCountOf(d);
  const strips = stripGroups(d.m);
  const packB = d.bPacked !== true && gainsFromPackedB(d);
  const vectors = d.m <= 3 && !packB && d.bPacked !== true ? tileVectors(d.m) : 2;
  const panels = columnPanels(d.n, vectors);
  const sharedB = d.batch.every((axis) => axis.b === 0 || axis.size === 1);
  invariant(d.bPacked !== true || sharedB, "a packed B has no batch strides");
  const byRows = stripCount(strips) >= Math.min(8, panels.count);
  const whole = suitsBlocks(d, panels, batchCount) ? "block" : "phase";
  const packing = !packB ? null : sharedB ? whole : "element";
  const split =
    packing === "element" || batchCount >= 8 ? "batch" : byRows && packing !== "block" ? "rows" : "columns";
  const packA = gainsFromPackedA(d);
  return { strips, panels, packA, split, batchCount, packing };
}
