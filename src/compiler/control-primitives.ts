import { type ControlFlow, provideControlFlow } from "./control-flow.ts";
import { condVjp } from "./gradient/cond.ts";
import { scanVjp } from "./gradient/scan.ts";
import { placeCond, placeScan, placeWhile } from "./schedule/control.ts";
import { simplifyCond, simplifyScan, simplifyWhile } from "./simplify/control-rules.ts";
import { pruneCond, pruneScan } from "./simplify/prune-control.ts";

const kinds: Readonly<Record<string, ControlFlow>> = {
  scan: { vjp: scanVjp, prune: pruneScan, simplify: simplifyScan, place: placeScan },
  whileLoop: { vjp: null, prune: (equation) => equation, simplify: simplifyWhile, place: placeWhile },
  cond: { vjp: condVjp, prune: pruneCond, simplify: simplifyCond, place: placeCond },
};

/** To be called by what emits `scan`, `whileLoop` or `cond`, so that only pages with loops and branches carry them. */
export function needControlFlow(): void {
  provideControlFlow(kinds);
}
