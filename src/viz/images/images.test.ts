import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPng } from "../../codec/png-read.ts";
import { channelsOf, type Pixels } from "../../codec/pixels.ts";
import { visualization } from "../../index.ts";
import type { BoxFormat } from "../../layers/preprocessing/bounding-boxes/formats.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { transpose } from "../../ops/shape.ts";
import { DTypeError, OptionError, ShapeError } from "../../util/errors.ts";

const { drawBoundingBoxes, drawSegmentationMasks, plotBoundingBoxGallery, plotImageGallery, plotSegmentationMaskGallery } = visualization; // prettier-ignore

interface Drawing {
  readonly dtype: "uint8" | "float32";
  readonly shape: readonly number[];
  readonly x: string;
  readonly options: object;
  readonly y: string;
}

interface Fixtures {
  readonly boxes: readonly (Drawing & { readonly boxes: readonly number[][][]; readonly labels: readonly number[][]; readonly format: BoxFormat })[];
  readonly masks: readonly (Drawing & { readonly masks: string; readonly type: string })[];
} // prettier-ignore

// Drawn by Keras 3.16 with OpenCV.
const fixtures = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/drawings.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

function bufferOf(text: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(text, "base64")).buffer;
}

function imagesOf({ dtype, shape, x }: Drawing): Tensor {
  const data = dtype === "uint8" ? new Uint8Array(bufferOf(x)) : new Float32Array(bufferOf(x));
  return Tensor.fromData(data, shape, dtype);
}

function textOf(tensor: Tensor): string {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function pixel({ mode, width, data }: Pixels, x: number, y: number): number[] {
  const channels = channelsOf[mode];
  return [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)];
}

const black = (shape: readonly number[], value = 0): Tensor =>
  makeTensor(new Uint8Array(shape.reduce((a, b) => a * b, 1)).fill(value), { shape });

describe("drawBoundingBoxes", () => {
  it.each(fixtures.boxes)("draws as Keras does: $format on $dtype with $options", async (one) => {
    const drawn = await drawBoundingBoxes(
      imagesOf(one),
      { boxes: [...one.boxes], labels: [...one.labels] },
      one.format,
      one.options,
    );
    expect([drawn.dims, drawn.dtype]).toEqual([one.shape, "uint8"]);
    expect(textOf(drawn)).toBe(one.y);
  });

  it("takes and gives images with the channels first, and leaves the given ones as they are", async () => {
    const [one] = fixtures.boxes;
    if (one === undefined) throw new Error("the fixture is empty");
    const images = imagesOf(one);
    const first = transpose(images, [0, 3, 1, 2]) as Tensor; // SAFETY: tensor in, tensor out
    const boxes = { boxes: [...one.boxes], labels: [...one.labels] };
    const drawn = await drawBoundingBoxes(first, boxes, one.format, { dataFormat: "channels_first" });
    expect(textOf(transpose(drawn, [0, 2, 3, 1]) as Tensor)).toBe(one.y); // SAFETY: as above
    expect(textOf(images)).toBe(one.x);
  });

  it("writes the names of classes above boxes, or in them where there is no room", async () => {
    const images = black([1, 90, 160, 3]);
    const draw = async (y: number, options: object, confidences?: readonly number[][]): Promise<Tensor> => {
      const boxes = {
        boxes: [[[20, y, 150, 85]]],
        labels: [[4]],
        ...(confidences === undefined ? {} : { confidences: [...confidences] }),
      };
      return drawBoundingBoxes(images, boxes, "xyxy", { color: [250, 200, 100], ...options });
    };
    const painted = (x: Tensor, from: number, to: number): number =>
      [...x.dataSync().subarray(160 * 3 * from, 160 * 3 * to)].filter((value) => Number(value) > 100).length;
    const plain = await draw(60, {});
    expect(painted(plain, 0, 59)).toBe(0);
    const above = await draw(60, { classMapping: { 4: "HUT" } });
    const [high, low] = [painted(above, 28, 54), painted(above, 0, 28)];
    // Where no font is installed, nothing is written.
    if (high === 0) return;
    expect([high > 300, low]).toEqual([true, 0]);
    const inside = await draw(20, { classMapping: new Map([[4, "HUT"]]) });
    expect([painted(inside, 0, 19), painted(inside, 23, 48) > 300]).toEqual([0, true]);
    const sure = await draw(60, { classMapping: { 4: "HUT" }, fontScale: 0.5 }, [[0.987]]);
    expect(painted(sure, 30, 54)).toBeGreaterThan(100);
    const other = await draw(60, { classMapping: { 3: "HUT" } });
    expect(textOf(other)).toBe(textOf(plain));
  });

  it("refuses what does not fit", async () => {
    const images = black([2, 8, 8, 3]);
    const boxes = { boxes: [[[1, 1, 2, 2]], [[1, 1, 2, 2]]], labels: [[1], [1]] };
    const refused = async (
      ...[given, where, format, options]: Parameters<typeof drawBoundingBoxes>
    ): Promise<string> =>
      drawBoundingBoxes(given, where, format, options).then(
        () => "drawn",
        (error: unknown) => String(error),
      );
    expect(await refused(black([8, 8, 3]), boxes, "xyxy")).toMatch(/ShapeError.*batch of images/);
    expect(await refused(images, { boxes: boxes.boxes }, "xyxy")).toMatch(/`boxes` and `labels`/);
    expect(await refused(images, { ...boxes, labels: [[1, 2], [1, 2]] }, "xyxy")).toMatch(/`labels` \[2, 1\]/); // prettier-ignore
    expect(await refused(images, { ...boxes, boxes: [[[1, 1, 2, 2]]] }, "xyxy")).toMatch(/\[2, n, 4\]/);
    expect(await refused(images, boxes, "xyxy", { lineThickness: 0 })).toMatch(/lineThickness/);
    expect(await refused(images, boxes, "xyxy", { fontScale: 0 })).toMatch(/fontScale/);
    expect(await refused(images, boxes, "xyxy", { color: [300, 0, 0] })).toMatch(/`color`/);
    expect(await refused(images, boxes, "xyxy", { thickness: 3 } as object)).toMatch(/unknown option/i);
  });
});

