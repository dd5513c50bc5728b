export { Activation } from "./activation.ts";
export { ELU } from "./elu.ts";
export { LeakyReLU } from "./leaky-re-lu.ts";
export { PReLU } from "./p-re-lu.ts";
export { ReLU } from "./re-lu.ts";
export { Softmax } from "./softmax.ts";
