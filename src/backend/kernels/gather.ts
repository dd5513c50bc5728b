import { providePass } from "../../compiler/passes.ts";
import { sparseUpdates } from "../../compiler/sparse-updates/sparse-updates.ts";
import { gather } from "../wasm/structured/gather.ts";
import { provideKernels } from "../wasm/structured/index.ts";
import { lastOccurrence } from "../wasm/structured/last-occurrence.ts";
import { scatter } from "../wasm/structured/scatter.ts";

/** For `gather` and `scatter`, each the other's gradient, and for updates of a few rows. */
export function needGatherKernels(): void {
  provideKernels({ gather, lastOccurrence, scatter });
  providePass(sparseUpdates);
}