describe("drawSegmentationMasks", () => {
  it.each(fixtures.masks)("draws as Keras does: $options on $dtype", (one) => {
    const [batch = 0, height = 0, width = 0] = one.shape;
    const masks = Tensor.fromData(new Int32Array(bufferOf(one.masks)), [batch, height, width, 1], "int32");
    const drawn = drawSegmentationMasks(imagesOf(one), masks, one.options);
    expect([drawn.dims, drawn.dtype]).toEqual([one.shape, one.type]);
    expect(textOf(drawn)).toBe(one.y);
    const flat = Tensor.fromData(new Int32Array(bufferOf(one.masks)), [batch, height, width], "int32");
    expect(textOf(drawSegmentationMasks(imagesOf(one), flat, one.options))).toBe(one.y);
  });

  it("takes channels first, and numbers in lists", () => {
    const images = black([1, 3, 1, 2], 100);
    const drawn = drawSegmentationMasks(images, [[[[0, 1]]]], { dataFormat: "channels_first", alpha: 1 });
    expect(drawn.dims).toEqual([1, 1, 2, 3]);
    expect(Array.from(drawn.dataSync(), Number)).toEqual([0, 0, 0, 1, 127, 31]);
  });

  it("refuses what does not fit", () => {
    const images = black([1, 2, 2, 3]);
    const masks = makeTensor([0, 1, 1, 0], { shape: [1, 2, 2], dtype: "int32" });
    expect(() => drawSegmentationMasks(images, makeTensor([[[0, 0.5]]]))).toThrow(DTypeError);
    expect(() =>
      drawSegmentationMasks(images, makeTensor([0, 1], { shape: [1, 1, 2], dtype: "int32" })),
    ).toThrow(ShapeError);
    expect(() => drawSegmentationMasks(images, masks, { alpha: 2 })).toThrow(OptionError);
    expect(() => drawSegmentationMasks(images, masks, { colorMapping: { 0: [1, 2, 3] } })).toThrow(
      /colorMapping\[1\]/,
    );
    expect(() => drawSegmentationMasks(images, masks, { numClasses: 0 })).toThrow(/numClasses/);
  });
});

