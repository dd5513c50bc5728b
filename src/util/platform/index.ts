export * from "./browser-cache.ts";
export * from "./digest.ts";
export * from "./environment.ts";
export * from "./files.ts";
export * from "./network.ts";
export * from "./node.ts";
export * from "./turns.ts";
export * from "./workers.ts";
