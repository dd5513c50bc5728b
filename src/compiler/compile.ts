import type { Program, Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { expandComposites } from "./expand-composites.ts";
import { applyPasses } from "./passes.ts";
import { rematerialiser } from "./rematerialise/provided.ts";
import { removeDead } from "./simplify/dead-code.ts";
import { simplify } from "./simplify/simplify.ts";
import type { Schedule } from "./kernel-ir/kernel-ir.ts";
import { placeControl } from "./control-flow.ts";
import { BufferTable } from "./schedule/buffer-table.ts";
import { emitEntries, markNeeded } from "./schedule/emit.ts";
import { planMemory } from "./schedule/memory-plan.ts";
import { Scheduler } from "./schedule/scheduler.ts";
import { placeUpdates, storeCopy, type Update } from "./schedule/updates.ts";
import { type Place, Root } from "./schedule/values.ts";

function placeFor(value: Var, home: Place["buffer"]["home"]): Place {
  return {
    buffer: { dtype: value.dtype, size: sizeOf(value.shape), home, id: null },
    offset: 0,
    loopStrides: [],
  };
}

/**
 * Turns a program into kernels over placed buffers: element-wise work and reductions fused into loops, views folded
 * into addresses, new values of state written in place, temporaries packed into one arena.
 */
export function schedule(traced: Program, { arenaBytes }: ScheduleOptions = {}): Schedule {
  const program = applyPasses(simplify(expandComposites(traced)));
  const plain = scheduleSimplified(program);
  return arenaBytes === undefined || plain.arenaBytes <= arenaBytes
    ? plain
    : within(arenaBytes, program, plain);
}

/** What a schedule is to keep to. */
export interface ScheduleOptions {
  /** Bytes of temporaries to stay below, where computing some of them twice achieves that. Default: no limit. */
  readonly arenaBytes?: number;
}

/** Estimates that are corrected by what the schedule turned out to take. */
const mostAttempts = 4;

/** The schedule of a program that computes some values twice, so that its arena fits; or the smallest there is. */
function within(budgetBytes: number, program: Program, plain: Schedule): Schedule {
  const rematerialise = rematerialiser();
  let best = plain;
  let target = budgetBytes;
  for (let attempt = 0; attempt < mostAttempts && best.arenaBytes > budgetBytes; attempt++) {
    const found = rematerialise(program, target);
    const next = scheduleSimplified(removeDead(found.program), found.late);
    if (next.arenaBytes < best.arenaBytes) best = next;
    target *= Math.min(0.9, budgetBytes / next.arenaBytes);
  }
  return best;
}

function scheduleSimplified(program: Program, late?: ReadonlySet<Var>): Schedule {
  const scheduler = new Scheduler(program, placeControl, 0, late);
  const table = new BufferTable();
  for (const [index, value] of program.inputs.entries()) {
    scheduler.bindPlace(value, placeFor(value, { kind: "input", index }));
  }
  const state = program.state.map((value, index) =>
    scheduler.bindPlace(value, placeFor(value, { kind: "state", index })),
  );
  scheduler.placeEquations();

  const outputs = program.outputs.map((value) => outputRoot(scheduler, value, state, program));
  const updates: Update[] = program.updates.flatMap((value, i) => {
    const old = state[i];
    return value === null || old === undefined || value === old.value ? [] : [{ old, value }];
  });
  placeUpdates(scheduler, updates);
  outputs.forEach((root) => root.markNeeded());

  markNeeded(scheduler.entries);
  const items = emitEntries(scheduler.entries, table);
  const results = outputs.map((root) => table.idOf(root.resolve().buffer));
  const { offsets, arenaBytes } = planMemory(table.buffers, items, new Set(results));
  return { buffers: table.specs(offsets), items, outputs: results, arenaBytes };
}

/** Where a result is found at the end; the old value of an array that is updated has to be kept aside. */
function outputRoot(scheduler: Scheduler, value: Var, state: readonly Root[], program: Program): Root {
  const root = scheduler.store(value);
  const updated = state.some((old, i) => old === root && (program.updates[i] ?? null) !== null);
  return updated ? storeCopy(scheduler, root, new Root(root.value, scheduler.nextPosition, null)) : root;
}
