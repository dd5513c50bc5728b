import { cumulative } from "../wasm/structured/cumulative.ts";
import { provideKernels } from "../wasm/structured/index.ts";

/** For `cumMax`, `cumMin`, `cumProd` and `cumSum`. */
export function needCumulativeKernels(): void {
  provideKernels({
    cumMax: cumulative("max"),
    cumMin: cumulative("min"),
    cumProd: cumulative("mul"),
    cumSum: cumulative("add"),
  });
}
