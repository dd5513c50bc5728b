/**
 * The primitives as ops apply them: `import * as p from "./core/primitives/index.ts"`.
 *
 * Those that only some programs use bring along what the engine needs for them, for their gradients and for what they
 * expand to. So a page carries kernels and passes of the compiler only for ops that it has; each group is a file, since
 * bundlers move whole files into the parts of a page that load later.
 */
export * from "../../../ir/primitives/index.ts";
// These stand for what has the same name there.
export { argMax, argMin } from "./arg-extremes.ts";
export { attention, attentionGrad } from "./attention.ts";
export { cond, scan, whileLoop } from "./control.ts";
export { conv, convFilterGrad, convInputGrad } from "./convolutions.ts";
export { cumMax, cumMin } from "./cumulatives.ts";
export { cumSum } from "./cumulative-sum.ts";
export { dynamicSlice, dynamicUpdateSlice } from "./dynamic-slices.ts";
export { gather, scatter } from "./gathers.ts";
export { later } from "./later.ts";
export { cholesky, eigh, lu, qr, svd, triangularSolve } from "./matrices.ts";
export { cumProd, reduceProd } from "./running-products.ts";
export { sort } from "./sort.ts";
export { gatherRows } from "./table-rows.ts";
export { acos, asin, atan, atan2, cos, digamma, lgamma, sin, tan } from "./trigonometry.ts";
export { windowMax, windowMaxGrad, windowSum, windowSumGrad } from "./windows.ts";
