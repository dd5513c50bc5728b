import type { Access, Item } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { invariant } from "../../../util/errors.ts";
import type { Expr, FunctionBuilder, Local } from "../assembler/index.ts";

/** What the step function offers to loops and branches. */
export interface ControlParts {
  readonly fn: FunctionBuilder;
  /** Emits items in order. */
  items(items: readonly Item[]): void;
  /** The byte address of an access at index 0. */
  address(access: Access): Expr<"i32">;
  /** Emits a barrier, where any thread may be at work still. */
  meet(): void;
  /** From here on no thread passes the next barrier before all have come here. */
  keepTogether(): void;
  /** Emits what is run so many times, with a counter that accesses depend on. */
  inLoop(counter: Local<"i32">, turns: number, body: () => void): void;
}

export type ControlItem = Extract<Item, { readonly kind: "repeat" | "while" | "switch" }>;
type EmitControl = (item: ControlItem, parts: ControlParts) => void;

let provided: EmitControl | null = null;

/** Adds what emits loops and branches, which only some programs have. */
export function provideControlItems(emit: EmitControl): void {
  provided = emit;
}

/** What emits loops and branches. */
export function controlEmitter(): EmitControl {
  invariant(provided !== null, "what emits control flow calls needControlFlow");
  return provided;
}
