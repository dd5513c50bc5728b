import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeTensor } from "../ops/core/convert.ts";
import { arrayToImg, imgToArray, loadImg, type LoadImgOptions, saveImg } from "./image.ts";

type Mode = "grayscale" | "rgb" | "rgba";

interface Fixtures {
  readonly files: readonly ({ readonly name: string; readonly png: string } & Readonly<
    Record<Mode, readonly number[]>
  >)[];
  readonly resized: readonly (LoadImgOptions & { readonly png: string; readonly y: readonly number[] })[];
  readonly arrays: readonly {
    readonly x: readonly number[];
    readonly shape: readonly number[];
    readonly scale: boolean;
    readonly y: readonly number[];
  }[];
}

// What Keras 3.16 with Pillow makes of these files.
const fixtures = JSON.parse(
  readFileSync(new URL("../../test/fixtures/images.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

describe("images of PNG files are read as Pillow reads them", () => {
  it.each(fixtures.files)("$name", async (file) => {
    for (const colorMode of ["grayscale", "rgb", "rgba"] as const) {
      // Gray of 16 bits as colours, which Pillow clips, loses its lower half here.
      if (file.name.startsWith("color 0, 16") && colorMode !== "grayscale") continue;
      // Of a transparent gray of 4 bits Pillow compares the 8 bits that it has made.
      if (/^color 0, 4 .*transparent/.test(file.name) && colorMode === "rgba") continue;
      const x = imgToArray(await loadImg(bytesOf(file.png), { colorMode }));
      expect(Array.from(x.dataSync(), Number), colorMode).toEqual(file[colorMode]);
    }
  });

  it.each(fixtures.resized)(
    "$colorMode in size $targetSize by $interpolation, aspect kept: $keepAspectRatio",
    async ({ png, y, ...options }) => {
      const x = imgToArray(await loadImg(bytesOf(png), options));
      expect(x.dims.slice(0, 2)).toEqual(options.targetSize);
      expect(Array.from(x.dataSync(), Number)).toEqual(y);
    },
  );

  it.each(fixtures.arrays)("arrayToImg of $shape, scaled: $scale", ({ x, shape, scale, y }) => {
    expect([...arrayToImg(makeTensor([...x], { shape }), { scale }).data]).toEqual(y);
  });
});

describe("images of files", () => {
  it("are written and read again, in all colours and both orders of axes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-image-"));
    try {
      for (const channels of [1, 3, 4]) {
        const values = Float32Array.from({ length: 6 * 5 * channels }, (_, i) => (i * 37) % 256);
        const path = join(folder, `${channels}.png`);
        await saveImg(path, makeTensor(values, { shape: [6, 5, channels] }), { scale: false });
        const colorMode = channels === 1 ? "grayscale" : channels === 3 ? "rgb" : "rgba";
        const image = await loadImg(path, { colorMode });
        expect(imgToArray(image).dataSync()).toEqual(values);
        const first = imgToArray(image, { dataFormat: "channels_first", dtype: "int32" });
        expect([first.dims, first.dtype]).toEqual([[channels, 6, 5], "int32"]);
        expect(arrayToImg(first, { dataFormat: "channels_first", scale: false })).toEqual(image);
      }
      const wide = makeTensor([0, 300, 65_535, 4], { shape: [2, 2, 1] });
      await saveImg(join(folder, "wide.png"), wide, { scale: false });
      const gray = await loadImg(join(folder, "wide.png"), { colorMode: "grayscale" });
      expect(imgToArray(gray).dataSync()).toEqual(wide.dataSync());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are refused when they are damaged, cut short, or of another format", async () => {
    const bytes = bytesOf(fixtures.files[0]?.png ?? "");
    for (let length = 0; length < bytes.length; length++)
      await expect(loadImg(bytes.slice(0, length))).rejects.toThrow(/PNG/);
    for (let i = 0; i < bytes.length; i++) {
      const other = bytes.slice();
      other[i] = (other[i] ?? 0) ^ 0x55;
      await loadImg(other).then(
        (image) => expect(image.width).toBeGreaterThan(0),
        (error: unknown) => expect(String(error)).toMatch(/^\w*Error: /),
      );
    }
    await expect(loadImg(new Uint8Array([0xff, 0xd8, 0xff]))).rejects.toThrow(/JPEG/);
    await expect(saveImg("a.gif", makeTensor([1], { shape: [1, 1, 1] }))).rejects.toThrow(/\.png/);
    expect(() => arrayToImg([[1]])).toThrow(/rank 3/);
    expect(() => arrayToImg([[[1, 2]]])).toThrow(/1, 3 or 4/);
    await expect(loadImg(bytes, { targetSize: [3] as never })).rejects.toThrow(/\[height, width\]/); // SAFETY: a mistake on purpose
  });
});
