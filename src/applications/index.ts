/** Known architectures, with weights trained on ImageNet: Keras's `applications` namespace. */
export { decodePredictions, preprocess, type Guess, type PreprocessMode } from "./imagenet.ts";
export { MobileNetV2 } from "./mobilenet-v2.ts";
export { ResNet50, ResNet50V2, ResNet101, ResNet101V2, ResNet152, ResNet152V2 } from "./resnet.ts";
export { VGG16, VGG19 } from "./vgg.ts";
export type { Application, ApplicationOptions } from "./application.ts";
