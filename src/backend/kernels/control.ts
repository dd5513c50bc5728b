import { provideControlFlow } from "../../compiler/control-flow.ts";
import { controlKinds } from "../../compiler/control-primitives.ts";
import { provideControlItems } from "../wasm/module/control-items.ts";
import { emitControl } from "../wasm/module/emit-control.ts";

/** For `scan`, `whileLoop` and `cond`. */
export function needControlFlow(): void {
  provideControlFlow(controlKinds);
  provideControlItems(emitControl);
}
