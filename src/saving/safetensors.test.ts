import { expect, it } from "vitest";
import { FormatError } from "../util/errors.ts";
import { isSafetensors, readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

const tensors: readonly StoredTensor[] = [
  { name: "a", dtype: "int8", shape: [3], data: Int8Array.of(1, -2, 3) },
  { name: "b", dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, Number.NaN) },
  { name: "c", dtype: "bfloat16", shape: [], data: Uint16Array.of(0x3f80) },
  { name: "empty", dtype: "float32", shape: [0, 4], data: new Float32Array() },
];

function withHeader(header: unknown, body: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

it("reads what it writes, bit by bit", () => {
  const bytes = writeSafetensors(tensors, { format: "test" });
  expect(isSafetensors(bytes)).toBe(true);
  const again = readSafetensors(bytes, "x").toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(again).toEqual(tensors);
});

it("reads a file laid out by hand", () => {
  const bytes = withHeader({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 4);
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, 2.5, true);
  expect(readSafetensors(bytes, "x")).toEqual([
    { name: "w", dtype: "float32", shape: [1], data: Float32Array.of(2.5) },
  ]);
});

it.each([
  ["cut short", writeSafetensors(tensors).slice(0, -1)],
  ["a long header", withHeader("{}", 0).fill(255, 0, 8)],
  ["no JSON", withHeader("{nope", 0)],
  ["an unknown dtype", withHeader({ w: { dtype: "F7", shape: [1], data_offsets: [0, 4] } }, 4)],
  ["a negative size", withHeader({ w: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4)],
  [
    "a shape larger than its bytes",
    withHeader({ w: { dtype: "F32", shape: [1e9], data_offsets: [0, 4] } }, 4),
  ],
  ["offsets outside", withHeader({ w: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, 4)],
  ["a gap", withHeader({ w: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, 8)],
  ["bytes of no tensor", withHeader({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 8)],
])("refuses %s", (_, bytes) => {
  expect(() => readSafetensors(bytes, "x")).toThrow(FormatError);
});
