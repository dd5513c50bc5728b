import type { Equation } from "../../ir/program.ts";
import type { Item } from "../kernel-ir/kernel-ir.ts";
import type { Cluster } from "./cluster.ts";
import type { BufferTable } from "./buffer-table.ts";
import type { PendingOperand } from "./operands.ts";
import type { Root } from "./values.ts";

/** A kernel, or a control-flow construct, at its place in the order of execution. */
export interface Entry {
  /** Its loops, or the epilogue of its product. */
  readonly cluster: Cluster | null;
  /** For structured kernels. */
  readonly structured: {
    readonly equation: Equation;
    readonly operands: readonly PendingOperand[];
    readonly results: readonly Root[];
  } | null;
  /** For control flow: what it reads and writes, and how it is emitted. */
  readonly control: ControlEntry | null;
}

export interface ControlEntry {
  readonly reads: readonly Root[];
  /** The construct is left out when none of these is needed. */
  readonly writes: readonly Root[];
  /** Called once it is known which results are needed, before anything is emitted. */
  prepare(): void;
  emit(table: BufferTable): readonly Item[];
}
