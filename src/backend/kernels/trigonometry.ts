import { provideFloat32 } from "../wasm/math/float32.ts";
import { outline, type VectorFunction } from "../wasm/math/outline.ts";
import { atan, atan2, cos, sin, tan } from "../wasm/math/trigonometry.ts";

const operations: Readonly<Record<string, VectorFunction>> = {
  atan2: outline("atan2", 2, atan2),
  sin: outline("sin", 1, sin),
  cos: outline("cos", 1, cos),
  tan: outline("tan", 1, tan),
  atan: outline("atan", 1, atan),
};

/** For sines, cosines, tangents and their inverses, and what is made of them. */
export function needTrigonometry(): void {
  provideFloat32(operations);
}
