import { mapArrays } from "../../graph/compiled-function.ts";
import type { TypedArray } from "../../ir/dtypes.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { isPlainObject } from "../../util/options.ts";
import type { Batch } from "./batch.ts";
import type { HostTree } from "./host-arrays.ts";

/** A batch that was asked for before its time: or what went wrong, kept until its time has come. */
export interface Ahead {
  readonly outcome: Promise<{ readonly batch: Batch | null } | { readonly error: unknown }>;
  isSettled: boolean;
}

export function aheadOf(asked: Promise<Batch | null>): Ahead {
  const settle = <T>(outcome: T): T => {
    ahead.isSettled = true;
    return outcome;
  };
  const ahead: Ahead = {
    outcome: asked.then(
      (batch) => settle({ batch }),
      (error: unknown) => settle({ error }),
    ),
    isSettled: false,
  };
  return ahead;
}

/** The batch, or its error. */
export async function settled({ outcome }: Ahead): Promise<Batch | null> {
  const got = await outcome;
  if ("error" in got) throw got.error;
  return got.batch;
}

/** True where all arrays of a batch are tensors, which never change. */
export function isImmutable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isImmutable);
  if (isPlainObject(value)) return Object.values(value).every(isImmutable);
  return value instanceof Tensor || value === null || value === undefined;
}

/** Room for copies of two batches: one that is used, and the next. */
export class Rooms {
  readonly #rooms: (TypedArray | undefined)[] = [];
  #which = 0;

  /** A batch whose arrays nobody else has. */
  copyOf(batch: Batch): Batch {
    this.#which = 1 - this.#which;
    let leaf = 0;
    const copy = (tree: HostTree): HostTree =>
      mapArrays(tree, ({ data, shape, dtype }) => {
        const at = 2 * leaf++ + this.#which;
        const known = this.#rooms[at];
        const isFit =
          known !== undefined && known.length >= data.length && known.constructor === data.constructor;
        const room = isFit ? known.subarray(0, data.length) : data.slice();
        // SAFETY: arrays of one kind; numbers stand for bigints here.
        if (isFit) (room as Float32Array).set(data as Float32Array);
        else this.#rooms[at] = room;
        return { data: room, shape, dtype };
      });
    const { x, y, sampleWeight } = batch;
    return {
      x: copy(x),
      ...(y === undefined ? {} : { y: copy(y) }),
      ...(sampleWeight === undefined ? {} : { sampleWeight: copy(sampleWeight) }),
    };
  }
}
