import { describe, expect, test } from "vitest";
import { FormatError } from "../util/errors.ts";
import { arrayDtypes, elementBytes, type FileArray, viewElements } from "./array.ts";
import { readIdx } from "./idx.ts";
import { gunzip, gzip } from "./inflate.ts";
import { md5 } from "./md5.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { NpzFile, writeNpz } from "./npz.ts";
import { readPickle } from "./pickle.ts";
import { readTar } from "./tar.ts";
import { writeZip } from "./zip-write.ts";

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A `.npy` file as NumPy writes it, of a header and data. */
function npy(header: string, data: Uint8Array): Uint8Array {
  const padded = header.padEnd(128 - 11, " ");
  return Uint8Array.from([...latin1("\x93NUMPY\x01\x00"), 118, 0, ...latin1(`${padded}\n`), ...data]);
}

describe("npy", () => {
  test("every element type keeps its bits", () => {
    for (const dtype of arrayDtypes) {
      if (dtype === "bfloat16") continue; // NumPy has none
      const bytes = Uint8Array.from({ length: 6 * elementBytes(dtype) }, (_, i) =>
        dtype === "bool" ? i & 1 : 31 * i,
      );
      const array: FileArray = { shape: [2, 3], dtype, data: viewElements(dtype, bytes.buffer) };
      expect(readNpy(writeNpy(array), dtype)).toEqual(array);
    }
    const scalar: FileArray = { shape: [], dtype: "float64", data: Float64Array.of(2.5) };
    expect(readNpy(writeNpy(scalar), "scalar")).toEqual(scalar);
    expect(writeNpy(scalar).length % 64).toBe(8);
  });

  test("big-endian and column-major arrays", () => {
    const big = npy(
      "{'descr': '>i2', 'fortran_order': False, 'shape': (3,), }",
      Uint8Array.of(0, 1, 1, 0, 255, 255),
    );
    expect(readNpy(big, "big").data).toEqual(Int16Array.of(1, 256, -1));
    // np.asfortranarray([[0, 1, 2], [3, 4, 5]])
    const fortran = npy(
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
      Uint8Array.of(0, 3, 1, 4, 2, 5),
    );
    expect(readNpy(fortran, "fortran")).toEqual({
      shape: [2, 3],
      dtype: "uint8",
      data: Uint8Array.of(0, 1, 2, 3, 4, 5),
    });
  });

  test("refuses what is damaged or of another type", () => {
    const good = writeNpy({ shape: [4], dtype: "float32", data: new Float32Array(4) });
    for (let length = 0; length < good.length; length++)
      expect(() => readNpy(good.slice(0, length), "cut")).toThrow(FormatError);
    expect(() =>
      readNpy(npy("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(20)), "text"),
    ).toThrow(/"<U5" is not supported/);
    expect(() =>
      readNpy(
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", new Uint8Array(8)),
        "huge",
      ),
    ).toThrow(/needs 799999999992 bytes/);
  });

  test("npz holds arrays by name", async () => {
    const x: FileArray = { shape: [2], dtype: "int32", data: Int32Array.of(1, -2) };
    const file = NpzFile.open(writeNpz({ x, "y/z": x }), "a.npz");
    expect(file.names).toEqual(["x", "y/z"]);
    expect(await file.readNumbers("y/z")).toEqual(x);
    await expect(file.read("w")).rejects.toThrow(/"w.npy" is missing/);
  });
});

describe("pickle", () => {
  // pickle.dumps({"a": [1, 300, 70000, -5, 2**70], "é": (1.5, None, True, b"ab")}, protocol=2)
  const protocol2 = fromHex(
    "80027d71002858010000006171015d7102284b014d2c014a701101004afbffffff8a090000000000000000406558020000" +
      "00c3a9710328473ff80000000000004e8863" +
      "5f636f646563730a656e636f64650a71045802000000616271055806000000" +
      "6c6174696e317106867107527108747109752e",
  );

  test("reads plain data", () => {
    expect(readPickle(protocol2, "p")).toEqual(
      new Map<string, unknown>([
        ["a", [1, 300, 70000, -5, 2n ** 70n]],
        ["é", [1.5, null, true, latin1("ab")]],
      ]),
    );
    expect(readPickle(latin1("(dp0\nS'data'\np1\n(lp2\nI1\naI01\naL5L\nas."), "protocol 0")).toEqual(
      new Map([[latin1("data"), [1, true, 5]]]),
    );
  });

  test("runs nothing", () => {
    for (const name of ["builtins eval", "os system", "posix system", "numpy.core.multiarray fromstring"]) {
      const [module, symbol] = name.split(" ");
      expect(() => readPickle(latin1(`c${module}\n${symbol}\n(S'1'\ntR.`), "evil")).toThrow(
        /refused: the pickle names/,
      );
    }
    expect(() => readPickle(latin1("\x80\x04\x8c\x02os\x8c\x06system\x93."), "evil")).toThrow(
      /refused: the pickle names "os.system"/,
    );
    expect(() => readPickle(latin1("cnumpy\nndarray\n(tR."), "evil")).toThrow(/refused: the pickle calls/);
  });

  test("lists that hold themselves, or repeat without end, are refused", () => {
    expect(() => readPickle(latin1("]q\x00h\x00a."), "loop")).toThrow(/nested or shared absurdly/);
    const doubling = `]q\x00${Array.from({ length: 60 }, (_, i) => `]q${String.fromCharCode(i + 1)}(h${String.fromCharCode(i)}h${String.fromCharCode(i)}e`).join("")}.`;
    expect(() => readPickle(latin1(doubling), "bomb")).toThrow(/nested or shared absurdly/);
  });

  test("every cut is found", () => {
    for (let length = 0; length < protocol2.length; length++)
      expect(() => readPickle(protocol2.slice(0, length), "cut")).toThrow(FormatError);
  });
});

describe("other forms", () => {
  test("idx", () => {
    const header = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    expect(readIdx(Uint8Array.from([...header, 1, 2, 3, 4, 5, 6]), "idx")).toEqual({
      shape: [2, 3],
      dtype: "uint8",
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(readIdx(Uint8Array.of(0, 0, 0x0b, 1, 0, 0, 0, 1, 1, 2), "idx").data).toEqual(Int16Array.of(258));
    expect(() => readIdx(Uint8Array.from([...header, 1, 2]), "idx")).toThrow(/needs 6 bytes, 2 are there/);
    expect(() => readIdx(latin1("<html>"), "idx")).toThrow(FormatError);
  });

  test("gzip", async () => {
    const data = Uint8Array.from({ length: 5000 }, (_, i) => i % 7);
    const packed = await gzip(data);
    expect(packed.length).toBeLessThan(200);
    expect(await gunzip(packed, "gz")).toEqual(data);
    let refused = 0;
    for (let at = 10; at < packed.length; at++) {
      const flipped = packed.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 16;
      // Some flips give another way of packing the same content.
      const outcome = await gunzip(flipped, "gz").catch((error: unknown) => error);
      if (outcome instanceof FormatError) refused++;
      else expect(outcome).toEqual(data);
    }
    expect(refused).toBeGreaterThan(packed.length - 20);
    for (let length = 0; length < packed.length; length++)
      await expect(gunzip(packed.slice(0, length), "gz")).rejects.toThrow(FormatError);
  });

  test("tar", () => {
    const member = (name: string, content: string): Uint8Array => {
      const header = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
      header.set(latin1(name), 0);
      header.set(latin1(content.length.toString(8).padStart(11, "0")), 124);
      header.set(latin1("        "), 148);
      header.set(latin1("0"), 156);
      header.set(latin1("ustar"), 257);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.set(latin1(`${sum.toString(8).padStart(6, "0")}\0`), 148);
      header.set(latin1(content), 512);
      return header;
    };
    const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
    const end = new Uint8Array(1024);
    const tar = join(member("a/b.txt", "hello"), member("./c", "x".repeat(600)), end);
    expect([...readTar(tar, "tar")].map(([name, content]) => [name, content.length])).toEqual([
      ["a/b.txt", 5],
      ["c", 600],
    ]);
    expect(() => readTar(join(member("../up", "x"), end), "tar")).toThrow(/leaves the archive/);
    expect(() => readTar(tar.slice(0, 700), "tar")).toThrow(FormatError);
    tar[3] = 66;
    expect(() => readTar(tar, "tar")).toThrow(/checksum of the header/);
  });

  test("md5", () => {
    expect(md5(latin1(""))).toBe("d41d8cd98f00b204e9800998ecf8427e");
    expect(md5(latin1("abc"))).toBe("900150983cd24fb0d6963f7d28e17f72");
    expect(md5(latin1("1234567890".repeat(8)))).toBe("57edf4a22be3c955ac49da2e2107b67a");
  });

  test("an archive of a name that is not plain is refused by npz too", () => {
    expect(() => NpzFile.open(writeZip([{ name: "../x.npy", data: new Uint8Array(1) }]), "z")).toThrow(
      FormatError,
    );
  });
});
