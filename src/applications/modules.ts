import type { DataFormat } from "../ir/shape-types/index.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { ConvNeXtBase, ConvNeXtLarge, ConvNeXtSmall, ConvNeXtTiny, ConvNeXtXLarge } from "./convnext.ts";
import { DenseNet121, DenseNet169, DenseNet201 } from "./densenet.ts";
import {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
} from "./efficientnet-v2.ts";
import {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from "./efficientnet.ts";
import { InceptionResNetV2 } from "./inception-resnet-v2.ts";
import { InceptionV3 } from "./inception-v3.ts";
import { MobileNetV2 } from "./mobilenet-v2.ts";
import { MobileNetV3Large, MobileNetV3Small } from "./mobilenet-v3.ts";
import { MobileNet } from "./mobilenet.ts";
import { NASNetLarge, NASNetMobile } from "./nasnet.ts";
import { ResNet101, ResNet101V2, ResNet152, ResNet152V2, ResNet50, ResNet50V2 } from "./resnet.ts";
import { VGG16, VGG19 } from "./vgg.ts";
import { Xception } from "./xception.ts";
import { decodePredictions, preprocess, type PreprocessMode } from "./imagenet.ts";

/** Images as the models of a module want them: `preprocessInput(x, { dataFormat })`, pixels from 0 to 255. */
export type PreprocessInput = (
  x: TensorInput,
  options?: { readonly dataFormat?: DataFormat | null | undefined },
) => Tensor;

/** What modules of applications share. */
interface Tools {
  readonly preprocessInput: PreprocessInput;
  readonly decodePredictions: typeof decodePredictions;
}

/** The tools of a module; null for models that scale the pixels themselves. */
function tools(mode: PreprocessMode | null): Tools {
  const preprocessInput: PreprocessInput = (x, { dataFormat } = {}) =>
    mode === null ? (toValue(x) as Tensor) : preprocess(x, mode, dataFormat); // SAFETY: numbers or a tensor
  return { preprocessInput, decodePredictions };
}

/** Tools whose scaling is chosen at the call. @see Keras `applications/imagenet_utils.py` */
export const imagenetUtils: {
  readonly preprocessInput: (
    x: TensorInput,
    options?: {
      readonly dataFormat?: DataFormat | null | undefined;
      /** Default `"caffe"`. */
      readonly mode?: PreprocessMode | undefined;
    },
  ) => Tensor;
  readonly decodePredictions: typeof decodePredictions;
} = {
  preprocessInput: (x, { dataFormat, mode = "caffe" } = {}) => preprocess(x, mode, dataFormat),
  decodePredictions,
};

/** @see Keras `applications/convnext.py` */
export const convnext: Tools & {
  readonly ConvNeXtBase: typeof ConvNeXtBase;
  readonly ConvNeXtLarge: typeof ConvNeXtLarge;
  readonly ConvNeXtSmall: typeof ConvNeXtSmall;
  readonly ConvNeXtTiny: typeof ConvNeXtTiny;
  readonly ConvNeXtXLarge: typeof ConvNeXtXLarge;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools(null), {
  ConvNeXtBase,
  ConvNeXtLarge,
  ConvNeXtSmall,
  ConvNeXtTiny,
  ConvNeXtXLarge,
});

/** @see Keras `applications/densenet.py` */
export const densenet: Tools & {
  readonly DenseNet121: typeof DenseNet121;
  readonly DenseNet169: typeof DenseNet169;
  readonly DenseNet201: typeof DenseNet201;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("torch"), { DenseNet121, DenseNet169, DenseNet201 });

/** @see Keras `applications/efficientnet.py` */
export const efficientnet: Tools & {
  readonly EfficientNetB0: typeof EfficientNetB0;
  readonly EfficientNetB1: typeof EfficientNetB1;
  readonly EfficientNetB2: typeof EfficientNetB2;
  readonly EfficientNetB3: typeof EfficientNetB3;
  readonly EfficientNetB4: typeof EfficientNetB4;
  readonly EfficientNetB5: typeof EfficientNetB5;
  readonly EfficientNetB6: typeof EfficientNetB6;
  readonly EfficientNetB7: typeof EfficientNetB7;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools(null), {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
});

/** @see Keras `applications/efficientnet_v2.py` */
export const efficientnetV2: Tools & {
  readonly EfficientNetV2B0: typeof EfficientNetV2B0;
  readonly EfficientNetV2B1: typeof EfficientNetV2B1;
  readonly EfficientNetV2B2: typeof EfficientNetV2B2;
  readonly EfficientNetV2B3: typeof EfficientNetV2B3;
  readonly EfficientNetV2L: typeof EfficientNetV2L;
  readonly EfficientNetV2M: typeof EfficientNetV2M;
  readonly EfficientNetV2S: typeof EfficientNetV2S;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools(null), {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
});

/** @see Keras `applications/inception_resnet_v2.py` */
export const inceptionResnetV2: Tools & { readonly InceptionResNetV2: typeof InceptionResNetV2 } =
  /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("tf"), { InceptionResNetV2 });

/** @see Keras `applications/inception_v3.py` */
export const inceptionV3: Tools & { readonly InceptionV3: typeof InceptionV3 } =
  /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("tf"), { InceptionV3 });

/** @see Keras `applications/mobilenet.py` */
export const mobilenet: Tools & { readonly MobileNet: typeof MobileNet } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ tools("tf"),
  { MobileNet },
);

/** @see Keras `applications/mobilenet_v2.py` */
export const mobilenetV2: Tools & { readonly MobileNetV2: typeof MobileNetV2 } =
  /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("tf"), { MobileNetV2 });

/** @see Keras `applications/mobilenet_v3.py` */
export const mobilenetV3: Tools & {
  readonly MobileNetV3Large: typeof MobileNetV3Large;
  readonly MobileNetV3Small: typeof MobileNetV3Small;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools(null), { MobileNetV3Large, MobileNetV3Small });

/** @see Keras `applications/nasnet.py` */
export const nasnet: Tools & {
  readonly NASNetLarge: typeof NASNetLarge;
  readonly NASNetMobile: typeof NASNetMobile;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("tf"), { NASNetLarge, NASNetMobile });

/** @see Keras `applications/resnet.py` */
export const resnet: Tools & {
  readonly ResNet50: typeof ResNet50;
  readonly ResNet101: typeof ResNet101;
  readonly ResNet152: typeof ResNet152;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("caffe"), { ResNet50, ResNet101, ResNet152 });

/** @see Keras `applications/resnet50.py` */
export const resnet50: Tools & { readonly ResNet50: typeof ResNet50 } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ tools("caffe"),
  { ResNet50 },
);

/** @see Keras `applications/resnet_v2.py` */
export const resnetV2: Tools & {
  readonly ResNet50V2: typeof ResNet50V2;
  readonly ResNet101V2: typeof ResNet101V2;
  readonly ResNet152V2: typeof ResNet152V2;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ tools("tf"), { ResNet50V2, ResNet101V2, ResNet152V2 });

/** @see Keras `applications/vgg16.py` */
export const vgg16: Tools & { readonly VGG16: typeof VGG16 } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ tools("caffe"),
  { VGG16 },
);

/** @see Keras `applications/vgg19.py` */
export const vgg19: Tools & { readonly VGG19: typeof VGG19 } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ tools("caffe"),
  { VGG19 },
);

/** @see Keras `applications/xception.py` */
export const xception: Tools & { readonly Xception: typeof Xception } = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ tools("tf"),
  { Xception },
);