describe("galleries", () => {
  const red = [255, 0, 0, 255];
  const clear = [0, 0, 0, 0];
  /** Images of one colour each. */
  const plain = (...colors: readonly (readonly number[])[]): Tensor =>
    makeTensor(
      Uint8Array.from(colors.flatMap((color) => Array.from({ length: 4 * 6 }, () => color).flat())),
      {
        shape: [colors.length, 4, 6, 3],
      },
    );
  const five = plain([255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255]);
  const read = async (bytes: Uint8Array): Promise<Pixels> => readPng(bytes, "gallery.png");

  it("shows images row by row, transparent where there is none", async () => {
    const picture = await read(await plotImageGallery(five, { scale: 1, dpi: 60 }));
    expect([picture.width, picture.height]).toEqual([120, 120]);
    expect(pixel(picture, 30, 20)).toEqual(red);
    expect(pixel(picture, 90, 20)).toEqual([0, 255, 0, 255]);
    expect(pixel(picture, 30, 100)).toEqual([0, 255, 255, 255]);
    expect(pixel(picture, 90, 100)).toEqual(clear);
    const paper = await read(
      await plotImageGallery(five, { scale: 1, transparent: false, rows: 1, cols: 2 }),
    );
    expect([paper.width, paper.height, pixel(paper, 90, 20)]).toEqual([120, 40, [0, 255, 0, 255].slice(0, channelsOf[paper.mode])]); // prettier-ignore
    const row = await read(await plotImageGallery(five, { scale: 1, dpi: 30, rows: 1 }));
    expect([row.width, row.height]).toEqual([150, 20]);
  });

  it("enlarges pixels without mixing them, of a range and with the channels first", async () => {
    const image = makeTensor([-1, 1, 1, -1], { shape: [1, 1, 2, 2] });
    const options = { valueRange: [-1, 1], dataFormat: "channels_first", scale: 1, dpi: 40 } as const;
    const picture = await read(await plotImageGallery(image, options));
    expect([0, 19].map((x) => pixel(picture, x, 5))).toEqual([[0, 0, 0, 255], [0, 0, 0, 255]]); // prettier-ignore
    expect([20, 39].map((x) => pixel(picture, x, 5))).toEqual([[255, 255, 255, 255], [255, 255, 255, 255]]); // prettier-ignore
  });

  it("writes PNG and SVG files, with classes above the images and a legend below", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-gallery-"));
    try {
      const options = {
        yTrue: [0, 1, 0, 1, 7],
        yPred: [0, 0, 0, 1, 1],
        labelMap: { 0: "cat", 1: "<dog>" },
        legendHandles: [{ color: [255, 0, 0], label: "reds" }],
      };
      const png = await plotImageGallery(five, { ...options, path: join(folder, "a.png") });
      expect(new Uint8Array(readFileSync(join(folder, "a.png")))).toEqual(png);
      await plotImageGallery(five, { ...options, transparent: false, path: join(folder, "a.svg") });
      const svg = readFileSync(join(folder, "a.svg"), "utf8");
      for (const text of [
        "Label: cat  Pred: cat",
        "Label: &lt;dog&gt;  Pred: cat",
        "Label: Unknown  Pred: &lt;dog&gt;",
        ">reds<",
      ])
        expect(svg).toContain(text);
      expect(svg.match(/<image /g)?.length).toBe(5);
      const { width, height } = await read(png);
      // Images of 120 × 80, titles of 10 and a legend of 14.
      expect([width, height]).toEqual([240, 3 * 90 + 14]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("draws true and predicted boxes", async () => {
    const images = makeTensor(new Float32Array(2 * 30 * 30 * 3), { shape: [2, 30, 30, 3] });
    const box = (x: number): { boxes: number[][][]; labels: number[][] } => ({
      boxes: [[[x, 5, 8, 8]], [[x, 15, 8, 8]]],
      labels: [[0], [0]],
    });
    const options = {
      yTrue: box(4),
      yPred: box(18),
      valueRange: [0, 1],
      scale: 1,
      dpi: 30,
      lineThickness: 1,
    } as const;
    const picture = await read(await plotBoundingBoxGallery(images, "xywh", { ...options, legend: true }));
    expect([picture.width, picture.height]).toEqual([30, 67]);
    expect(pixel(picture, 4, 5)).toEqual([0, 188, 212, 255]);
    expect(pixel(picture, 18, 45)).toEqual([255, 235, 59, 255]);
    expect(pixel(picture, 8, 9)).toEqual([0, 0, 0, 255]);
    const both = { ...options, legend: true, legendHandles: [] };
    await expect(plotBoundingBoxGallery(images, "xywh", both)).rejects.toThrow(/only one/);
  });

  it("puts masks beside their images", async () => {
    const masks = makeTensor(new Float32Array(5 * 4 * 6).fill(1), { shape: [5, 4, 6, 1] });
    const options = { yTrue: masks, yPred: masks, alpha: 1, scale: 1, dpi: 30 };
    const picture = await read(await plotSegmentationMaskGallery(five, 2, options));
    expect([picture.width, picture.height]).toEqual([90, 100]);
    expect(pixel(picture, 5, 5)).toEqual(red);
    expect([35, 65].map((x) => pixel(picture, x, 85))).toEqual([[1, 127, 31, 255], [1, 127, 31, 255]]); // prettier-ignore
    const alone = await read(await plotSegmentationMaskGallery(five, 2, { scale: 1, dpi: 30 }));
    expect(alone.width).toBe(30);
  });

  it("refuse what does not fit", async () => {
    await expect(plotImageGallery(five, { yTrue: [0, 1, 2, 3, 4] })).rejects.toThrow(/labelMap/);
    await expect(plotImageGallery(five, { path: "a.jpg" })).rejects.toThrow(/\.png or \.svg/);
    await expect(plotImageGallery(five, { show: true })).rejects.toThrow(/no window/);
    await expect(plotImageGallery(five, { show: true, path: "a.png" })).rejects.toThrow(/only one/);
    await expect(plotImageGallery(five, { valueRange: [1, 0] })).rejects.toThrow(/valueRange/);
    await expect(plotImageGallery(five, { scale: 0 })).rejects.toThrow(/`scale`/);
    await expect(plotImageGallery(five, { rows: 0 })).rejects.toThrow(/rows/);
    await expect(plotImageGallery(black([1, 2, 2, 2]))).rejects.toThrow(/1, 3 or 4 channels/);
    await expect(plotImageGallery(black([2, 2, 3]))).rejects.toThrow(ShapeError);
    await expect(
      plotBoundingBoxGallery(five, "xyxx" as "xyxy", { yTrue: { boxes: [], labels: [] } }),
    ).rejects.toThrow(OptionError); // SAFETY: a mistake on purpose
  });
});
