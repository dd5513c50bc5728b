/**
 * The functions that gradient rules and expansions of composites are given: enough to write them with, and no more, since
 * these are part of every page that trains. A rule that needs another one imports it from its file; two primitives whose
 * rules need each other share one.
 */
export { abs } from "./abs.ts";
export { add } from "./add.ts";
export { and } from "./and.ts";
export { broadcast } from "./broadcast.ts";
export { cast } from "./cast.ts";
export { clamp, offset, scale, square, swapLastAxes, zerosLike } from "./compositions.ts";
export { concat } from "./concat.ts";
export { div } from "./div.ts";
export { eq } from "./eq.ts";
export { exp } from "./exp.ts";
export { full, fullLike } from "./full.ts";
export { ge } from "./ge.ts";
export { gt } from "./gt.ts";
export { iota } from "./iota.ts";
export { le } from "./le.ts";
export { literal } from "./literal.ts";
export { log } from "./log.ts";
export { logistic } from "./logistic.ts";
export { lt } from "./lt.ts";
export { matmul } from "./matmul.ts";
export { max } from "./max.ts";
export { min } from "./min.ts";
export { mul } from "./mul.ts";
export { ne } from "./ne.ts";
export { neg } from "./neg.ts";
export { pad } from "./pad.ts";
export { pow } from "./pow.ts";
export { reduceMax } from "./reduce-max.ts";
export { reduceSum } from "./reduce-sum.ts";
export { reshape } from "./reshape.ts";
export { reverse } from "./reverse.ts";
export { rsqrt } from "./rsqrt.ts";
export { select } from "./select.ts";
export { sign } from "./sign.ts";
export { slice } from "./slice.ts";
export { sqrt } from "./sqrt.ts";
export { sub } from "./sub.ts";
export { tanh } from "./tanh.ts";
export { transpose } from "./transpose.ts";
export { trunc } from "./trunc.ts";
