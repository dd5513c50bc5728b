import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { isDepthwise } from "./convolution-depthwise.ts";
import {
  combinations,
  forwardPhase,
  gradientPhases,
  isContiguous,
  staysInside,
  threeAxes,
  type AxisPhase,
} from "./convolution-geometry.ts";
import { narrowChannels, narrowSize, type NarrowWeights } from "./convolution-narrow.ts";
import { tileVectors } from "./micro-kernel.ts";
import { slabOf, type Slab } from "./slab.ts";
import { columnPanels, packedSize, type ColumnPanels } from "./tiling.ts";

/** k-steps worked on at once, as in products. */
const chunkSteps = 384;
/** Columns worked on at once, so that a chunk of B stays in the L2 cache. */
export const blockColumns = 512;
/** Bytes of slab and results that one block of rows may take in the L2 cache. */
const blockBytes = 196_608;

type Phases = readonly [AxisPhase, AxisPhase, AxisPhase];

/** One product inside a gathering convolution: one combination of axis phases. */
export interface GatherPart {
  readonly phases: Phases;
  /** Kernel elements by position in B's rows. */
  readonly taps: readonly number[];
  /** Length of a run of contiguous source values, and the runs' byte offsets from the first source pixel. */
  readonly run: number;
  readonly offsets: readonly number[];
  /** Runs in a chunk of k. */
  readonly runsPerChunk: number;
  readonly k: number;
  readonly slab: Slab | undefined;
  readonly blockRows: number;
  /** Float offset of this part's packed B. */
  readonly packedAt: number;
  /** The kernels of narrow results, which are dot products. */
  readonly narrow: NarrowWeights | undefined;
}

/** How a forward pass or an input gradient is computed. */
export interface GatherPlan {
  readonly parts: readonly GatherPart[];
  readonly sourceChannels: number;
  readonly resultChannels: number;
  readonly groupSource: number;
  readonly groupResult: number;
  /** Groups looped over: 1 for a depthwise convolution, whose kernel takes all channels at once. */
  readonly groups: number;
  readonly depthwise: boolean;
  readonly panels: ColumnPanels;
  /** B is packed in a first phase; else the weights serve as they lie. */
  readonly packed: boolean;
  /** Results are dot products, of kernels laid out in a first phase. */
  readonly isNarrow: boolean;
  readonly packedFloats: number;
  readonly tableBytes: number;
  readonly slabBytes: number;
}

/** Chooses how a forward pass or an input gradient is computed. */
export function gatherPlan(d: ConvolutionDescriptor): GatherPlan {
  const axes = threeAxes(d.axes);
  const forward = d.pass === "forward";
  const [sourceChannels, resultChannels] = forward
    ? [d.inputChannels, d.outputChannels]
    : [d.outputChannels, d.inputChannels];
  const depthwise = isDepthwise(d);
  const groupSource = sourceChannels / d.groups;
  const groupResult = depthwise ? resultChannels : resultChannels / d.groups;
  const combined = combinations(axes.map((axis) => (forward ? [forwardPhase(axis)] : gradientPhases(axis))));
  const narrowest = Math.min(...combined.map(([, , x]) => x?.count ?? 1));
  const large = d.batch * axes[1].output * axes[2].output >= 48 && groupResult >= 128;
  const isNarrow = d.groups === 1 && groupResult <= narrowChannels && groupSource * axes[2].kernel >= 8;
  const packed = !depthwise && !isNarrow && (!forward || (narrowest >= 4 && large));
  const vectors = combined.length === 1 && narrowest <= 3 ? tileVectors(narrowest) : 2;
  const panels = columnPanels(groupResult, vectors);
  let packedAt = 0;
  const parts = combined.map(([z, y, x]) => {
    const phases: Phases = [
      z ?? forwardPhase(axes[0]),
      y ?? forwardPhase(axes[1]),
      x ?? forwardPhase(axes[2]),
    ];
    const part = partOf(d, phases, { sourceChannels, groupSource, resultChannels, packedAt, isNarrow });
    packedAt += part.narrow === undefined ? packedSize(part.k, panels) * d.groups : narrowSize(part.narrow);
    return part;
  });
  return {
    parts,
    sourceChannels,
    resultChannels,
    groupSource,
    groupResult,
    groups: depthwise ? 1 : d.groups,
    depthwise,
    panels,
    packed,
    isNarrow,
    packedFloats: packed || isNarrow ? packedAt : 0,
    tableBytes: Math.max(...parts.map((part) => part.offsets.length)) * 4,
    slabBytes: Math.max(...parts.map((part) => part.slab?.bytes ?? 0)),
  };
}

