import type { HostArray } from "../graph/compiled-function.ts";
import type { StateTree } from "./training-run.ts";

/** The entries of an object in a backup; none of anything else. */
export function recordOf(state: StateTree | undefined): Readonly<Record<string, StateTree>> {
  const isRecord = typeof state === "object" && state !== null && !Array.isArray(state) && !isArray(state);
  return isRecord ? (state as Readonly<Record<string, StateTree>>) : {}; // SAFETY: what is left of the union
}

/** The items of a list in a backup; none of anything else. */
export function listOf(state: StateTree | undefined): readonly StateTree[] {
  return Array.isArray(state) ? (state as readonly StateTree[]) : []; // SAFETY: by isArray
}

export function isArray(state: StateTree | undefined): state is HostArray {
  return typeof state === "object" && state !== null && "data" in state && ArrayBuffer.isView(state.data);
}

export function numberOf(state: StateTree | undefined, otherwise = 0): number {
  return typeof state === "number" ? state : otherwise;
}

export function numberOrNull(state: StateTree | undefined): number | null {
  return typeof state === "number" ? state : null;
}
