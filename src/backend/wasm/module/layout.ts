import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";

/** Words of the pointer table that precede those of inputs and state. */
export const tableSlots = {
  arena: 0,
  constants: 1,
  scratch: 2,
  barrier: 3,
  /** Address of what was made of weights, and whether (1) it has to be made anew. */
  prepared: 4,
  isStale: 5,
  first: 6,
} as const;

/** Where the words through which threads talk are, in the reserved bytes at the start of memory. */
export const controlAddress = 256;

/** Where the parts of a program's memory are, relative to the pointers in the table. */
export interface Layout {
  /** Byte offset of each constant buffer in the constant region. */
  readonly constantOffsets: ReadonlyMap<number, number>;
  /** The constant region's content. */
  readonly constants: Uint8Array;
  /** Table word of each input and state buffer. */
  readonly slots: ReadonlyMap<number, number>;
}

const alignment = 64;

export function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

export function layoutOf(schedule: Schedule, inputCount: number): Layout {
  const constantOffsets = new Map<number, number>();
  const slots = new Map<number, number>();
  let constantBytes = 0;
  schedule.buffers.forEach(({ home }, id) => {
    if (home.kind === "constant") {
      constantOffsets.set(id, constantBytes);
      constantBytes = align(constantBytes + home.bytes.byteLength);
    } else if (home.kind === "input") {
      slots.set(id, tableSlots.first + home.index);
    } else if (home.kind === "state") {
      slots.set(id, tableSlots.first + inputCount + home.index);
    }
  });
  const constants = new Uint8Array(constantBytes);
  schedule.buffers.forEach(({ home }, id) => {
    if (home.kind === "constant") constants.set(home.bytes, constantOffsets.get(id) ?? 0);
  });
  return { constantOffsets, constants, slots };
}
