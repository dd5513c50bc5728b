import type { DType } from "../../ir/dtypes.ts";
import type { Params } from "../../ir/primitive.ts";
import type { ScalarOp } from "../../ir/scalar.ts";

/** Index into `Schedule.buffers`. */
export type BufferId = number;

/** Where a buffer lives while a program runs. */
export type BufferHome =
  /** Filled by the caller before each run: `Program.inputs[index]`. */
  | { readonly kind: "input"; readonly index: number }
  /** Persistent device memory: `Program.state[index]`; stores to it are the update. */
  | { readonly kind: "state"; readonly index: number }
  /** Known at compile time. */
  | { readonly kind: "constant"; readonly bytes: Uint8Array }
  /** In the arena at `byteOffset` (set by the memory plan); results too, which the caller copies out. */
  | { readonly kind: "arena"; readonly byteOffset: number };

/** A dense row-major array that kernels read and write. */
export interface BufferSpec {
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  readonly home: BufferHome;
}

/** An affine address, in elements: `offset + Σ index[d]·strides[d] + Σ loopIndex[l]·loopStrides[l]`. */
export interface Access {
  readonly buffer: BufferId;
  readonly offset: number;
  /** One for each dimension of the kernel, outer ones first, then inner ones. */
  readonly strides: readonly number[];
  /** One for each enclosing `LoopItem`, outermost first; absent when none moves the address. */
  readonly loopStrides?: readonly number[];
}

/** `0 ≤ offset + Σ index[d]·strides[d] < limit`, and, with `step`, divisible by it. Guards padding and concatenation. */
export interface Guard {
  readonly offset: number;
  readonly strides: readonly number[];
  readonly limit: number;
  readonly step?: number;
}

/** Index of a node in a kernel's `nodes`. */
export type NodeId = number;

/** A node of a kernel's scalar graph; nodes refer to earlier nodes only. */
export type KernelNode =
  /** An element of a buffer; `otherwise` where a guard fails (the load does not happen then). */
  | {
      readonly kind: "load";
      readonly access: Access;
      readonly dtype: DType;
      readonly guards?: readonly Guard[];
      readonly otherwise?: number;
    }
  | { readonly kind: "const"; readonly value: number; readonly dtype: DType }
  /** `offset + Σ index[d]·strides[d]` as a number of the dtype (iota, linear counters). */
  | {
      readonly kind: "index";
      readonly offset: number;
      readonly strides: readonly number[];
      readonly dtype: DType;
    }
  | { readonly kind: "op"; readonly op: ScalarOp; readonly args: readonly NodeId[]; readonly dtype: DType }
  /** `value` combined over all inner indices: one number for each outer index. */
  | {
      readonly kind: "reduce";
      readonly combine: "add" | "mul" | "max" | "min";
      readonly value: NodeId;
      readonly dtype: DType;
    };

export interface Store {
  readonly access: Access;
  readonly value: NodeId;
}

/**
 * Nested loops over `outer` (parallel: any order, any thread) and, inside each, `inner` (the reduced dimensions).
 *
 * Without `reduce` nodes `inner` is empty. With them, a kernel can hold several stages: a reduction may use the result
 * of another (softmax: max, then Σ exp(x − max), then a store for every inner element). The emitter derives the stages
 * from the depth of the `reduce` nodes. A store whose value and access do not depend on the inner index happens once for
 * each outer index; any other one happens for each inner index, in the stage after the last reduction it depends on.
 * At each step of the loops all loads come before all stores: arrays may be updated in place, element by element.
 */
export interface LoopKernel {
  readonly kind: "loop";
  /** What it computes, for profiles: `"mul+add+reduceSum"`. */
  readonly label: string;
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  readonly nodes: readonly KernelNode[];
  readonly stores: readonly Store[];
}

/** An operand of a structured kernel: an array seen through strides. */
export interface Operand {
  readonly access: Access;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * A kernel that the backend knows by the primitive's name (matmul, conv, gather, sort, …).
 *
 * The inputs of `matmul` are views of any strides, and its result may be one whose last axis is contiguous (without an
 * epilogue); elsewhere operands are dense.
 */
export interface StructuredKernel {
  readonly kind: "structured";
  readonly label: string;
  readonly primitive: string;
  readonly params: Params;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /**
   * Element-wise work fused behind the product, over the output's dimensions: node 0 is the product's element
   * (`{ kind: "product" }`), loads address by the output's index. The product is computed in `outputs[0]`, which no
   * load of the epilogue reads; a store to the same access puts its value there instead, the others go elsewhere.
   */
  readonly epilogue?: Epilogue;
}

/** Primitives that change a few elements of their first input: their result may lie in the input's own memory. */
export const inPlacePrimitives: ReadonlySet<string> = new Set(["scatter", "dynamicUpdateSlice"]);

export interface Epilogue {
  /** As in a loop kernel with `outer` = the output's shape and no `inner`; node 0 stands for the product's element. */
  readonly nodes: readonly (KernelNode | { readonly kind: "product"; readonly dtype: DType })[];
  readonly stores: readonly Store[];
}

/** Items run `count` times in order; accesses inside move by their `loopStrides`. From `scan`. */
export interface LoopItem {
  readonly kind: "repeat";
  readonly count: number;
  readonly body: readonly Item[];
  /** Which turns are run; absent: all. */
  readonly range?: TurnRange;
}

/** Some turns of a loop, known when it begins. */
export interface TurnRange {
  /** Two int32, the first turn of a range and the one behind its last (within `0 … count`). */
  readonly bounds: Access;
  /** Whether the numbers are those of turns counted from the last one. */
  readonly fromLast: boolean;
  /** The turns of the range, those before them, or those behind them. */
  readonly part: TurnPart;
}

export type TurnPart = "within" | "before" | "behind";

/** The turns that a range names, from its two numbers. */
export function turnsOf(
  { part, fromLast }: Pick<TurnRange, "part" | "fromLast">,
  count: number,
  bounds: readonly [first: number, end: number],
): readonly [from: number, to: number] {
  const first = Math.min(count, Math.max(0, bounds[0]));
  const end = Math.max(first, Math.min(count, bounds[1]));
  const [low, high] = fromLast ? [count - end, count - first] : [first, end];
  return part === "before" ? [0, low] : part === "within" ? [low, high] : [high, count];
}

/** Runs `condition`, then, while the bool in `flag` holds, `body` and `condition` again. From `whileLoop`. */
export interface WhileItem {
  readonly kind: "while";
  readonly condition: readonly Item[];
  readonly flag: Access;
  readonly body: readonly Item[];
}

/** Runs the branch whose number (int32, clamped) is in `selector`. From `cond`. */
export interface SwitchItem {
  readonly kind: "switch";
  readonly selector: Access;
  readonly branches: readonly (readonly Item[])[];
}

/** All threads wait for each other between items, except where the scheduler shows it is not needed. */
export type Item = LoopKernel | StructuredKernel | LoopItem | WhileItem | SwitchItem;

/** What a backend compiles: buffers with places, and kernels in order. */
export interface Schedule {
  readonly buffers: readonly BufferSpec[];
  readonly items: readonly Item[];
  /** The buffer of each `Program.outputs` entry. */
  readonly outputs: readonly BufferId[];
  readonly arenaBytes: number;
}
