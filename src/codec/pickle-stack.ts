import type { FileArray } from "./array.ts";
import type { ObjectArray } from "./numpy-types.ts";

/** The only Python names that may appear: what NumPy needs to rebuild an array. Nothing is imported or called for them. */
export const allowedGlobals = [
  "numpy ndarray",
  "numpy dtype",
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
  "_codecs encode",
] as const;

/** Things on the stack that are not yet values. */
export class Global {
  readonly name: (typeof allowedGlobals)[number];
  constructor(name: (typeof allowedGlobals)[number]) {
    this.name = name;
  }
}
export class Dtype {
  readonly descriptor: string;
  isBigEndian = false;
  constructor(descriptor: string) {
    this.descriptor = descriptor;
  }
}
export class PendingArray {
  value: FileArray | ObjectArray | undefined;
}
export class PickleList {
  readonly items: StackItem[] = [];
}
export class PickleDict {
  readonly entries: [StackItem, StackItem][] = [];
}
export class PickleTuple {
  readonly items: readonly StackItem[];
  constructor(items: readonly StackItem[]) {
    this.items = items;
  }
}
/** What the reader keeps while it works. */
export type StackItem =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Global
  | Dtype
  | PendingArray
  | PickleList
  | PickleDict
  | PickleTuple;
