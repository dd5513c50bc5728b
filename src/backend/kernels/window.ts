import { providePass } from "../../compiler/passes.ts";
import { poolMasks } from "../../compiler/simplify/pool-masks.ts";
import { provideKernels } from "../wasm/structured/index.ts";
import { windowForward, windowMaxGrad, windowSumGrad } from "../wasm/structured/pooling.ts";

/** For `windowMax`, `windowSum` and their gradients. */
export function needWindowKernels(): void {
  provideKernels({
    windowMax: windowForward("max"),
    windowMaxGrad,
    windowSum: windowForward("sum"),
    windowSumGrad,
  });
  providePass(poolMasks);
}
