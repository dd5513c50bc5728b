import type { ControlFlow } from "./control-flow.ts";
import { condVjp } from "./gradient/cond.ts";
import { scanVjp } from "./gradient/scan.ts";
import { placeCond, placeScan, placeWhile } from "./schedule/control.ts";
import { simplifyCond, simplifyScan, simplifyWhile } from "./simplify/control-rules.ts";
import { pruneCond, pruneScan } from "./simplify/prune-control.ts";

/** What the compiler does with loops and branches. */
export const controlKinds: Readonly<Record<string, ControlFlow>> = {
  scan: { vjp: scanVjp, prune: pruneScan, simplify: simplifyScan, place: placeScan },
  whileLoop: { vjp: null, prune: (equation) => equation, simplify: simplifyWhile, place: placeWhile },
  cond: { vjp: condVjp, prune: pruneCond, simplify: simplifyCond, place: placeCond },
};
