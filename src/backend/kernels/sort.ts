import { provideKernels } from "../wasm/structured/index.ts";
import { sort } from "../wasm/structured/sort.ts";

/** For `sort`. */
export function needSortKernel(): void {
  provideKernels({ sort });
}
