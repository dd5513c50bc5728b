import { nodeModule } from "./node.ts";

/** Bytes to copy parts of. */
export interface Bytes {
  /** Copies the bytes `from … to − 1` to `target`, where they begin at `at`. */
  copyTo(target: Bytes, at: number, from: number, to: number): void;
}

/** Node's own copy counts bytes in 32 bits. */
const mostCounted = 2 ** 32 - 1;

class PlainBytes implements Bytes {
  readonly view: Uint8Array;

  constructor(view: Uint8Array) {
    this.view = view;
  }

  copyTo(target: PlainBytes, at: number, from: number, to: number): void {
    target.view.set(this.view.subarray(from, to), at);
  }
}

/** In Node: makes no views, and is as fast for shared memory, where `set` copies word by word. */
class NodeBytes extends PlainBytes {
  declare readonly view: Buffer;

  override copyTo(target: PlainBytes, at: number, from: number, to: number): void {
    this.view.copy(target.view, at, from, to);
  }
}

/** The bytes of an array, for copies of parts of it. */
export function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Bytes {
  const node = byteLength > mostCounted ? undefined : nodeModule("node:buffer");
  return node === undefined
    ? new PlainBytes(new Uint8Array(buffer, byteOffset, byteLength))
    : new NodeBytes(node.Buffer.from(buffer, byteOffset, byteLength));
}

/** `target.set(source)` for arrays of one kind and length, of which one is in shared memory. */
export function copyShared(target: ArrayBufferView, source: ArrayBufferView): void {
  const [from, to] = [bytesIn(source), bytesIn(target)];
  // In two parts: a whole array is what Node leaves to `set`.
  const half = Math.floor(source.byteLength / 2);
  from.copyTo(to, 0, 0, half);
  from.copyTo(to, half, half, source.byteLength);
}
