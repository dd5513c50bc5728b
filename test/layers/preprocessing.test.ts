import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Dataset,
  Input,
  layers,
  Model,
  ops,
  OptionError,
  ShapeError,
  tensor,
  type Tensor,
} from "../../src/index.ts";
import { getBackend, setBackend } from "../../src/backend/index.ts";

const before = getBackend().name;

function images(count = 4): Tensor {
  const data = Float32Array.from({ length: count * 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
  return ops.reshape(tensor(data), [count, 8, 8, 3]) as Tensor; // SAFETY: tensor in, tensor out
}

describe("image layers", () => {
  beforeAll(() => setBackend("wasm"));
  afterAll(() => setBackend(before));

  it("run in the compiled step of a model: in training only, drawing anew", async () => {
    const inputs = Input({ shape: [8, 8, 3] });
    const steps = [
      layers.RandomFlip("horizontal"),
      layers.RandomRotation(0.1),
      layers.RandomTranslation(0.1, 0.1),
      layers.RandomZoom(0.2),
      layers.RandomShear({ xFactor: 0.2 }),
      layers.RandomBrightness(0.2),
      layers.RandomContrast(0.2),
      layers.RandomSaturation(0.3),
      layers.RandomHue(0.2),
      layers.RandomErasing(0.5),
      layers.RandomPerspective(0.5, { scale: 0.2 }),
      layers.RandomGaussianBlur(0.5),
      layers.RandomPosterization(6),
      layers.RandomSharpness(0.5),
    ];
    const changed = steps.reduce<unknown>((x, layer) => layer(x as never), layers.Rescaling(1)(inputs));
    const scaled = layers.Rescaling(1 / 255)(changed as never);
    const model = Model({
      inputs,
      outputs: layers.Dense(1)(layers.GlobalAveragePooling2D()(scaled as never) as never),
    });
    model.compile({ optimizer: "sgd", loss: "mse" });
    const history = await model.fit(images(), ops.ones([4, 1]) as Tensor, {
      epochs: 3,
      verbose: 0,
      shuffle: false,
    }); // SAFETY: a tensor of numbers
    expect(history.history["loss"]?.every(Number.isFinite)).toBe(true);
    expect(layers.RandomFlip()(images(), { training: false }).dataSync()).toEqual(images().dataSync());
    const crop = layers.RandomCrop(4, 4);
    const [first, second] = [crop(images()), crop(images())] as unknown as readonly Tensor[]; // SAFETY: tensors in, tensors out
    expect(first?.shape).toEqual([4, 4, 4, 3]);
    expect(first?.dataSync()).not.toEqual(second?.dataSync());
  });

  it("distort images by smooth noise, and masks alike", () => {
    const large = ops.repeat(ops.repeat(images(1), 5, 1), 5, 2) as Tensor; // SAFETY: tensor in, tensor out
    const layer = layers.RandomElasticTransform(1, [0.8, 1], { interpolation: "nearest", seed: 3 });
    const how = layer.drawTransformation(large, true);
    const moved = layer.transformImages(large, { ...how, applyTransform: tensor([1]).cast("bool") }, true);
    expect(moved.dataSync()).not.toEqual(large.dataSync());
    const masks = layer.transformSegmentationMasks(
      large.cast("int32"),
      { ...how, applyTransform: tensor([1]).cast("bool") },
      true,
    );
    expect(Array.from(masks.dataSync(), Number)).toEqual(Array.from(moved.dataSync(), Number));
    const none = ops.zeros([1, 40, 40, 1]) as Tensor; // SAFETY: a tensor of numbers
    expect(layer.transformImages(large, { ...how, down: none, right: none }, true).dataSync()).toEqual(
      large.dataSync(),
    );
    expect(layers.RandomElasticTransform(0)(images()).dataSync()).toEqual(images().dataSync());
    const inputs = Input({ shape: [8, 8, 3] });
    expect(Model({ inputs, outputs: layers.RandomElasticTransform()(inputs) }).outputs[0]?.shape).toEqual([
      null,
      8,
      8,
      3,
    ]);
  });

  it("take single images, and masks and labels beside images", () => {
    const one = ops.getItem(images(), [0]) as Tensor; // SAFETY: tensor in, tensor out
    expect(layers.RandomRotation(0.2)(one).shape).toEqual([8, 8, 3]);
    expect(layers.CenterCrop(2, 4)(one).shape).toEqual([2, 4, 3]);
    const marks = ops.cast(images(), "int32") as Tensor; // SAFETY: as above
    const flipped = layers.RandomFlip()({ images: images(), segmentationMasks: marks }) as unknown as Record<
      string,
      Tensor
    >; // SAFETY: nested as given
    expect(flipped["segmentationMasks"]?.dtype).toBe("int32");
    expect(Array.from(flipped["segmentationMasks"]?.dataSync() ?? [], Number)).toEqual(
      Array.from(flipped["images"]?.dataSync() ?? [], Number),
    );
    expect(() => layers.RandomFlip()({ images: images(), boundingBoxes: marks })).toThrow(OptionError);
    expect(() => layers.RandomFlip()(tensor([1, 2]) as never)).toThrow(ShapeError);
    expect(() => layers.RandomBrightness(2)).toThrow(/between -1 and 1/);
  });
});

describe("layers that are adapted", () => {
  it("find bins that hold about equally many values", () => {
    const layer = layers.Discretization({ numBins: 4, epsilon: 0.01 });
    const data = tensor([
      [-1.5, 1, 3.4, 0.5],
      [0, 3, 1.3, 0],
    ]);
    layer.adapt(data);
    expect(layer(data).arraySync()).toEqual([
      [0, 2, 3, 2],
      [1, 3, 3, 1],
    ]);
  });

  it("learn from batches that a data set gives", async () => {
    const texts = Dataset.fromIterable([
      { text: ["b b", "a"], label: [1, 0] },
      { text: ["b"], label: [1] },
    ]);
    const words = layers.TextVectorization();
    await words.adapt(texts.map(({ text }) => text));
    expect(words.getVocabulary()).toEqual(["", "[UNK]", "b", "a"]);
    const labels = layers.IntegerLookup();
    await labels.adapt(texts.map(({ label }) => label));
    expect(labels.getVocabulary()).toEqual([-1, 1, 0]);
    const bins = layers.Discretization({ numBins: 2 });
    await bins.adapt(texts.map(({ label }) => label));
    expect(bins.binBoundaries).toHaveLength(1);
    await expect(words.adapt(texts)).rejects.toThrow(/received object/);
  });

  it("learn words in batches, and refuse vocabularies that do not fit", () => {
    const layer = layers.TextVectorization({ maxTokens: 4, ngrams: 2 });
    layer.adapt(new Set([["a b a"], ["b a"]]));
    expect(layer.getVocabulary()).toEqual(["", "[UNK]", "a", "b a"]);
    expect(layer(["b a c"]).arraySync()).toEqual([[1, 2, 1, 3, 1]]);
    expect(() => layers.StringLookup({ vocabulary: ["a", "a"] })).toThrow(/twice/);
    expect(() => layers.StringLookup({ vocabulary: ["a", "b"], maxTokens: 2 })).toThrow(/at most 2/);
    expect(() => layers.IntegerLookup({ vocabulary: [1], numOovIndices: 0 })([2])).toThrow(/unknown token 2/);
    expect(() => layers.StringLookup({ vocabulary: ["a"], sparse: true })).toThrow(OptionError);
    expect(() => layers.StringLookup({ vocabulary: ["a"] })([["a"], ["a", "a"]])).toThrow(ShapeError);
  });
});
