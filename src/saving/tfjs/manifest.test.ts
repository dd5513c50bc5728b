import { describe, expect, it } from "vitest";
import { FormatError } from "../../util/errors.ts";
import { decodeWeights, readManifest, readSpecs } from "./manifest.ts";

const decode = (entry: object, bytes: Uint8Array): readonly number[] => {
  const [weight] = decodeWeights(readSpecs([{ name: "w", ...entry }], "test"), [bytes], "test");
  return Array.from(weight?.data as ArrayLike<number>, Number); // SAFETY: numbers
};
const bytesOf = (array: Float32Array | Int32Array | Uint16Array): Uint8Array => new Uint8Array(array.buffer);

describe("weights", () => {
  it("are read in each dtype", () => {
    expect(decode({ shape: [2], dtype: "float32" }, bytesOf(Float32Array.of(1.5, -2)))).toEqual([1.5, -2]);
    expect(decode({ shape: [2], dtype: "int32" }, bytesOf(Int32Array.of(7, -9)))).toEqual([7, -9]);
    expect(decode({ shape: [3], dtype: "bool" }, Uint8Array.of(0, 1, 7))).toEqual([0, 1, 1]);
    expect(decode({ shape: [], dtype: "float32" }, bytesOf(Float32Array.of(3)))).toEqual([3]);
  });

  it("are multiplied back from whole numbers and half precision", () => {
    const linear = { shape: [3], dtype: "float32", quantization: { dtype: "uint8", scale: 0.5, min: -1 } };
    expect(decode(linear, Uint8Array.of(0, 1, 255))).toEqual([-1, -0.5, 126.5]);
    const wide = { shape: [2], dtype: "int32", quantization: { dtype: "uint16", scale: 0.3, min: 1 } };
    expect(decode(wide, bytesOf(Uint16Array.of(1, 1000)))).toEqual([1, 301]);
    // 0x3c00 is 1, 0xc100 is -2.5 (IEEE binary16).
    const half = {
      shape: [2],
      dtype: "float32",
      quantization: { dtype: "float16", original_dtype: "float32" },
    };
    expect(decode(half, bytesOf(Uint16Array.of(0x3c00, 0xc100)))).toEqual([1, -2.5]);
  });

  it("may be cut between files anywhere", () => {
    const bytes = bytesOf(Float32Array.of(1, 2, 3, 4, 5));
    const specs = readSpecs(
      [
        { name: "a", shape: [2], dtype: "float32" },
        { name: "b", shape: [3], dtype: "float32" },
      ],
      "test",
    );
    const shards = [bytes.subarray(0, 3), bytes.subarray(3, 3), bytes.subarray(3, 17), bytes.subarray(17)];
    expect(decodeWeights(specs, shards, "test").map(({ data }) => [...data])).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it("need as many bytes as their shapes say", () => {
    for (const length of [0, 7, 9])
      expect(() => decode({ shape: [2], dtype: "float32" }, new Uint8Array(length))).toThrow(
        `"w" need 8 bytes, the files have ${length}`,
      );
  });

  it.each([
    [{ shape: [2 ** 52, 2 ** 40], dtype: "float32" }, /cannot be/],
    [{ shape: [-1], dtype: "float32" }, /whole numbers/],
    [{ shape: [1.5], dtype: "float32" }, /whole numbers/],
    [{ shape: "2", dtype: "float32" }, /whole numbers/],
    [{ shape: Array.from({ length: 33 }, () => 1), dtype: "float32" }, /whole numbers/],
    [{ shape: [2], dtype: "string" }, /"string"/],
    [{ shape: [2], dtype: "complex64" }, /"complex64"/],
    [{ shape: [2], dtype: "float32", quantization: { dtype: "uint8", scale: 1 } }, /scale and min/],
    [{ shape: [2], dtype: "float32", quantization: { dtype: "int4" } }, /int4/],
    [{ shape: [2], dtype: "int32", quantization: { dtype: "float16" } }, /for int32/],
  ])("%j is refused by name", (entry, message) => {
    expect(() => decode(entry, new Uint8Array(8))).toThrow(FormatError);
    expect(() => decode(entry, new Uint8Array(8))).toThrow(message);
    expect(() => decode(entry, new Uint8Array(8))).toThrow('"w"');
  });
});

describe("a manifest", () => {
  const read = (paths: unknown): readonly string[] =>
    readManifest([{ paths, weights: [] }], "test")[0]?.paths ?? [];

  it("names files in the model's folder", () => {
    expect(read(["./a.bin", "weights/b.bin"])).toEqual(["a.bin", "weights/b.bin"]);
  });

  it.each([
    "../a.bin",
    "a/../../b",
    "/etc/passwd",
    "C:\\a",
    "a\\b",
    "http://x/y",
    "..",
    ".",
    "",
    "file:a",
    7,
    null,
  ])("refuses the path %j", (path) => {
    expect(() => read([path])).toThrow(FormatError);
  });

  it("names no file twice", () => {
    expect(() => read(["a.bin", "./a.bin"])).toThrow(/listed twice/);
  });

  it.each([null, undefined, {}, [1], [{}], [{ paths: "a", weights: [] }], [{ paths: [], weights: {} }]])(
    "is refused when it is %j",
    (manifest) => {
      expect(() => readManifest(manifest, "test")).toThrow(FormatError);
    },
  );
});
