export { Add, add } from "./add.ts";
export { Average, average } from "./average.ts";
export { Concatenate, concatenate } from "./concatenate.ts";
export { Dot, dot } from "./dot.ts";
export { Maximum, maximum } from "./maximum.ts";
export { Minimum, minimum } from "./minimum.ts";
export { Multiply, multiply } from "./multiply.ts";
export { Subtract, subtract } from "./subtract.ts";
