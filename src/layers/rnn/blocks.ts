import { add, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { greaterEqual, less } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange, zeros } from "../../ops/creation.ts";
import { getItem } from "../../ops/get-item.ts";
import { where } from "../../ops/indexing.ts";
import { concatenate, stack } from "../../ops/joining.ts";
import { scanOver } from "../../ops/loops.ts";
import { any, max } from "../../ops/reductions.ts";
import { reshape } from "../../ops/shape.ts";

/** `(carry, slices) → [carry, y]`. */
export type Body = (
  carry: readonly Tensor[],
  slices: readonly Tensor[],
) => readonly [readonly Tensor[], Tensor | null];

/** What comes of a loop: the last carry, and the results of all steps. */
export interface Looped {
  readonly carry: readonly Tensor[];
  readonly ys: Tensor | null;
}

/** Blocks that a sequence is cut into: more of them skip more steps, and cost more themselves. */
const mostBlocks = 24;
/** Rows of a block's products, below which preparing them costs too much. */
const fewestRows = 128;

/**
 * Steps in a block: so many that its products are of a size, and, among sizes up to half as many again, the one that
 * leaves least of the last block empty.
 */
export function blockSizeOf(steps: number, batch: number): number {
  const least = Math.max(Math.ceil(steps / mostBlocks), Math.ceil(fewestRows / Math.max(1, batch)));
  if (least >= steps) return steps;
  const emptyOf = (size: number): number => Math.ceil(steps / size) * size - steps;
  let best = least;
  for (let size = least; 2 * size < 3 * least; size++) if (emptyOf(size) < emptyOf(best)) best = size;
  return best;
}

/** What `loopOverBlocks` repeats. */
export interface MaskedLoop {
  readonly body: Body;
  readonly init: readonly Tensor[];
  /** `[time, batch, …]`. */
  readonly inputs: Tensor;
  /** What the body takes of the inputs of several steps. */
  readonly project: (inputs: Tensor) => Tensor;
  /** `[time, batch]`: where it is false, the body leaves all that is carried as it is. */
  readonly mask: Tensor;
  /** The carry that masked steps give as their result; null: zeros. */
  readonly repeated: number | null;
  readonly reverse: boolean;
}

/**
 * A loop over steps in blocks, which ends with the last block in which a sequence of the batch is alive and begins with
 * the first one. So the time goes with the longest sequence rather than with the padding.
 *
 * A block is one turn of a loop whose number of turns is known at run time, and holds the products for all its steps.
 */
export function loopOverBlocks(
  { body, init, inputs, project, mask, repeated, reverse }: MaskedLoop,
  size: number,
): Looped {
  const [steps = 0] = inputs.dims;
  const count = Math.ceil(steps / size);
  const blocks = (x: Tensor): Tensor => inBlocks(x, count, size);
  const keep = blocks(mask);
  const alive = any(keep, { axis: keep.dims.map((_, axis) => axis).slice(1) }) as Tensor; // SAFETY: tensor in, tensor out
  const numbers = arange(count, { dtype: "int32" }) as Tensor; // SAFETY: a tensor of numbers
  const end = max(where(alive, add(numbers, 1), 0)) as Tensor; // SAFETY: tensors in, tensor out
  const first = subtract(count, max(where(alive, subtract(count, numbers), 0))) as Tensor; // SAFETY: as above
  const range = cast(stack([first, end]), "int32") as Tensor; // SAFETY: as above
  const result = scanOver(
    (carry, [x, live]) => {
      if (x === undefined || live === undefined) return [carry, []];
      return scanOver(
        (before, [slice, kept]) => {
          const [after, y] = body(
            before,
            [slice, kept].filter((value) => value !== undefined),
          );
          return [after, y === null ? [] : [y]];
        },
        carry,
        [project(x), live],
        { length: size, reverse },
      );
    },
    init,
    [blocks(inputs), keep],
    { length: count, reverse, range },
  );
  const [carry, [ys]] = result;
  if (ys === undefined) return { carry, ys: null };
  const last = repeated === null ? undefined : carry[repeated];
  // Behind the last block, in the order of computation, states and output stay as they are.
  const isBehind = reverse ? less(numbers, first) : greaterEqual(numbers, end);
  const filled =
    last === undefined
      ? ys
      : (where(reshape(isBehind, [count, ...ys.dims.slice(1).fill(1)]), last, ys) as Tensor); // SAFETY: as above
  const joined = reshape(filled, [count * size, ...ys.dims.slice(2)]) as Tensor; // SAFETY: as above
  return { carry, ys: count * size === steps ? joined : (getItem(joined, [`:${steps}`]) as Tensor) }; // SAFETY: as above
}

/** `[steps, …] → [count, size, …]`, with zeros behind the last step. */
function inBlocks(x: Tensor, count: number, size: number): Tensor {
  const [steps = 0, ...rest] = x.dims;
  const missing = count * size - steps;
  const whole = missing === 0 ? x : concatenate([x, zeros([missing, ...rest], { dtype: x.dtype })], 0);
  return reshape(whole, [count, size, ...rest]) as Tensor; // SAFETY: tensors in, tensor out
}
