import { invariant } from "../../util/errors.ts";
import type { Meaning, Params, Primitive } from "../primitive.ts";
import { argMaxMeaning } from "./arg-max.ts";
import { argMinMeaning } from "./arg-min.ts";
import { attentionGradMeaning } from "./attention-grad.ts";
import { attentionMeaning } from "./attention.ts";
import { broadcastMeaning } from "./broadcast.ts";
import { choleskyMeaning } from "./cholesky.ts";
import { concatMeaning } from "./concat.ts";
import { condMeaning } from "./cond.ts";
import { convMeaning, convFilterGradMeaning, convInputGradMeaning } from "./conv.ts";
import { cumMaxMeaning } from "./cum-max.ts";
import { cumMinMeaning } from "./cum-min.ts";
import { cumProdMeaning } from "./cum-prod.ts";
import { cumSumMeaning } from "./cum-sum.ts";
import { customGradientMeaning } from "./custom-gradient.ts";
import { dynamicSliceMeaning, dynamicUpdateSliceMeaning } from "./dynamic-slice.ts";
import { eighMeaning } from "./eigh.ts";
import { fftMeaning } from "./fft.ts";
import { fullMeaning } from "./full.ts";
import { lastOccurrenceMeaning } from "./last-occurrence.ts";
import { gatherMeaning, scatterMeaning } from "./gather.ts";
import { iotaMeaning } from "./iota.ts";
import { laterMeaning } from "./later.ts";
import { literalMeaning } from "./literal.ts";
import { luMeaning } from "./lu.ts";
import { matmulMeaning } from "./matmul.ts";
import { padMeaning } from "./pad.ts";
import { qrMeaning } from "./qr.ts";
import { reduceMaxMeaning } from "./reduce-max.ts";
import { reduceMinMeaning } from "./reduce-min.ts";
import { reduceProdMeaning } from "./reduce-prod.ts";
import { reduceSumMeaning } from "./reduce-sum.ts";
import { reshapeMeaning } from "./reshape.ts";
import { reverseMeaning } from "./reverse.ts";
import { scanMeaning } from "./scan.ts";
import { sliceMeaning } from "./slice.ts";
import { sortMeaning } from "./sort.ts";
import { svdMeaning } from "./svd.ts";
import { transposeMeaning } from "./transpose.ts";
import { triangularSolveMeaning } from "./triangular-solve.ts";
import { whileLoopMeaning } from "./while-loop.ts";
import { windowMaxGradMeaning } from "./window-max-grad.ts";
import { windowMaxMeaning } from "./window-max.ts";
import { windowSumMeaning, windowSumGradMeaning } from "./window-sum.ts";

/**
 * What primitives mean that are not element-wise, by their names. Apart from the primitives themselves, so that pages,
 * which do not run the reference backend, do not carry it.
 */
const meanings = {
  argMax: argMaxMeaning,
  argMin: argMinMeaning,
  attention: attentionMeaning,
  attentionGrad: attentionGradMeaning,
  broadcast: broadcastMeaning,
  cholesky: choleskyMeaning,
  concat: concatMeaning,
  cond: condMeaning,
  conv: convMeaning,
  convFilterGrad: convFilterGradMeaning,
  convInputGrad: convInputGradMeaning,
  cumMax: cumMaxMeaning,
  cumMin: cumMinMeaning,
  cumProd: cumProdMeaning,
  cumSum: cumSumMeaning,
  customGradient: customGradientMeaning,
  dynamicSlice: dynamicSliceMeaning,
  dynamicUpdateSlice: dynamicUpdateSliceMeaning,
  eigh: eighMeaning,
  fft: fftMeaning,
  full: fullMeaning,
  gather: gatherMeaning,
  lastOccurrence: lastOccurrenceMeaning,
  later: laterMeaning,
  iota: iotaMeaning,
  literal: literalMeaning,
  lu: luMeaning,
  matmul: matmulMeaning,
  pad: padMeaning,
  qr: qrMeaning,
  reduceMax: reduceMaxMeaning,
  reduceMin: reduceMinMeaning,
  reduceProd: reduceProdMeaning,
  reduceSum: reduceSumMeaning,
  reshape: reshapeMeaning,
  reverse: reverseMeaning,
  scan: scanMeaning,
  scatter: scatterMeaning,
  slice: sliceMeaning,
  sort: sortMeaning,
  svd: svdMeaning,
  transpose: transposeMeaning,
  triangularSolve: triangularSolveMeaning,
  whileLoop: whileLoopMeaning,
  windowMax: windowMaxMeaning,
  windowMaxGrad: windowMaxGradMeaning,
  windowSum: windowSumMeaning,
  windowSumGrad: windowSumGradMeaning,
} as unknown as Readonly<Record<string, Meaning | undefined>>; // SAFETY: each only reads params of its own type, which an equation keeps beside it

/** What a primitive means, in double precision. */
export function meaningOf<P extends Params>({ name, lowering }: Primitive<P>): Meaning<P> {
  const meaning = lowering.kind === "elementwise" ? lowering.evaluate : meanings[name];
  invariant(meaning !== undefined, `${name} has no meaning`);
  return meaning;
}
