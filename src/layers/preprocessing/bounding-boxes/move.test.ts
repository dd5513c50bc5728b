import { describe, expect, it } from "vitest";
import { Input, type KerasTensor, layers, Model, models, setRandomSeed } from "../../../index.ts";
import { makeTensor } from "../../../ops/core/convert.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { OptionError } from "../../../util/errors.ts";
import { convertFormat } from "./convert.ts";
import type { BoxFormat } from "./formats.ts";
import type { ImageBoxes } from "./move.ts";

type Numbers = readonly [number, number, number, number];

const [height, width] = [60, 80];
/** Boxes in the middle of images, one for each. */
const places: readonly Numbers[] = [[30, 20, 50, 35], [25, 18, 40, 40], [34, 24, 54, 44]]; // prettier-ignore

/** Black images, white where the boxes are. */
const images = ((): Tensor => {
  const data = new Float32Array(places.length * height * width * 3);
  places.forEach(([x1, y1, x2, y2], i) => {
    for (let y = y1; y < y2; y++)
      data.fill(1, ((i * height + y) * width + x1) * 3, ((i * height + y) * width + x2) * 3);
  });
  return makeTensor(data, { shape: [places.length, height, width, 3] });
})();

/** The box around what is white in each image. */
function whiteBoxes(x: Tensor): number[][] {
  const [batch = 0, rows = 0, columns = 0] = x.dims;
  const data = x.dataSync();
  return Array.from({ length: batch }, (_, i) => {
    let [left, top, right, bottom] = [columns, rows, 0, 0];
    for (let y = 0; y < rows; y++) {
      for (let c = 0; c < columns; c++) {
        if (Number(data[((i * rows + y) * columns + c) * 3]) < 0.5) continue;
        [left, right] = [Math.min(left, c), Math.max(right, c + 1)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      }
    }
    return [left, top, right, bottom];
  });
}

interface Data {
  readonly images: Tensor;
  readonly boundingBoxes: ImageBoxes;
}

type Call = (data: object, options: { readonly training: boolean }) => Data;

function call(layer: unknown, format: BoxFormat, training = true): Data {
  const boxes = convertFormat(places.map((place) => [place]), "xyxy", format, height, width);
  const labels = makeTensor(places.map((_, i) => [i]), { dtype: "int32" });
  return (layer as Call)({ images, boundingBoxes: { boxes, labels } }, { training }); // SAFETY: layers of images take objects, and give them
} // prettier-ignore

const geometric: readonly (readonly [name: string, make: (format: BoxFormat) => unknown])[] = [
  ["CenterCrop", (f) => layers.CenterCrop(50, 60, { boundingBoxFormat: f })],
  ["CenterCrop of small images", (f) => layers.CenterCrop(90, 60, { boundingBoxFormat: f })],
  ["RandomCrop", (f) => layers.RandomCrop(50, 70, { boundingBoxFormat: f })],
  ["RandomCrop of small images", (f) => layers.RandomCrop(80, 120, { boundingBoxFormat: f })],
  ["RandomFlip", (f) => layers.RandomFlip({ boundingBoxFormat: f })],
  ["RandomFlip horizontally", (f) => layers.RandomFlip("horizontal", { boundingBoxFormat: f })],
  ["RandomFlip vertically", (f) => layers.RandomFlip("vertical", { boundingBoxFormat: f })],
  ["RandomRotation", (f) => layers.RandomRotation(0.1, { fillMode: "constant", boundingBoxFormat: f })],
  ["RandomShear", (f) => layers.RandomShear(0.3, 0.2, { fillMode: "constant", boundingBoxFormat: f })],
  ["RandomTranslation", (f) => layers.RandomTranslation(0.2, 0.2, { fillMode: "constant", boundingBoxFormat: f })],
  ["RandomZoom", (f) => layers.RandomZoom(0.3, 0.2, { fillMode: "constant", boundingBoxFormat: f })],
  ["RandomPerspective", (f) => layers.RandomPerspective(1, 0.4, { boundingBoxFormat: f })],
  ["Resizing", (f) => layers.Resizing(90, 70, { boundingBoxFormat: f })],
  ["Resizing, cut off", (f) => layers.Resizing(90, 70, { cropToAspectRatio: true, boundingBoxFormat: f })],
  ["Resizing, filled", (f) => layers.Resizing(90, 70, { padToAspectRatio: true, boundingBoxFormat: f })],
  ["RandomBrightness", (f) => layers.RandomBrightness(0.1, { valueRange: [0, 1], boundingBoxFormat: f })],
]; // prettier-ignore

describe("boxes move with their images", () => {
  it.each(geometric)("%s", (_, make) => {
    for (const format of ["xyxy", "rel_center_xywh"] as const) {
      for (const seed of [1, 2, 3]) {
        setRandomSeed(seed);
        const { images: changed, boundingBoxes } = call(make(format), format);
        const [, rows = 0, columns = 0] = changed.dims;
        const moved = convertFormat(boundingBoxes.boxes, format, "xyxy", rows, columns);
        const found = Array.from(moved.dataSync(), Number);
        whiteBoxes(changed)
          .flat()
          // Pixels are counted whole, and turned corners are cut.
          .forEach((place, i) => expect(Math.abs((found[i] ?? Number.NaN) - place)).toBeLessThan(2.6));
        expect(Array.from(boundingBoxes.labels.dataSync(), Number)).toEqual([0, 1, 2]);
        expect(boundingBoxes.labels.dtype).toBe("int32");
      }
    }
  });

  it.each(geometric)("%s leaves them in place outside of training, or moves them as ever", (name, make) => {
    const { images: same, boundingBoxes } = call(make("xyxy"), "xyxy", false);
    const isRandom = name.startsWith("Random");
    expect(same.dims.slice(1, 3).join() === [height, width].join()).toBe(isRandom);
    if (isRandom) expect(Array.from(boundingBoxes.boxes.dataSync(), Number)).toEqual(places.flat());
  });

  it("and lose their labels where they leave them", () => {
    const layer = layers.CenterCrop(10, 10, { boundingBoxFormat: "xyxy" }) as unknown as Call; // SAFETY: as above
    const boundingBoxes = { boxes: [[[0, 0, 10, 10], [30, 20, 50, 40], [0, 0, 0, 0]]], labels: makeTensor([[5, 6, 7]], { dtype: "int32" }) }; // prettier-ignore
    const [one] = [images.at([0], "...")];
    const { boundingBoxes: left } = layer({ images: one, boundingBoxes: { ...boundingBoxes, boxes: makeTensor(boundingBoxes.boxes) } }, { training: false }); // prettier-ignore
    expect(Array.from(left.labels.dataSync(), Number)).toEqual([-1, 6, -1]);
    expect(Array.from(left.boxes.dataSync(), Number).slice(4, 8)).toEqual([0, 0, 10, 10]);
  });

  it("of both images in MixUp, and by what was chosen in RandAugment", () => {
    setRandomSeed(5);
    const mixed = call(layers.MixUp({ boundingBoxFormat: "xyxy" }), "xyxy");
    expect([mixed.boundingBoxes.boxes.dims, mixed.boundingBoxes.labels.dims]).toEqual([[3, 2, 4], [3, 2]]); // prettier-ignore
    for (const seed of [1, 2, 3, 4]) {
      setRandomSeed(seed);
      const layer = layers.RandAugment({
        valueRange: [0, 1],
        numOps: 3,
        factor: 0.2,
        boundingBoxFormat: "yxyx",
      });
      const { boundingBoxes } = call(layer, "yxyx");
      expect([boundingBoxes.boxes.dims, boundingBoxes.labels.dtype]).toEqual([[3, 1, 4], "int32"]); // prettier-ignore
      for (const value of boundingBoxes.boxes.dataSync()) expect(Number(value)).toBeLessThanOrEqual(width);
    }
  });

  it("in graphs, which files keep by Keras's names", async () => {
    const inputs = { images: Input({ shape: [height, width, 3] }), boxes: Input({ shape: [null, 4] }), labels: Input({ shape: [null], dtype: "int32" }) }; // prettier-ignore
    const data = { images: inputs.images, boundingBoxes: { boxes: inputs.boxes, labels: inputs.labels } };
    const layer = layers.Resizing(30, 40, { boundingBoxFormat: "xyxy" }) as unknown as (data: object) => { boundingBoxes: { boxes: KerasTensor } }; // prettier-ignore
    const model = Model({ inputs, outputs: layer(data).boundingBoxes.boxes });
    const json = model.toJson();
    expect(json).toContain('"bounding_boxes": {"boxes":');
    expect(json).not.toContain("boundingBoxes");
    const x = { images, boxes: makeTensor(places.map((place) => [place])), labels: makeTensor(places.map(() => [1]), { dtype: "int32" }) }; // prettier-ignore
    const [expected, again] = [
      await model.predict(x, { verbose: 0 }),
      await models.modelFromJson(json).predict(x, { verbose: 0 }),
    ] as Tensor[]; // SAFETY: one output
    expect(again?.dataSync()).toEqual(expected?.dataSync());
    expect(Array.from(expected?.dataSync() ?? [], Number)).toEqual(places.flat().map((place) => place / 2));
  });

  it("not where nobody can say how", () => {
    for (const layer of [
      layers.CutMix({ boundingBoxFormat: "xyxy" }),
      layers.RandomElasticTransform({ boundingBoxFormat: "xyxy" }),
    ])
      expect(() => call(layer, "xyxy")).toThrow(OptionError);
  });
});
