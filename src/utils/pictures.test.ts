import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { channelsOf } from "../codec/pixels.ts";
import { writeJpeg } from "../codec/jpeg/write-jpeg.ts";
import { makeTensor } from "../ops/core/convert.ts";
import { imgToArray, loadImg, saveImg } from "./image.ts";

interface Fixtures {
  readonly files: readonly {
    readonly name: string;
    readonly file: string;
    readonly size: readonly number[];
    readonly rgb: string;
    readonly rgba?: string;
  }[];
  readonly written: readonly {
    readonly shape: readonly [height: number, width: number, channels: 1 | 3];
    readonly quality: number;
    readonly pixels: string;
    readonly file: string;
  }[];
}

// What Pillow 12.3 makes of these files, and writes.
const { files, written } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/pictures.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function fileOf(name: string): Uint8Array {
  return bytesOf(files.find((one) => one.name === name)?.file ?? "");
}

describe("files are read to the bit as Pillow reads them", () => {
  it.each(files)("$name", async ({ file, size, rgb, rgba }) => {
    const image = await loadImg(bytesOf(file));
    expect([image.mode, image.height, image.width]).toEqual(["RGB", ...size]);
    expect(Buffer.from(image.data).toString("base64")).toBe(rgb);
    if (rgba === undefined) return;
    const clear = await loadImg(bytesOf(file), { colorMode: "rgba" });
    expect(Buffer.from(clear.data).toString("base64")).toBe(rgba);
  });

  it("and become tensors, gray and in other sizes", async () => {
    const image = await loadImg(fileOf("jpeg, quarter colours"), {
      colorMode: "grayscale",
      targetSize: [4, 6],
    });
    const x = imgToArray(image);
    expect([x.dims, x.dtype]).toEqual([[4, 6, 1], "float32"]);
  });
});

describe("JPEG files are written", () => {
  it.each(written)(
    "to the bit as Pillow writes $shape in quality $quality",
    ({ shape, quality, pixels, file }) => {
      const [height, width, channels] = shape;
      const mode = channels === 1 ? "L" : "RGB";
      const bytes = writeJpeg({ mode, width, height, data: bytesOf(pixels) }, quality, "test");
      expect(Buffer.from(bytes).toString("base64")).toBe(file);
    },
  );

  it("by saveImg, without opacity", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-jpeg-"));
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const [first] = written;
      const values = Float32Array.from(bytesOf(first?.pixels ?? ""));
      const x = makeTensor(values, { shape: first?.shape ?? [] });
      await saveImg(join(folder, "a.jpg"), x, { scale: false });
      expect(readFileSync(join(folder, "a.jpg")).toString("base64")).toBe(first?.file);
      const four = Float32Array.from({ length: (values.length / 3) * 4 }, (_, i) =>
        i % 4 === 3 ? 7 : (values[Math.floor(i / 4) * 3 + (i % 4)] ?? 0),
      );
      const [height = 0, width = 0] = x.dims;
      await saveImg(join(folder, "b"), makeTensor(four, { shape: [height, width, 4] }), {
        scale: false,
        fileFormat: "JPEG",
        quality: 75,
      });
      expect(readFileSync(join(folder, "b")).toString("base64")).toBe(first?.file);
      expect(warn.mock.calls.join()).toMatch(/no opacity/);
      const small = join(folder, "c.jpeg");
      await saveImg(small, x, { quality: 5 });
      expect(readFileSync(small).length).toBeLessThan(readFileSync(join(folder, "a.jpg")).length);
      expect((await loadImg(small)).mode).toBe("RGB");
    } finally {
      warn.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });

  it("not in a quality or with values that there are not", async () => {
    const x = makeTensor([0, 300], { shape: [1, 2, 1] });
    await expect(saveImg("a.png", x, { quality: 80 })).rejects.toThrow(/`quality` is for JPEG/);
    await expect(saveImg("a.jpg", x, { quality: 0 })).rejects.toThrow(/from 1 to 100/);
    await expect(saveImg("a.jpg", x, { scale: false })).rejects.toThrow(/gray of 0 … 255/);
    await expect(saveImg("a.webp", x)).rejects.toThrow(/\.png, \.jpg/);
    const wide = { mode: "L", width: 65_536, height: 1, data: new Uint8Array(65_536) } as const;
    expect(() => writeJpeg(wide, 75, "here")).toThrow(/65,535/);
  });
});

describe("pictures are refused", () => {
  it.each(files.filter((_, i) => i % 4 === 0))("cut short: $name", async ({ file }) => {
    const bytes = bytesOf(file);
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.slice(0, length);
      // The end marks of GIF and BMP files add nothing.
      const problem = await loadImg(part).then(
        (image) => (length > bytes.length - 4 ? null : `accepts ${length} of ${bytes.length}: ${image.mode}`),
        (error: unknown) => (String(error).startsWith("FormatError: ") ? null : String(error)),
      );
      expect(problem).toBeNull();
    }
  });

  it("of sizes that the file cannot hold", async () => {
    const jpeg = fileOf("jpeg, gray");
    const at = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0) + 5;
    const large = jpeg.slice();
    large.set([255, 255, 255, 255], at);
    await expect(loadImg(large)).rejects.toThrow(/larger than what is read/);
    large.set([16, 0, 16, 0], at);
    await expect(loadImg(large)).rejects.toThrow(/cut short: \d+ bytes cannot hold 4096 × 4096/);
    const bmp = fileOf("bmp, 24 bits").slice();
    bmp.set([0, 16, 0, 0, 0, 16, 0, 0], 18);
    await expect(loadImg(bmp)).rejects.toThrow(/cut short/);
    const gif = fileOf("gif, palette").slice();
    gif.set([255, 255, 255, 255], 6);
    await expect(loadImg(gif)).rejects.toThrow(/larger than what is read/);
  });

  it("of kinds and formats that are not read, each by its name", async () => {
    const jpeg = fileOf("jpeg, gray");
    const at = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0) + 1;
    const with_ = (place: number, value: number): Uint8Array =>
      jpeg.map((byte, i) => (i === place ? value : byte));
    await expect(loadImg(with_(at, 0xc9))).rejects.toThrow(/arithmetic/);
    await expect(loadImg(with_(at, 0xc3))).rejects.toThrow(/without loss/);
    await expect(loadImg(with_(at + 3, 12))).rejects.toThrow(/8 bits, received one of 12/);
    await expect(loadImg(new TextEncoder().encode("RIFF....WEBPVP8 "))).rejects.toThrow(/a WebP file/);
    await expect(loadImg(new TextEncoder().encode("hello"))).rejects.toThrow(/another format/);
  });

  it("in a damaged state, or read; never broken by it", async () => {
    for (const { file } of files) {
      const bytes = bytesOf(file);
      for (let i = 0; i < bytes.length; i += 7) {
        const other = bytes.slice();
        other[i] = (other[i] ?? 0) ^ 0x55;
        await loadImg(other).then(
          (image) => expect(image.data.length).toBe(image.width * image.height * channelsOf[image.mode]),
          (error: unknown) => expect(String(error)).toMatch(/^FormatError: /),
        );
      }
    }
  });
});
