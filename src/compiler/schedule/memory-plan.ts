import { bytesOf } from "../../ir/dtypes.ts";
import {
  type Access,
  inPlacePrimitives,
  type Item,
  type LoopKernel,
  type StructuredKernel,
} from "../kernel-ir/kernel-ir.ts";
import { type Block, placeBlocks } from "./place-blocks.ts";
import type { PendingBuffer } from "./values.ts";

/** When a buffer holds something, in steps of the schedule; both ends included. */
interface Life {
  readonly bytes: number;
  start: number;
  end: number;
  /** Loops around its first use, outermost first. */
  readonly loops: readonly Span[];
  /** The buffer whose memory it takes over. */
  takes: number | null;
  /** The end of the last of the lives that follow each other in this memory. */
  blockEnd: number;
}

interface Span {
  readonly start: number;
  end: number;
}

/** Where each temporary lies, and how much memory they take together. */
export interface MemoryPlan {
  readonly offsets: ReadonlyMap<PendingBuffer, number>;
  readonly arenaBytes: number;
}

/** Finds a place for every buffer of the arena, such that buffers which are in use at the same time do not overlap. */
export function planMemory(
  buffers: readonly PendingBuffer[],
  items: readonly Item[],
  kept: ReadonlySet<number>,
): MemoryPlan {
  const lives = livesOf(buffers, items, kept);
  const order = [...lives].toSorted(([, a], [, b]) => a.start - b.start);
  const blocks = new Map<number, Block>();
  for (const [id, { bytes, start, end, blockEnd, takes }] of order)
    if (takes === null) blocks.set(id, { bytes, start, end: Math.max(end, blockEnd) });
  const { places, size } = placeBlocks([...blocks.values()], peakOf(lives.values()));
  const offsets = new Map<PendingBuffer, number>();
  for (const [id, life] of order) {
    // The first of those that follow each other in one place.
    let first = id;
    for (let donor = life.takes; donor !== null; donor = lives.get(donor)?.takes ?? null) first = donor;
    const block = blocks.get(first);
    const buffer = buffers[id];
    if (block !== undefined && buffer !== undefined) offsets.set(buffer, places.get(block) ?? 0);
  }
  return { offsets, arenaBytes: size };
}

/** Most bytes that arena buffers hold at once: what no plan can go below. */
export function peakLiveBytes(
  buffers: readonly Pick<PendingBuffer, "dtype" | "size" | "home">[],
  items: readonly Item[],
  kept: ReadonlySet<number>,
): number {
  return peakOf(livesOf(buffers, items, kept).values());
}

function peakOf(lives: Iterable<Life>): number {
  const changes = new Map<number, number>();
  const change = (time: number, bytes: number): void =>
    void changes.set(time, (changes.get(time) ?? 0) + bytes);
  for (const { bytes, start, end, takes } of lives) {
    // A buffer that takes over another's memory begins when that one has ended.
    change(takes === null ? start : start + 1, bytes);
    change(end + 1, -bytes);
  }
  let [live, peak] = [0, 0];
  for (const [, bytes] of [...changes].toSorted(([x], [y]) => x - y)) {
    live += bytes;
    peak = Math.max(peak, live);
  }
  return peak;
}

function livesOf(
  buffers: readonly Pick<PendingBuffer, "dtype" | "size" | "home">[],
  items: readonly Item[],
  kept: ReadonlySet<number>,
): Map<number, Life> {
  const lives = new Map<number, Life>();
  const kernels: { readonly time: number; readonly kernel: LoopKernel | StructuredKernel }[] = [];
  const ends = new Map<number, Span>();
  const timeOf = new Map<Item, number>();
  const total = clock(items, timeOf, ends);
  const touch = (access: Access, time: number, loops: readonly Span[]): void => {
    const buffer = buffers[access.buffer];
    if (buffer === undefined || buffer.home.kind !== "arena") return;
    const life = lives.get(access.buffer);
    if (life === undefined) {
      const bytes = buffer.size * bytesOf(buffer.dtype);
      lives.set(access.buffer, { bytes, start: time, end: time, loops, takes: null, blockEnd: time });
      return;
    }
    life.end = Math.max(life.end, time);
    let common = 0;
    while (common < loops.length && loops[common] === life.loops[common]) common++;
    const first = life.loops[common];
    const current = loops[common];
    // What crosses the border of a loop lives through all its turns.
    if (first !== undefined)
      [life.start, life.end] = [Math.min(life.start, first.start), Math.max(life.end, first.end)];
    if (current !== undefined) life.end = Math.max(life.end, current.end);
  };
  visit(items, timeOf, ends, [], (item, time, loops) => {
    for (const access of accessesOf(item)) touch(access, time, loops);
    if (item.kind === "loop" || (item.kind === "structured" && inPlacePrimitives.has(item.primitive)))
      kernels.push({ time, kernel: item });
  });
  for (const id of kept) {
    const life = lives.get(id);
    if (life === undefined) continue;
    life.end = total;
    life.start = Math.min(life.start, life.loops[0]?.start ?? life.start);
  }
  for (const { time, kernel } of kernels) {
    if (kernel.kind === "loop") reuseInPlace(kernel, time, buffers, lives);
    else reuseFirstInput(kernel, time, lives);
  }
  return lives;
}

