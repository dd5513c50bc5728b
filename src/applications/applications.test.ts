import { describe, expect, it } from "vitest";
import { setBackend } from "../backend/index.ts";
import { Input } from "../layers/core/input-layer.ts";
import { CustomScaleLayer, LayerScale } from "../layers/applications/index.ts";
import type { Model } from "../models/model.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { ones } from "../ops/creation.ts";
import { OptionError } from "../util/errors.ts";
import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import {
  type Application,
  densenet,
  efficientnet,
  imagenetUtils,
  resnet,
  vgg16,
  xception,
  ConvNeXtTiny,
  DenseNet121,
  EfficientNetB0,
  EfficientNetV2B0,
  MobileNet,
  MobileNetV3Small,
  NASNetMobile,
} from "./index.ts";

/** Features of one image of ones. */
function featuresOf(model: Model): Tensor {
  return model(ones([1, 32, 32, 3]), { training: false }) as Tensor; // SAFETY: tensor in, tensor out
}

describe("applications", () => {
  const small: Readonly<Record<string, readonly [Application, number]>> = {
    ConvNeXtTiny: [ConvNeXtTiny, 768],
    DenseNet121: [DenseNet121, 1024],
    EfficientNetB0: [EfficientNetB0, 1280],
    EfficientNetV2B0: [EfficientNetV2B0, 1280],
    MobileNet: [MobileNet, 1024],
    MobileNetV3Small: [MobileNetV3Small, 576],
    NASNetMobile: [NASNetMobile, 1056],
  };

  for (const [name, [build, channels]] of Object.entries(small)) {
    it(`${name} computes pooled features of small images`, () => {
      setBackend("wasm");
      const model = build({ weights: null, includeTop: false, inputShape: [32, 32, 3], pooling: "avg" });
      const features = featuresOf(model);
      expect(features.shape).toEqual([1, channels]);
      expect(Array.from(features.dataSync() as Float32Array).every(Number.isFinite)).toBe(true); // SAFETY: float32 features
    });
  }

  it("build on a given tensor, with other classes, a name and logits", () => {
    const input = Input({ shape: [64, 64, 3] });
    const options = {
      weights: null,
      inputTensor: input,
      classes: 7,
      classifierActivation: null,
      name: "mine",
    } as const;
    const model = MobileNetV3Small({ ...options, alpha: 0.75, minimalistic: true });
    expect([model.name, model.output.shape]).toEqual(["mine", [null, 7]]);
    const full = MobileNetV3Small({ ...options, alpha: 0.75 });
    expect(model.countParams()).toBeLessThan(full.countParams());
  });

  it("refuse options that are not theirs, and weights that do not exist", () => {
    const given = { weights: null, minimalistic: true };
    expect(() => DenseNet121(given)).toThrow(OptionError);
    expect(() => MobileNet({ alpha: 0.3 })).toThrow(/alpha 1, 0\.75, 0\.5 and 0\.25/);
    expect(() => DenseNet121({ weights: null, inputShape: [16, 16, 3] })).toThrow(/at least 32 × 32/);
  });

  it("refuse names of weights and poolings that there are not", () => {
    expect(() => MobileNet({ weights: "imagnet" })).toThrow(/received "imagnet"\. Did you mean "imagenet"\?/);
    const pooling = "mean" as "avg"; // SAFETY: what a caller without types may give
    expect(() => MobileNet({ weights: null, includeTop: false, pooling })).toThrow(/`pooling`.*"avg", "max"/);
  });

  it("can be saved: their layers are in Keras's private modules", () => {
    const scale = serializeKerasObject(new LayerScale(1e-6, 4, { name: "scale" }));
    expect(scale).toMatchObject({
      module: "keras.src.applications.convnext",
      class_name: "LayerScale",
      config: { init_values: 1e-6, projection_dim: 4 },
      registered_name: "LayerScale",
    });
    expect(deserializeKerasObject(scale)).toBeInstanceOf(LayerScale);
    const sum = deserializeKerasObject(serializeKerasObject(new CustomScaleLayer(0.5))) as CustomScaleLayer; // SAFETY: checked next
    expect(sum).toBeInstanceOf(CustomScaleLayer);
    expect(sum.scale).toBe(0.5);
  });

  it("scale images in each module's way", () => {
    const image = [[[[0, 127.5, 255]]]];
    const values = (x: Tensor): number[] =>
      Array.from(x.dataSync() as Float32Array, (v) => Math.round(v * 1e3) / 1e3); // SAFETY: float32 pixels
    expect(values(xception.preprocessInput(image))).toEqual([-1, 0, 1]);
    expect(values(efficientnet.preprocessInput(image))).toEqual([0, 127.5, 255]);
    expect(values(densenet.preprocessInput(image))).toEqual([-2.118, 0.196, 2.64]);
    const bgr = [151.061, 10.721, -123.68];
    expect(values(vgg16.preprocessInput(image))).toEqual(bgr);
    const channelsFirst = [[[[0]], [[127.5]], [[255]]]];
    const options = { dataFormat: "channels_first" } as const;
    expect(values(resnet.preprocessInput(channelsFirst, options))).toEqual(bgr);
    expect(values(imagenetUtils.preprocessInput(channelsFirst, { ...options, mode: "torch" }))).toEqual([
      -2.118, 0.196, 2.64,
    ]);
  });
});
