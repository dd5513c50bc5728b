import { dynamicSlice, dynamicUpdateSlice } from "../wasm/structured/dynamic-slice.ts";
import { provideKernels } from "../wasm/structured/index.ts";

/** For `dynamicSlice` and `dynamicUpdateSlice`, each the other's gradient. */
export function needDynamicSliceKernels(): void {
  provideKernels({ dynamicSlice, dynamicUpdateSlice });
}
