import { expect, it } from "vitest";
import type { ImageLayer, Transformation } from "../../../src/layers/preprocessing/image-layer.ts";
import * as preprocessing from "../../../src/layers/preprocessing/index.ts";
import { makeTensor } from "../../../src/ops/core/convert.ts";
import type { Tensor } from "../../../src/ops/core/tensor.ts";
import { expectClose, tolerance } from "../../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../../support/golden.ts";
import { camelKeys, isGoldenTensor, toTensor } from "../../support/golden-tensors.ts";
import { plainOfKeras, plainOfOurs } from "../../support/plain-config.ts";

interface Sample {
  readonly transformation: unknown;
  readonly output: GoldenTensor;
  readonly masks_in?: GoldenTensor;
  readonly masks_out?: GoldenTensor;
  readonly labels_in?: GoldenTensor;
  readonly labels_out?: GoldenTensor;
}

/** One case of `golden/augment/<Class>.json`. */
interface AugmentCase {
  readonly name: string;
  readonly class: string;
  readonly ctor: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: GoldenTensor;
  readonly inference_output?: GoldenTensor;
  readonly samples: readonly Sample[];
}

const names = [
  "AutoContrast",
  "CenterCrop",
  "CutMix",
  "Equalization",
  "MixUp",
  "RandomBrightness",
  "RandomColorDegeneration",
  "RandomContrast",
  "RandomCrop",
  "RandomErasing",
  "RandomFlip",
  "RandomGaussianBlur",
  "RandomGrayscale",
  "RandomHue",
  "RandomInvert",
  "RandomPerspective",
  "RandomPosterization",
  "RandomRotation",
  "RandomSaturation",
  "RandomSharpness",
  "RandomShear",
  "RandomTranslation",
  "RandomZoom",
  "Resizing",
  "Solarization",
];

/**
 * Where the corpus's masks are no measure: on whole numbers Keras's PyTorch backend computes these places in whole
 * numbers, so that parts of a mask stay where they were. Here masks move as images of the same values do.
 */
const integerMasks: ReadonlySet<string> = new Set(["RandomPerspective", "RandomRotation"]);

/** Without the option for bounding boxes, which Antler's layers do not move. */
function withoutBoxes(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== "bounding_box_format"));
}

function make({ class: className, ctor }: AugmentCase): ImageLayer {
  const cls = Reflect.get(preprocessing, className) as (options: unknown) => ImageLayer; // SAFETY: the class of an image layer
  return cls(camelKeys(withoutBoxes(ctor)));
}

/** What Keras drew, under our names. */
function transformationOf(value: unknown): Transformation {
  if (isGoldenTensor(value)) return { apply: toTensor(value) };
  if (Array.isArray(value)) {
    const [top, left] = value.map((at) =>
      makeTensor([isGoldenTensor(at) ? Number(at.values[0]) : Number(at)], { dtype: "int32" }),
    ) as [Tensor, Tensor]; // SAFETY: two places
    return { top, left };
  }
  const entries = Object.entries(value ?? {}).filter((entry): entry is [string, GoldenTensor] =>
    isGoldenTensor(entry[1]),
  );
  return Object.fromEntries(entries.map(([name, tensor]) => [name, toTensor(tensor)]));
}

function expectTensor(actual: Tensor, expected: GoldenTensor, what: string): void {
  expect(actual.dtype, what).toBe(expected.dtype);
  expectClose(
    { values: Array.from(actual.dataSync(), Number), shape: actual.dims },
    expected,
    tolerance("float32", "op"),
    what,
  );
}

describeGolden("image layers as Keras computes them", () => {
  for (const name of names) {
    const cases = hasGolden
      ? readGolden<{ cases: readonly AugmentCase[] }>(`augment/${name}.json`).cases
      : [];
    it.each(cases.map((one) => [`${name}/${one.name}`, one] as const))("%s", (_, one) => {
      const layer = make(one);
      expect(plainOfOurs(layer.getConfig())).toEqual(plainOfKeras(withoutBoxes(one.config)));
      const images = toTensor(one.input);
      if (one.inference_output !== undefined) {
        expectTensor(layer.invoke(images, { training: false }) as Tensor, one.inference_output, "inference"); // SAFETY: tensor in, tensor out
      }
      one.samples.forEach(
        (
          {
            transformation,
            output,
            masks_in: masks,
            masks_out: masksOut,
            labels_in: labels,
            labels_out: labelsOut,
          },
          i,
        ) => {
          const how = transformationOf(transformation);
          expectTensor(layer.transformImages(images, how, true), output, `sample ${i}`);
          if (masks && integerMasks.has(name)) {
            const like = make({ ...one, ctor: { ...one.ctor, interpolation: "nearest" } });
            const floats = like.transformImages(toTensor(masks, "float32"), how, true);
            expect(
              Array.from(layer.transformSegmentationMasks(toTensor(masks), how, true).dataSync(), Number),
            ).toEqual(Array.from(floats.dataSync(), Number));
          } else if (masks && masksOut)
            expectTensor(
              layer.transformSegmentationMasks(toTensor(masks), how, true),
              masksOut,
              `sample ${i}, masks`,
            );
          if (labels && labelsOut)
            expectTensor(
              layer.transformLabels(toTensor(labels), how, true),
              labelsOut,
              `sample ${i}, labels`,
            );
        },
      );
      // A draw of our own has the same form, and is applied.
      const drawn = layer.drawTransformation(images, true);
      for (const sample of one.samples.slice(0, 1)) {
        const theirs = transformationOf(sample.transformation);
        const shapes = (how: Transformation): object =>
          Object.fromEntries(Object.entries(how).map(([key, x]) => [key, x.shape]));
        if (Object.keys(drawn).length > 0) expect(shapes(drawn)).toEqual(shapes(theirs));
      }
      const result = layer.invoke(images, { training: true }) as Tensor; // SAFETY: tensor in, tensor out
      expect(result.shape).toEqual(one.samples[0]?.output.shape);
      expect(result.dataSync().every((x) => Number.isFinite(Number(x)))).toBe(true);
    });
  }
});
