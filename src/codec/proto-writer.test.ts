import { describe, expect, it } from "vitest";
import { ProtoWriter } from "./proto-writer.ts";

const bytes = (writer: ProtoWriter): number[] => [...writer.finish()];

describe("ProtoWriter", () => {
  it("writes integers in groups of seven bits, negative ones as 64 bits", () => {
    expect(bytes(new ProtoWriter().int(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes(new ProtoWriter().int(1, 0))).toEqual([0x08, 0x00]);
    expect(bytes(new ProtoWriter().int(2, -1))).toEqual([0x10, ...new Array<number>(9).fill(0xff), 0x01]);
    expect(bytes(new ProtoWriter().int(1, 2 ** 40))).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
  });

  it("writes numbers of fields beyond 15 in two bytes", () => {
    expect(bytes(new ProtoWriter().int(20, 1))).toEqual([0xa0, 0x01, 0x01]);
  });

  it("writes floats in four bytes, doubles in eight, texts by their length in bytes", () => {
    expect(bytes(new ProtoWriter().double(1, 1))).toEqual([0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    expect(bytes(new ProtoWriter().float(2, 1))).toEqual([0x15, 0x00, 0x00, 0x80, 0x3f]);
    expect(bytes(new ProtoWriter().text(2, "é"))).toEqual([0x12, 0x02, 0xc3, 0xa9]);
  });

  it("puts messages into each other, fields in order", () => {
    const inner = new ProtoWriter().int(1, 150);
    const outer = new ProtoWriter().int(1, 7).message(3, inner).text(4, "a");
    expect(outer.byteLength).toBe(10);
    expect(bytes(outer)).toEqual([0x08, 0x07, 0x1a, 0x03, 0x08, 0x96, 0x01, 0x22, 0x01, 0x61]);
  });

  it("keeps large parts apart until the end", () => {
    const data = new Uint8Array(300).fill(9);
    const whole = new ProtoWriter().message(1, new ProtoWriter().bytes(9, data)).finish();
    expect(Array.from(whole.subarray(0, 6))).toEqual([0x0a, 0xaf, 0x02, 0x4a, 0xac, 0x02]);
    expect(whole.byteLength).toBe(306);
  });
});
