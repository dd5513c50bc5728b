/** Keras's `random` namespace. */
export { SeedGenerator } from "../graph/seed-generator.ts";
export * from "../random/index.ts";
