/** Memory that is in use from one step to another, both included. */
export interface Block {
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
}

/** Byte offsets of blocks, and the size of the memory that holds them all. */
export interface Placement {
  readonly places: ReadonlyMap<Block, number>;
  readonly size: number;
}

/** Cache lines, so that no two blocks share one. */
const alignment = 64;
/** How much more than what is in use at once a placement may take before a better one is looked for. */
const goodEnough = 1.02;

function bytesFor({ bytes }: Block): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

/**
 * Places blocks, given in the order of their starts, such that those in use at the same time do not overlap.
 *
 * @param peakBytes - Most bytes in use at once: what no placement can go below.
 */
export function placeBlocks(blocks: readonly Block[], peakBytes: number): Placement {
  const first = firstCome(blocks);
  if (first.size <= goodEnough * peakBytes) return first;
  const second = largestFirst(blocks);
  return second.size < first.size ? second : first;
}

/** In order of time: free gaps are reused by the best fit. */
function firstCome(blocks: readonly Block[]): Placement {
  const places = new Map<Block, number>();
  let size = 0;
  let used: { readonly offset: number; readonly bytes: number; readonly end: number }[] = [];
  for (const block of blocks) {
    const bytes = bytesFor(block);
    used = used.filter(({ end }) => end >= block.start);
    let best = -1;
    let bestGap = Number.POSITIVE_INFINITY;
    let bestIndex = 0;
    let at = 0;
    used.forEach((other, i) => {
      const gap = other.offset - at;
      if (gap >= bytes && gap < bestGap) [best, bestGap, bestIndex] = [at, gap, i];
      at = other.offset + other.bytes;
    });
    const offset = best >= 0 ? best : at;
    used.splice(best >= 0 ? bestIndex : used.length, 0, { offset, bytes, end: block.end });
    places.set(block, offset);
    size = Math.max(size, offset + bytes);
  }
  return { places, size };
}

/** In order of size, each as low as those already placed that are in use at the same time leave room. */
function largestFirst(blocks: readonly Block[]): Placement {
  const places = new Map<Block, number>();
  let size = 0;
  // Sorted by offset.
  const placed: { readonly block: Block; readonly offset: number; readonly bytes: number }[] = [];
  for (const block of blocks.toSorted((a, b) => b.bytes - a.bytes || a.start - b.start)) {
    const bytes = bytesFor(block);
    let offset = 0;
    for (const other of placed) {
      if (other.block.start > block.end || other.block.end < block.start) continue;
      if (other.offset - offset >= bytes) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    let at = placed.length;
    while (at > 0 && (placed[at - 1]?.offset ?? 0) > offset) at--;
    placed.splice(at, 0, { block, offset, bytes });
    places.set(block, offset);
    size = Math.max(size, offset + bytes);
  }
  return { places, size };
}
