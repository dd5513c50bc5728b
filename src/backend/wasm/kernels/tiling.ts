/** Strips of a number of rows: `count` strips of `rows` rows each, from row `start` and strip number `first` on. */
export interface StripGroup {
  readonly rows: number;
  readonly count: number;
  readonly start: number;
  readonly first: number;
}

/**
 * Cuts `total` rows into strips of 5 and 4 (the fastest tiles), or of 3 and fewer where that cannot be.
 * From 12 on every number is a sum of fives and fours.
 */
export function stripGroups(total: number): StripGroup[] {
  const groups: StripGroup[] = [];
  let start = 0;
  let first = 0;
  const add = (rows: number, count: number): void => {
    if (count === 0) return;
    groups.push({ rows, count, start, first });
    start += rows * count;
    first += count;
  };
  const fours = [0, 1, 2, 3, 4].find((n) => total >= 4 * n && (total - 4 * n) % 5 === 0);
  if (fours !== undefined) {
    add(5, (total - 4 * fours) / 5);
    add(4, fours);
  } else if (total === 6) {
    add(3, 2);
  } else if (total > 3) {
    add(4, (total - 3) / 4);
    add(3, 1);
  } else {
    add(total, 1);
  }
  return groups;
}

/** Number of strips in all groups. */
export function stripCount(groups: readonly StripGroup[]): number {
  return groups.reduce((sum, group) => sum + group.count, 0);
}

/** Columns cut into panels of `vectors` vectors, the last one narrower where they do not divide. */
export interface ColumnPanels {
  readonly vectors: number;
  /** Panels of full width. */
  readonly full: number;
  /** Vectors and stored lanes of the last vector of the narrower panel; absent when the columns divide. */
  readonly rest: { readonly vectors: number; readonly lastLanes: number } | undefined;
  /** All panels. */
  readonly count: number;
}

/** Cuts `columns` into panels of `vectors` vectors of four. */
export function columnPanels(columns: number, vectors: number): ColumnPanels {
  const full = Math.floor(columns / (vectors * 4));
  const left = columns - full * vectors * 4;
  const rest = left === 0 ? undefined : { vectors: Math.ceil(left / 4), lastLanes: ((left - 1) % 4) + 1 };
  return { vectors, full, rest, count: full + (rest === undefined ? 0 : 1) };
}

/** Floats of a packed matrix of `k` rows in such panels. */
export function packedSize(k: number, panels: ColumnPanels): number {
  return k * 4 * (panels.full * panels.vectors + (panels.rest?.vectors ?? 0));
}

/** k-steps worked on at once: a strip of A (5 × 256 floats) and a panel of B (8 × 256) stay in the 32 KiB L1 cache. */
const chunkSteps = 256;
/** Floats of B worked on at once: half of a 1 MiB L2 cache. */
export const blockFloats = 131_072;

/** What of B is worked on at once: steps of k, and panels. */
export function blockOf(
  k: number,
  panels: ColumnPanels,
): { readonly steps: number; readonly panels: number } {
  const steps = chunkSize(k, chunkSteps);
  return { steps, panels: Math.max(1, Math.floor(blockFloats / steps / (panels.vectors * 4))) };
}

/** Cuts `k` steps into chunks of about `target`, all but the last of one size. */
export function chunkSize(k: number, target: number): number {
  if (k <= target * 1.5) return k;
  const chunks = Math.ceil(k / target);
  return Math.ceil(k / chunks / 4) * 4;
}
