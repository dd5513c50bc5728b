import type { Dim } from "../shape.ts";
import type { Subtract } from "./subtract.ts";

/** How a stands to b; `unknown` when either is not a natural literal. */
export type Compare<A extends Dim, B extends Dim> = [Subtract<A, B>] extends [infer D extends number]
  ? number extends D
    ? "unknown"
    : D extends 0
      ? "equal"
      : `${D}` extends `-${string}`
        ? "less"
        : "greater"
  : "unknown";
