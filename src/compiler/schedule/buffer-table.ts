import type { Access, BufferSpec } from "../kernel-ir/kernel-ir.ts";
import type { PendingBuffer, Place } from "./values.ts";

/** Numbers buffers in the order in which emitted items first touch them. */
export class BufferTable {
  readonly buffers: PendingBuffer[] = [];

  idOf(buffer: PendingBuffer): number {
    if (buffer.id === null) {
      buffer.id = this.buffers.length;
      this.buffers.push(buffer);
    }
    return buffer.id;
  }

  access(place: Place, offset: number, strides: readonly number[]): Access {
    const base = { buffer: this.idOf(place.buffer), offset: place.offset + offset, strides };
    return place.loopStrides.some((stride) => stride !== 0)
      ? { ...base, loopStrides: place.loopStrides }
      : base;
  }

  specs(offsets: ReadonlyMap<PendingBuffer, number>): BufferSpec[] {
    return this.buffers.map((buffer) => {
      const { dtype, size, home } = buffer;
      return {
        dtype,
        size,
        home: home.kind === "arena" ? { kind: "arena", byteOffset: offsets.get(buffer) ?? 0 } : home,
      };
    });
  }
}
