export { isHdf5, readHdf5 } from "./read.ts";
export * from "./tree.ts";
export { writeHdf5 } from "./write.ts";