/** Numbers items in order of execution; loops get the span of their bodies. */
function clock(items: readonly Item[], timeOf: Map<Item, number>, ends: Map<number, Span>): number {
  let now = 0;
  const walk = (list: readonly Item[]): void => {
    for (const item of list) {
      const start = now++;
      timeOf.set(item, start);
      bodiesOf(item).forEach(walk);
      if (item.kind === "repeat" || item.kind === "while") ends.set(start, { start, end: now++ });
    }
  };
  walk(items);
  return now;
}

function bodiesOf(item: Item): readonly (readonly Item[])[] {
  switch (item.kind) {
    case "repeat":
      return [item.body];
    case "while":
      return [item.condition, item.body];
    case "switch":
      return item.branches;
    default:
      return [];
  }
}

function visit(
  items: readonly Item[],
  timeOf: ReadonlyMap<Item, number>,
  spans: ReadonlyMap<number, Span>,
  loops: readonly Span[],
  f: (item: Item, time: number, loops: readonly Span[]) => void,
): void {
  for (const item of items) {
    const time = timeOf.get(item) ?? 0;
    const span = spans.get(time);
    const inner = span === undefined ? loops : [...loops, span];
    f(item, time, item.kind === "while" ? inner : loops);
    for (const body of bodiesOf(item)) visit(body, timeOf, spans, inner, f);
  }
}

/** Every address that an item itself uses, apart from the items inside it. */
export function accessesOf(item: Item): Access[] {
  switch (item.kind) {
    case "loop":
      return [
        ...item.nodes.flatMap((node) => (node.kind === "load" ? [node.access] : [])),
        ...item.stores.map((store) => store.access),
      ];
    case "structured": {
      const nodes = item.epilogue?.nodes ?? [];
      const stores = item.epilogue?.stores ?? [];
      const operands = [...item.inputs, ...item.outputs].map((operand) => operand.access);
      return [
        ...operands,
        ...nodes.flatMap((node) => (node.kind === "load" ? [node.access] : [])),
        ...stores.map((store) => store.access),
      ];
    }
    case "while":
      return [item.flag];
    case "switch":
      return [item.selector];
    case "repeat":
      return item.range === undefined ? [] : [item.range.bounds];
  }
}

function sameAccess(a: Access, b: Access): boolean {
  const same = (x: readonly number[] = [], y: readonly number[] = []): boolean =>
    x.length === y.length && x.every((n, i) => n === y[i]);
  return a.offset === b.offset && same(a.strides, b.strides) && same(a.loopStrides, b.loopStrides);
}

/** Lets a result take the memory of an input that dies here, when each step reads only the element that it writes. */
function reuseInPlace(
  kernel: LoopKernel,
  time: number,
  buffers: readonly Pick<PendingBuffer, "dtype">[],
  lives: Map<number, Life>,
): void {
  if (kernel.inner.length > 0) return;
  const given = new Set<number>();
  const loads = kernel.nodes.flatMap((node) => (node.kind === "load" ? [node] : []));
  for (const { access } of kernel.stores) {
    const life = lives.get(access.buffer);
    if (life === undefined || life.start !== time || life.takes !== null) continue;
    const isOnly = kernel.stores.filter((other) => other.access.buffer === access.buffer).length === 1;
    const donor = loads.find(({ access: from }) => {
      const candidate = lives.get(from.buffer);
      const fits =
        candidate?.end === time &&
        candidate.bytes === life.bytes &&
        buffers[from.buffer]?.dtype === buffers[access.buffer]?.dtype;
      if (!fits || given.has(from.buffer) || from.buffer === access.buffer) return false;
      return loads.every(
        (load) =>
          load.access.buffer !== from.buffer ||
          (load.guards === undefined && sameAccess(load.access, access)),
      );
    });
    if (donor === undefined || !isOnly) continue;
    given.add(donor.access.buffer);
    takeOver(life, donor.access.buffer, lives);
  }
}

/** Lets a kernel that changes its first input do so in place, when that dies here. */
function reuseFirstInput(
  { inputs, outputs }: StructuredKernel,
  time: number,
  lives: Map<number, Life>,
): void {
  const [from] = inputs;
  const [to] = outputs;
  if (from === undefined || to === undefined) return;
  const donor = lives.get(from.access.buffer);
  const life = lives.get(to.access.buffer);
  const isOnly = inputs.filter(({ access }) => access.buffer === from.access.buffer).length === 1;
  const fits =
    donor?.end === time && life?.start === time && donor.bytes === life.bytes && life.takes === null;
  if (life !== undefined && fits && isOnly && sameAccess(from.access, to.access))
    takeOver(life, from.access.buffer, lives);
}

function takeOver(life: Life, donor: number, lives: ReadonlyMap<number, Life>): void {
  life.takes = donor;
  let block = lives.get(donor);
  while (block !== undefined) {
    block.blockEnd = Math.max(block.blockEnd, life.end);
    block = block.takes === null ? undefined : lives.get(block.takes);
  }
}