interface PartContext {
  readonly sourceChannels: number;
  readonly groupSource: number;
  readonly resultChannels: number;
  readonly packedAt: number;
  readonly isNarrow: boolean;
}

function partOf(
  d: ConvolutionDescriptor,
  phases: Phases,
  { sourceChannels, groupSource, resultChannels, packedAt, isNarrow }: PartContext,
): GatherPart {
  const [z, y, x] = phases;
  const kernelSizes = threeAxes(d.axes).map((axis) => axis.kernel);
  const inside = phases.every(staysInside) || phases.some((phase) => phase.taps.length === 0);
  // Enough blocks for a few threads even when there is one image; otherwise as many rows as the cache takes.
  const rowFloats = x.sourceSize * sourceChannels * y.sourceStep + x.count * resultChannels;
  const fitting = Math.max(1, Math.floor(blockBytes / 4 / rowFloats));
  const blockRows = Math.min(y.count, fitting, Math.max(1, Math.ceil((y.count * d.batch * z.count) / 8)));
  const slab = inside ? undefined : slabOf(phases, blockRows, sourceChannels);
  const rowBytes = slab?.rowBytes ?? x.sourceSize * sourceChannels * 4;
  const planeBytes = slab?.planeBytes ?? y.sourceSize * rowBytes;
  const merged = isContiguous(x) && d.groups === 1;
  const taps: number[] = [];
  const starts: number[] = [];
  for (const [tz, ty] of combinations([z.taps, y.taps])) {
    if (tz === undefined || ty === undefined) continue;
    for (const [i, tx] of x.taps.entries()) {
      taps.push((tz.kernel * (kernelSizes[1] ?? 1) + ty.kernel) * (kernelSizes[2] ?? 1) + tx.kernel);
      const offset = tz.offset * planeBytes + ty.offset * rowBytes + tx.offset * sourceChannels * 4;
      if (!merged || i === 0) starts.push(offset);
    }
  }
  const whole = merged ? x.taps.length * groupSource : groupSource;
  const run = isNarrow ? whole : subRun(whole);
  const offsets = starts.flatMap((start) =>
    Array.from({ length: whole / run }, (_, i) => start + i * run * 4),
  );
  const perChunk = Math.max(1, Math.round(chunkSteps / Math.max(run, 1)));
  const runsPerChunk = isNarrow || isDepthwise(d) ? Math.max(1, offsets.length) : perChunk;
  const forward = d.pass === "forward";
  const strides = forward
    ? { tap: d.inputChannels * d.outputChannels, k: d.outputChannels, column: 1 }
    : { tap: d.inputChannels * d.outputChannels, k: 1, column: d.outputChannels };
  const tapsPerRun = merged ? x.taps.length : 1;
  const narrow = isNarrow
    ? { taps, tapsPerRun, tapFloats: groupSource, columns: resultChannels, strides }
    : undefined;
  const k = taps.length * groupSource;
  return { phases, taps, run, offsets, runsPerChunk, k, slab, blockRows, packedAt, narrow };
}

/** The longest equal part of a run that is no longer than a chunk. */
function subRun(whole: number): number {
  for (let parts = 1; parts <= whole; parts++) {
    if (whole % parts === 0 && whole / parts <= chunkSteps * 1.5) return whole / parts;
  }
  return whole;
}
