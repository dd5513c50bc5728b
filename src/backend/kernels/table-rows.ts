import { providePass } from "../../compiler/passes.ts";
import { sparseUpdates } from "../../compiler/sparse-updates/sparse-updates.ts";
import { provideKernels } from "../wasm/structured/index.ts";
import { lastOccurrence } from "../wasm/structured/last-occurrence.ts";

/** For tables of which a step takes some rows: it updates these alone. */
export function needTableRows(): void {
  provideKernels({ lastOccurrence });
  providePass(sparseUpdates);
}
