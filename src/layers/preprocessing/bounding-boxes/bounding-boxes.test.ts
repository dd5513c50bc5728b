import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Input, layers, Model, utils } from "../../../index.ts";
import { makeTensor } from "../../../ops/core/convert.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { OptionError, ShapeError } from "../../../util/errors.ts";
import type { BoxFormat } from "./formats.ts";
import type { ImageBoxes } from "./move.ts";
import { affineTransform, clipToImageSize, computeCiou, computeIou, convertFormat, crop, decodeDeltasToBoxes, encodeBoxToDeltas, pad } from "./index.ts"; // prettier-ignore

type Nested = readonly number[] | readonly Nested[];

interface Fixtures {
  readonly boxes: Nested;
  readonly height: number;
  readonly width: number;
  readonly convert: readonly { readonly source: BoxFormat; readonly target: BoxFormat; readonly x: Nested; readonly y: Nested }[];
  readonly iou: readonly { readonly a: Nested; readonly b: Nested; readonly format: BoxFormat; readonly options: object; readonly y: Nested }[];
  readonly ciou: readonly { readonly a: Nested; readonly b: Nested; readonly y: Nested }[];
  readonly deltas: readonly {
    readonly anchors: Nested;
    readonly boxes: Nested;
    readonly format: "center_xywh" | "center_yxhw";
    readonly variance: readonly number[] | null;
    readonly deltas: Nested;
    readonly decoded: Nested;
  }[];
  readonly clip: { readonly boxes: Nested; readonly labels: Nested; readonly y: Nested; readonly z: Nested };
  readonly crop: { readonly y: Nested; readonly pad: Nested };
  readonly affine: { readonly args: readonly [Nested, Nested, Nested, Nested, Nested, Nested]; readonly y: Nested; readonly centered: Nested };
  readonly most: readonly { readonly most: number; readonly fill: number; readonly single?: boolean; readonly y: Nested; readonly z: Nested }[];
} // prettier-ignore

// Computed by Keras 3.16 on NumPy.
const fixtures = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/boxes.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above
const { boxes, height, width } = fixtures;

function expectBoxes(actual: Tensor, expected: Nested): void {
  const wanted = makeTensor(expected);
  expect(actual.dims).toEqual(wanted.dims);
  const values = Array.from(actual.dataSync(), Number);
  Array.from(wanted.dataSync(), Number).forEach((value, i) =>
    expect(Math.abs((values[i] ?? Number.NaN) - value)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value))),
  );
}

describe("boxes, as Keras computes them", () => {
  it.each(fixtures.convert)("convertFormat from $source to $target", ({ source, target, x, y }) => {
    expectBoxes(convertFormat(x, source, target, height, width), y);
    const { boxes: own, labels } = convertFormat({ boxes: x, labels: [7] }, source, target, {
      height,
      width,
    });
    expectBoxes(own, y);
    expect(labels).toEqual([7]);
  });

  it("convertFormat by name, in capitals, of each image's own size, and in a graph", () => {
    expectBoxes(convertFormat([[10, 20, 30, 40]], { source: "XYXY" as "xyxy", target: "xywh" }), [
      [10, 20, 20, 20],
    ]); // SAFETY: as Keras takes it
    const sizes = convertFormat(
      [[[10, 20, 30, 40]], [[10, 20, 30, 40]]],
      "xyxy",
      "rel_xyxy",
      [100, 200],
      [10, 50],
    );
    expectBoxes(sizes, [[[1, 0.2, 3, 0.4]], [[0.2, 0.1, 0.6, 0.2]]]);
    expect(convertFormat([[1, 2, 3, 4]], "xyxy", "yxyx", { dtype: "float64" }).dtype).toBe("float64");
    const inputs = Input({ shape: [3, 4] });
    const model = Model({ inputs, outputs: convertFormat(inputs, "xyxy", "center_xywh") });
    expect(model.outputShape).toEqual([null, 3, 4]);
    const given = makeTensor(boxes);
    expectBoxes(model(given) as Tensor, convertFormat(given, "xyxy", "center_xywh").arraySync() as Nested); // SAFETY: tensors in, tensor out
  });

  it.each(fixtures.iou)("computeIou of $format with $options", ({ a, b, format, options, y }) => {
    expectBoxes(computeIou(a, b, format, options), y);
  });

  it.each(fixtures.ciou)("computeCiou", ({ a, b, y }) => {
    expectBoxes(computeCiou(a, b, "xyxy"), y);
  });

  it.each(fixtures.deltas)("deltas in $format with $variance", (one) => {
    const { anchors, format, variance, deltas, decoded } = one;
    expectBoxes(encodeBoxToDeltas(anchors, one.boxes, "xyxy", "xywh", format, variance), deltas);
    expectBoxes(
      decodeDeltasToBoxes(anchors, deltas, "xyxy", "xywh", { encodedFormat: format, variance }),
      decoded,
    );
    const levels = decodeDeltasToBoxes({ P3: anchors }, { P3: deltas }, "xyxy", "xywh", format, variance);
    expectBoxes(levels.P3, decoded);
  });

  it("clipToImageSize, crop and pad", () => {
    const { clip } = fixtures;
    const clipped = clipToImageSize({ boxes: clip.boxes, labels: clip.labels }, 40, 50);
    expectBoxes(clipped.boxes, clip.y);
    expectBoxes(clipped.labels, clip.z);
    const alone = clipToImageSize({ boxes: [[-1, 0.5, 2, 0.75]] }, { boundingBoxFormat: "rel_xyxy" });
    expectBoxes(alone.boxes, [[0, 0.5, 1, 0.75]]);
    expectBoxes(crop(boxes, 10, 20, 40, 30), fixtures.crop.y);
    expectBoxes(crop(boxes, { top: 10, left: 20, height: 40, width: 30 }), fixtures.crop.y);
    expectBoxes(pad(boxes, 3, 4), fixtures.crop.pad);
  });

  it("affineTransform of batches, and with one amount for all", () => {
    const { args, y, centered } = fixtures.affine;
    expectBoxes(affineTransform(boxes, ...args, height, width), y);
    expectBoxes(affineTransform(boxes, ...args, height, width, 0.2, 0.9), centered);
    const [first] = args.map((all) => (all as readonly number[])[0] ?? 0); // SAFETY: lists of numbers
    const [one] = boxes as readonly Nested[]; // SAFETY: a batch
    const numbers = args.map((all) => Number(all[0])) as [number, number, number, number, number, number]; // SAFETY: six of six
    expect(first).toBe(numbers[0]);
    expectBoxes(affineTransform(one ?? [], ...numbers, height, width), (y as readonly Nested[])[0] ?? []); // SAFETY: as above
  });

  it("in utils.boundingBoxes", () => {
    expect(Object.keys(utils.boundingBoxes).toSorted()).toEqual(
      ["affineTransform", "clipToImageSize", "computeCiou", "computeIou", "convertFormat", "crop", "decodeDeltasToBoxes", "encodeBoxToDeltas", "pad"], // prettier-ignore
    );
  });

  it("and not otherwise", () => {
    expect(() => convertFormat(boxes, "xyxy", "rel_xyxy")).toThrow(/no height/);
    expect(() => convertFormat(boxes, "xyxy", "xywy" as "xywh")).toThrow(/received "xywy"\. Did you mean/); // SAFETY: a mistake on purpose
    expect(() => convertFormat([[1, 2, 3]], "xyxy", "xywh")).toThrow(ShapeError);
    expect(() => crop(boxes, 1, 2, 3, 4, "xywh")).toThrow(/convertFormat/);
    expect(() => clipToImageSize({ boxes })).toThrow(OptionError);
    expect(() => computeIou([1, 2, 3, 4], boxes, "xyxy")).toThrow(/\[n, 4\] or \[batch, n, 4\]/);
    expect(() => computeIou(boxes, boxes, "rel_xyxy")).toThrow(/imageShape/);
    expect(() => encodeBoxToDeltas(boxes, boxes, "xyxy", "xyxy", "xyxy" as "center_xywh")).toThrow(
      OptionError,
    ); // SAFETY: as above
    expect(() => encodeBoxToDeltas(boxes, boxes, "xyxy", "xyxy", { variance: [1, 2] })).toThrow(
      /four numbers/,
    );
    expect(() => decodeDeltasToBoxes({ a: boxes }, { b: boxes } as never, "xyxy", "xyxy")).toThrow(
      /levels a/,
    ); // SAFETY: as above
  });
});

