/** Known architectures, with weights trained on ImageNet: Keras's `applications` namespace. */
export { decodePredictions, preprocess, type Guess, type PreprocessMode } from "./imagenet.ts";
export { ConvNeXtBase, ConvNeXtLarge, ConvNeXtSmall, ConvNeXtTiny, ConvNeXtXLarge } from "./convnext.ts";
export { DenseNet121, DenseNet169, DenseNet201 } from "./densenet.ts";
export {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from "./efficientnet.ts";
export {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
} from "./efficientnet-v2.ts";
export { InceptionResNetV2 } from "./inception-resnet-v2.ts";
export { InceptionV3 } from "./inception-v3.ts";
export { MobileNet } from "./mobilenet.ts";
export { MobileNetV2 } from "./mobilenet-v2.ts";
export { MobileNetV3Large, MobileNetV3Small } from "./mobilenet-v3.ts";
export { NASNetLarge, NASNetMobile } from "./nasnet.ts";
export { ResNet50, ResNet50V2, ResNet101, ResNet101V2, ResNet152, ResNet152V2 } from "./resnet.ts";
export { VGG16, VGG19 } from "./vgg.ts";
export { Xception } from "./xception.ts";
export type { Application, ApplicationOptions } from "./application.ts";
export {
  convnext,
  densenet,
  efficientnet,
  efficientnetV2,
  inceptionResnetV2,
  inceptionV3,
  mobilenet,
  mobilenetV2,
  mobilenetV3,
  nasnet,
  resnet,
  resnet50,
  resnetV2,
  vgg16,
  vgg19,
  xception,
  imagenetUtils,
  type PreprocessInput,
} from "./modules.ts";
