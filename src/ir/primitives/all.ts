import type { Primitive } from "../primitive.ts";
import { absPrimitive } from "./abs.ts";
import { acosPrimitive } from "./acos.ts";
import { acoshPrimitive } from "./acosh.ts";
import { addPrimitive } from "./add.ts";
import { andPrimitive } from "./and.ts";
import { argMaxPrimitive } from "./arg-max.ts";
import { argMinPrimitive } from "./arg-min.ts";
import { asinPrimitive } from "./asin.ts";
import { asinhPrimitive } from "./asinh.ts";
import { atanPrimitive } from "./atan.ts";
import { atan2Primitive } from "./atan2.ts";
import { atanhPrimitive } from "./atanh.ts";
import { attentionGradPrimitive } from "./attention-grad.ts";
import { attentionPrimitive } from "./attention.ts";
import { broadcastPrimitive } from "./broadcast.ts";
import { castPrimitive } from "./cast.ts";
import { ceilPrimitive } from "./ceil.ts";
import { choleskyPrimitive } from "./cholesky.ts";
import { concatPrimitive } from "./concat.ts";
import { condPrimitive } from "./cond.ts";
import { convFilterGradPrimitive, convInputGradPrimitive, convPrimitive } from "./conv.ts";
import { cosPrimitive } from "./sin.ts";
import { coshPrimitive } from "./sinh.ts";
import { cumMaxPrimitive } from "./cum-max.ts";
import { cumMinPrimitive } from "./cum-min.ts";
import { cumProdPrimitive } from "./cum-prod.ts";
import { cumSumPrimitive } from "./cum-sum.ts";
import { customGradientPrimitive } from "./custom-gradient.ts";
import { digammaPrimitive } from "./digamma.ts";
import { divPrimitive } from "./div.ts";
import { dynamicSlicePrimitive, dynamicUpdateSlicePrimitive } from "./dynamic-slice.ts";
import { eighPrimitive } from "./eigh.ts";
import { eqPrimitive } from "./eq.ts";
import { erfInvPrimitive } from "./erf-inv.ts";
import { erfPrimitive } from "./erf.ts";
import { expPrimitive } from "./exp.ts";
import { expm1Primitive } from "./expm1.ts";
import { fftPrimitive } from "./fft.ts";
import { floorPrimitive } from "./floor.ts";
import { fullPrimitive } from "./full.ts";
import { gatherPrimitive, scatterPrimitive } from "./gather.ts";
import { gePrimitive } from "./ge.ts";
import { gtPrimitive } from "./gt.ts";
import { iotaPrimitive } from "./iota.ts";
import { isFinitePrimitive } from "./is-finite.ts";
import { isNanPrimitive } from "./is-nan.ts";
import { lastOccurrencePrimitive } from "./last-occurrence.ts";
import { laterPrimitive } from "./later.ts";
import { lePrimitive } from "./le.ts";
import { lgammaPrimitive } from "./lgamma.ts";
import { literalPrimitive } from "./literal.ts";
import { logPrimitive } from "./log.ts";
import { log1pPrimitive } from "./log1p.ts";
import { logisticPrimitive } from "./logistic.ts";
import { ltPrimitive } from "./lt.ts";
import { luPrimitive } from "./lu.ts";
import { matmulPrimitive } from "./matmul.ts";
import { maxPrimitive } from "./max.ts";
import { minPrimitive } from "./min.ts";
import { mulPrimitive } from "./mul.ts";
import { nePrimitive } from "./ne.ts";
import { negPrimitive } from "./neg.ts";
import { notPrimitive } from "./not.ts";
import { orPrimitive } from "./or.ts";
import { padPrimitive } from "./pad.ts";
import { powPrimitive } from "./pow.ts";
import { qrPrimitive } from "./qr.ts";
import { reduceMaxPrimitive } from "./reduce-max.ts";
import { reduceMinPrimitive } from "./reduce-min.ts";
import { reduceProdPrimitive } from "./reduce-prod.ts";
import { reduceSumPrimitive } from "./reduce-sum.ts";
import { remPrimitive } from "./rem.ts";
import { reshapePrimitive } from "./reshape.ts";
import { reversePrimitive } from "./reverse.ts";
import { roundPrimitive } from "./round.ts";
import { rsqrtPrimitive } from "./rsqrt.ts";
import { scanPrimitive } from "./scan.ts";
import { selectPrimitive } from "./select.ts";
import { shiftLeftPrimitive } from "./shift-left.ts";
import { shiftRightPrimitive } from "./shift-right.ts";
import { signPrimitive } from "./sign.ts";
import { sinPrimitive } from "./sin.ts";
import { sinhPrimitive } from "./sinh.ts";
import { slicePrimitive } from "./slice.ts";
import { sortPrimitive } from "./sort.ts";
import { sqrtPrimitive } from "./sqrt.ts";
import { stopGradientPrimitive } from "./stop-gradient.ts";
import { subPrimitive } from "./sub.ts";
import { svdPrimitive } from "./svd.ts";
import { tanPrimitive } from "./tan.ts";
import { tanhPrimitive } from "./tanh.ts";
import { threefryPrimitive } from "./threefry.ts";
import { transposePrimitive } from "./transpose.ts";
import { triangularSolvePrimitive } from "./triangular-solve.ts";
import { truncPrimitive } from "./trunc.ts";
import { whileLoopPrimitive } from "./while-loop.ts";
import { windowMaxGradPrimitive } from "./window-max-grad.ts";
import { windowMaxPrimitive } from "./window-max.ts";
import { windowSumGradPrimitive, windowSumPrimitive } from "./window-sum.ts";
import { xorPrimitive } from "./xor.ts";

