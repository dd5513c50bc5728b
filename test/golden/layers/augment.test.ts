import { expect, it } from "vitest";
import type { ImageLayer, Transformation } from "../../../src/layers/preprocessing/image-layer.ts";
import * as preprocessing from "../../../src/layers/preprocessing/index.ts";
import { add } from "../../../src/ops/arithmetic.ts";
import { makeTensor } from "../../../src/ops/core/convert.ts";
import type { Tensor } from "../../../src/ops/core/tensor.ts";
import { expectClose, tolerance } from "../../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../../support/golden.ts";
import { camelKeys, isGoldenTensor, toTensor } from "../../support/golden-tensors.ts";
import { camelCase } from "../../support/keras-api.ts";
import { plainOfKeras, plainOfOurs } from "../../support/plain-config.ts";

interface Sample {
  readonly transformation: unknown;
  readonly output: GoldenTensor;
  readonly masks_in?: GoldenTensor;
  readonly masks_out?: GoldenTensor;
  readonly labels_in?: GoldenTensor;
  readonly labels_out?: GoldenTensor;
  readonly boxes_in?: GoldenBoxes;
  readonly boxes_out?: GoldenBoxes;
}

interface GoldenBoxes {
  readonly boxes: GoldenTensor;
  readonly labels: GoldenTensor;
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
  "AugMix",
  "AutoContrast",
  "CenterCrop",
  "CutMix",
  "Equalization",
  "MixUp",
  "RandAugment",
  "RandomBrightness",
  "RandomColorDegeneration",
  "RandomColorJitter",
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

/** Where Keras's boxes do not move as its images do: it takes the window's top from their columns, its left from their rows. */
const strayBoxes: ReadonlySet<string> = new Set(["RandomCrop"]);

function make({ class: className, ctor }: AugmentCase): ImageLayer {
  const cls = Reflect.get(preprocessing, className) as (options: unknown) => ImageLayer; // SAFETY: the class of an image layer
  return cls(camelKeys(ctor));
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
  return Object.fromEntries(entries.map(([name, tensor]) => [camelCase(name), toTensor(tensor)]));
}

/** Tensors of nested transformations, with their path before the name. */
function flat(value: unknown, prefix: string): Transformation {
  const own = Object.entries(transformationOf(value));
  return Object.fromEntries(own.map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

/** What Keras drew for `RandAugment`: for all augmentations, and which are applied. */
function forRandAugment(value: unknown): Transformation {
  const { transforms, layer_idxes: chosen } = value as {
    transforms: Record<string, unknown>;
    layer_idxes: GoldenTensor;
  }; // SAFETY: the corpus's form
  const parts = Object.entries(transforms).map(([name, part]) => flat(part ?? {}, name));
  return Object.assign({ layerIdxes: toTensor(chosen) }, ...parts) as Transformation; // SAFETY: transformations, put together
}

/** What Keras drew for `AugMix`: for each chain the augmentations themselves. */
function forAugMix(value: unknown, layer: ImageLayer): Transformation {
  const given = value as {
    chain_mixing_weights: GoldenTensor;
    weight_sample: GoldenTensor;
    chain_transforms: readonly (readonly { layer_name: string; transformation: unknown }[])[];
  }; // SAFETY: the corpus's form
  const { augmentations, chainDepth } = layer as unknown as { augmentations: object; chainDepth: number }; // SAFETY: an AugMix
  const known = Object.keys(augmentations);
  const choices = given.chain_transforms.map((chain) =>
    Array.from(
      { length: chainDepth },
      (_, depth) => known.indexOf(chain[depth]?.layer_name ?? "") % (known.length + 1),
    ).map((at) => (at < 0 ? known.length : at)),
  );
  const parts = given.chain_transforms.flatMap((chain, i) =>
    chain.map(({ layer_name: name, transformation }, depth) =>
      flat(transformation ?? {}, `${i}/${depth}/${name}`),
    ),
  );
  const shares = {
    chainMixingWeights: toTensor(given.chain_mixing_weights),
    weightSample: toTensor(given.weight_sample),
  };
  return Object.assign(
    { ...shares, choices: makeTensor(choices, { dtype: "int32" }) },
    ...parts,
  ) as Transformation; // SAFETY: transformations, put together
}

/** `RandAugment` with a brightness that is added before every step, whichever is chosen. */
function withStrayBrightness(layer: ImageLayer, images: Tensor, how: Transformation): Tensor {
  const { layerIdxes, "random_brightness/rgbDelta": delta } = how;
  if (layerIdxes === undefined || delta === undefined) throw new Error("a transformation is missing");
  return Array.from(layerIdxes.dataSync(), Number).reduce((x, index) => {
    const only = { ...how, layerIdxes: makeTensor([index, index], { dtype: "int32" }) };
    const one = layer as unknown as { numOps: number; transformImages: ImageLayer["transformImages"] }; // SAFETY: a RandAugment
    const before = one.numOps;
    one.numOps = 1;
    const result = one.transformImages(add(x, delta) as Tensor, only, true); // SAFETY: tensors in, tensor out
    one.numOps = before;
    return result;
  }, images);
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
      expect(plainOfOurs(layer.getConfig())).toEqual(plainOfKeras(one.config));
      const images = toTensor(one.input);
      if (one.inference_output !== undefined) {
        expectTensor(layer.invoke(images, { training: false }) as Tensor, one.inference_output, "inference"); // SAFETY: tensor in, tensor out
      }
      const read = (value: unknown): Transformation =>
        name === "RandAugment"
          ? forRandAugment(value)
          : name === "AugMix"
            ? forAugMix(value, layer)
            : transformationOf(value);
      // Keras does not tell what it drew for its colour jitter.
      const samples = name === "RandomColorJitter" ? [] : one.samples;
      samples.forEach(
        (
          {
            transformation,
            output,
            masks_in: masks,
            masks_out: masksOut,
            labels_in: labels,
            labels_out: labelsOut,
            boxes_in: boxes,
            boxes_out: boxesOut,
          },
          i,
        ) => {
          const how = read(transformation);
          // Keras on PyTorch adds the brightness in place, also where it then discards the result.
          if (name === "RandAugment")
            expectTensor(withStrayBrightness(layer, images, how), output, `sample ${i}`);
          else expectTensor(layer.transformImages(images, how, true), output, `sample ${i}`);
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
          if (boxes && boxesOut && !strayBoxes.has(name)) {
            const [, height = 0, width = 0] = images.dims;
            const given = { boxes: toTensor(boxes.boxes), labels: toTensor(boxes.labels) };
            const sizes = { batch: images.dims[0] ?? 0, height, width };
            const moved = layer.transformBoundingBoxes(given, how, true, sizes);
            expectTensor(moved.boxes, boxesOut.boxes, `sample ${i}, boxes`);
            expectTensor(moved.labels, boxesOut.labels, `sample ${i}, labels`);
          }
        },
      );
      // A draw of our own has the same form, and is applied.
      const drawn = layer.drawTransformation(images, true);
      for (const sample of name === "AugMix" ? [] : samples.slice(0, 1)) {
        const theirs = read(sample.transformation);
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
