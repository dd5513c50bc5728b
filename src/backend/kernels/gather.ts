import { gatherRules } from "../../compiler/simplify/gather-rules.ts";
import { provideRules } from "../../compiler/simplify/simplify.ts";
import { gather } from "../wasm/structured/gather.ts";
import { provideKernels } from "../wasm/structured/index.ts";
import { scatter } from "../wasm/structured/scatter.ts";

/** For `gather` and `scatter`, each the other's gradient. */
export function needGatherKernels(): void {
  provideKernels({ gather, scatter });
  provideRules(gatherRules);
}