/** Every primitive; the conformance and gradient suites, and the tables of backends, start from here. */
export const allPrimitives: readonly Primitive[] = [
  absPrimitive,
  acosPrimitive,
  acoshPrimitive,
  addPrimitive,
  andPrimitive,
  argMaxPrimitive,
  argMinPrimitive,
  asinPrimitive,
  asinhPrimitive,
  atanPrimitive,
  atan2Primitive,
  atanhPrimitive,
  attentionGradPrimitive,
  attentionPrimitive,
  broadcastPrimitive,
  castPrimitive,
  ceilPrimitive,
  choleskyPrimitive,
  concatPrimitive,
  condPrimitive,
  convFilterGradPrimitive,
  convInputGradPrimitive,
  convPrimitive,
  cosPrimitive,
  coshPrimitive,
  cumMaxPrimitive,
  cumMinPrimitive,
  cumProdPrimitive,
  cumSumPrimitive,
  customGradientPrimitive,
  digammaPrimitive,
  divPrimitive,
  dynamicSlicePrimitive,
  dynamicUpdateSlicePrimitive,
  eighPrimitive,
  eqPrimitive,
  erfInvPrimitive,
  erfPrimitive,
  expPrimitive,
  expm1Primitive,
  fftPrimitive,
  floorPrimitive,
  fullPrimitive,
  gatherPrimitive,
  gePrimitive,
  gtPrimitive,
  iotaPrimitive,
  isFinitePrimitive,
  isNanPrimitive,
  lastOccurrencePrimitive,
  laterPrimitive,
  lePrimitive,
  lgammaPrimitive,
  literalPrimitive,
  logPrimitive,
  log1pPrimitive,
  logisticPrimitive,
  ltPrimitive,
  luPrimitive,
  matmulPrimitive,
  maxPrimitive,
  minPrimitive,
  mulPrimitive,
  nePrimitive,
  negPrimitive,
  notPrimitive,
  orPrimitive,
  padPrimitive,
  powPrimitive,
  qrPrimitive,
  reduceMaxPrimitive,
  reduceMinPrimitive,
  reduceProdPrimitive,
  reduceSumPrimitive,
  remPrimitive,
  reshapePrimitive,
  reversePrimitive,
  roundPrimitive,
  rsqrtPrimitive,
  scanPrimitive,
  scatterPrimitive,
  selectPrimitive,
  shiftLeftPrimitive,
  shiftRightPrimitive,
  signPrimitive,
  sinPrimitive,
  sinhPrimitive,
  slicePrimitive,
  sortPrimitive,
  sqrtPrimitive,
  stopGradientPrimitive,
  subPrimitive,
  svdPrimitive,
  tanPrimitive,
  tanhPrimitive,
  threefryPrimitive,
  transposePrimitive,
  triangularSolvePrimitive,
  truncPrimitive,
  whileLoopPrimitive,
  windowMaxGradPrimitive,
  windowMaxPrimitive,
  windowSumGradPrimitive,
  windowSumPrimitive,
  xorPrimitive,
] as unknown as readonly Primitive[]; // SAFETY: each only reads params of its own type, which an equation keeps beside it
