import { argExtreme } from "../wasm/structured/arg-extreme.ts";
import { provideKernels } from "../wasm/structured/index.ts";

/** For `argMax` and `argMin`. */
export function needArgExtremeKernels(): void {
  provideKernels({ argMax: argExtreme("max"), argMin: argExtreme("min") });
}