describe("MaxNumBoundingBoxes", () => {
  const images = makeTensor(new Float32Array(2 * 4 * 4 * 3), { shape: [2, 4, 4, 3] });
  const labels = makeTensor([0, 1, 2, 3, 4, 5], { shape: [2, 3], dtype: "int32" });
  const call = (layer: unknown, data: object): { images: Tensor; boundingBoxes: ImageBoxes } =>
    (layer as (data: object) => never)(data); // SAFETY: layers of images take objects, and give them

  it.each(fixtures.most)("of $most with $fill", ({ most, fill, single, y, z }) => {
    const layer = layers.MaxNumBoundingBoxes(most, fill, { boundingBoxFormat: "xyxy" });
    const all = makeTensor(boxes);
    const given = single === true ? { boxes: all.at(0), labels: labels.at(0) } : { boxes: all, labels };
    const { images: same, boundingBoxes } = call(layer, {
      images: single === true ? images.at(0) : images,
      boundingBoxes: given,
    });
    expectBoxes(boundingBoxes.boxes, y);
    expectBoxes(boundingBoxes.labels, z);
    expect(boundingBoxes.labels.dtype).toBe("int32");
    expect(same.dims).toEqual(single === true ? [4, 4, 3] : [2, 4, 4, 3]);
  });

  it("keeps its configuration", () => {
    const layer = layers.MaxNumBoundingBoxes({ maxNumber: 3, fillValue: 0, boundingBoxFormat: "rel_xyxy" });
    expect(layer.getConfig()).toMatchObject({ maxNumber: 3, fillValue: 0, boundingBoxFormat: "rel_xyxy" });
    const again = layers.deserialize(layers.serialize(layer)) as typeof layer; // SAFETY: of the same class
    expect([again.maxNumber, again.fillValue, again.boundingBoxFormat]).toEqual([3, 0, "rel_xyxy"]);
  });

  it("says what is missing", () => {
    const boundingBoxes = { boxes: makeTensor(boxes), labels };
    expect(() => call(layers.MaxNumBoundingBoxes(2), { images, boundingBoxes })).toThrow(/boundingBoxFormat/);
    const layer = layers.MaxNumBoundingBoxes(2, { boundingBoxFormat: "xyxy" });
    expect(() => call(layer, { images, boundingBoxes: { boxes: boundingBoxes.boxes } })).toThrow(
      /boxes and labels, received boxes/,
    );
    expect(() => call(layer, { images: images.at(0), boundingBoxes })).toThrow(ShapeError);
    expect(() => layers.MaxNumBoundingBoxes(0)).toThrow(/positive integer/);
    expect(() => layers.MaxNumBoundingBoxes(2, 0.5)).toThrow(/whole number/);
    expect(() => layers.RandomFlip({ boundingBoxFormat: "xxyy" as "xyxy" })).toThrow(OptionError); // SAFETY: a mistake on purpose
  });
});
