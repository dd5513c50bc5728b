export { Dense } from "./dense.ts";
export { Input, InputLayer } from "./input-layer.ts";
